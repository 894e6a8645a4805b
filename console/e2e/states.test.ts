import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

describe("states", () => {
  scenario("an empty log shows a command that, run as it stands, makes its entry appear", async ({ fresh, open }) => {
    const server = await fresh();
    const log = await open(server.url);
    const command = log.page.locator("pre", { hasText: "curl" });
    await command.waitFor();
    await log.followed();
    const { stdout } = await promisify(execFile)("bash", ["-c", await command.innerText()]);
    expect(stdout).toContain("receipts");
    const show = log.button(/1 new entry/);
    await expect.poll(async () => (await show.count()) > 0 || !(await command.isVisible())).toBe(true);
    if (await show.count()) await show.click();
    await command.waitFor({ state: "detached" });
    await expect.poll(async () => (await log.rows())[0]?.cells.slice(1, 4)).toEqual(["door opened", "—", "ada"]);
  });

  scenario("where nothing matches it says so, and a button clears the filters", async ({ demo, open }) => {
    const log = await open(`${demo.url}/?channel=auth&q=nosuchword`);
    await log.page.getByRole("heading", { name: "No entry matches" }).waitFor();
    expect(await log.page.locator(".count").innerText()).toBe("0 entries");
    await log.button("Clear all filters").click();
    await log.shows(demo, "");
  });

  scenario("while the first answer is on its way nothing claims to be empty", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    await log.page.route("**/v1/entries?**", async (route) => held.then(() => route.continue()));
    await log.page.reload();
    await expect.poll(() => log.page.locator(".count").innerText()).toBe("…");
    expect(await log.page.getByText("No entry matches").count()).toBe(0);
    expect(await log.page.getByText("Nothing was recorded yet").count()).toBe(0);
    answer();
    await log.ready();
  });

  scenario("a server gone at load is said in words, and trying again works with the same filters", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    log.complaints.expect(/ERR_CONNECTION_REFUSED/);
    await log.page.route("**/v1/**", (route) => route.abort("connectionrefused"));
    await log.page.goto(`${demo.url}/?outcome=failure`);
    const alert = log.page.getByRole("alert").filter({ hasText: "The log does not answer" });
    await alert.waitFor();
    expect(await alert.innerText()).toContain(`Nothing answers at ${demo.url}`);
    await log.page.unroute("**/v1/**");
    await alert.getByRole("button", { name: "Try again" }).click();
    await log.shows(demo, "outcome=failure");
    expect(log.query).toBe("outcome=failure");
  });

  scenario("being told to come back later is not a wrong query, and goes away", async ({ fresh, open }) => {
    const server = await fresh("demo");
    const log = await open(`${server.url}/?channel=doors&channel=auth`);
    await log.shows(server, "channel=doors&channel=auth");
    await log.followed();
    const later = { status: 429, contentType: "application/problem+json", body: JSON.stringify({ status: 429, code: "too_many_questions", title: "Too many questions", detail: "ask again in a second" }) };
    log.complaints.expect(/429/);
    await log.page.route("**/v1/entries?**", (route) => route.fulfill(later));
    await server.record({ action: "door.opened", channel: "doors" });
    await log.button(/1 new entry/).click();
    await expect.poll(() => log.page.locator(".failed").innerText()).toContain("ask again in a second");
    expect(await log.page.locator("ind-search .problem").isVisible()).toBe(false);
    await log.page.unroute("**/v1/entries?**");
    await log.button("Try again").click();
    await log.shows(server, "channel=doors&channel=auth");
    // Still followed: the next one is news again.
    await server.record({ action: "door.closed", channel: "doors" });
    await log.button(/1 new entry/).waitFor();
  });


  scenario("on paper stand the question in words, its count, and rows one below the other", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?q=secret&outcome=failure&from=2020-01-01&to=2026-12-31`, { timezoneId: "UTC" })).ready();
    await log.shows(demo, "q=secret&outcome=failure&from=2020-01-01&to=2026-12-31");
    await log.page.emulateMedia({ media: "print" });
    expect(await log.page.locator(".paper").innerText()).toMatch(/^1 Jan 2020 – 31 Dec 2026, search: secret, as of .+ an export holds all$/);
    expect(await log.search.isVisible()).toBe(false);
    const tops = await log.page.locator("ind-table [data-row]").evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().top));
    expect(tops.length).toBeGreaterThan(20);
    for (const [at, top] of tops.slice(1).entries()) expect(top - (tops[at] ?? 0)).toBeCloseTo(34, 0);
  });

  scenario("a page that breaks off while scrolling is said, and fetched again when asked", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?source=import:servicenow`)).ready();
    log.complaints.expect(/ERR_CONNECTION_RESET/);
    await log.page.route("**/v1/entries?**cursor=**", (route) => route.abort("connectionreset"));
    await log.page.locator("ind-table .scroll").evaluate((element) => (element.scrollTop = element.scrollHeight));
    await log.page.getByRole("alert").filter({ hasText: "Try again" }).waitFor();
    await log.page.unroute("**/v1/entries?**cursor=**");
    await log.button("Try again").click();
    await log.page.locator("ind-table .scroll").evaluate((element) => (element.scrollTop = element.scrollHeight));
    await expect.poll(async () => (await log.rows()).some(({ at, time }) => at > 250 && time !== "")).toBe(true);
  });
});

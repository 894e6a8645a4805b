import { describe, expect } from "vitest";
import { Proxy } from "./harness/proxy.js";
import { type Opened, scenario } from "./harness/scenario.js";

/** A block of a page, by its heading. */
function block(log: Opened, title: string) {
  return log.page.getByRole("region", { name: title, exact: true });
}

/** The text of each of the rows' cells. */
async function rows(log: Opened, title: string): Promise<string[][]> {
  const found = await block(log, title).locator("tbody tr").all();
  return Promise.all(found.map(async (row) => (await row.locator("th, td").allInnerTexts()).map((text) => text.trim())));
}

const number = (count: number): string => count.toLocaleString("en-GB");

describe("overview", () => {
  scenario("the lists say what the interface counts, within the filters, and each row leads to its entries", async ({ demo, open }) => {
    const within = "channel=security&from=2023-01-01&to=2023-12-31";
    const log = await open(`${demo.url}/overview?${within}`);
    for (const [title, field] of [["Top actors", "actor"], ["Top resource types", "resource_type"], ["Top actions", "action"]] as const) {
      const counted = await demo.facet(field, within, 10);
      const links = block(log, title).getByRole("link");
      await expect.poll(() => links.count()).toBe(counted.length);
      const texts = (await links.allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
      for (const [at, { value, count }] of counted.entries()) {
        expect(texts[at]).toContain(value);
        expect(texts[at]).toContain(` ${number(count)} `);
      }
    }
    const [top] = await demo.facet("resource_type", within, 1);
    await block(log, "Top resource types").getByRole("link").first().click();
    await log.shows(demo, `${within}&resource_type=${top?.value}`);
    await log.page.goBack();
    await expect.poll(() => new URL(log.page.url()).pathname).toBe("/overview");
  });

  scenario("a row opens beside with Ctrl, as a link does", async ({ demo, open }) => {
    const log = await open(`${demo.url}/overview?channel=auth`);
    const [top] = await demo.facet("action", "channel=auth", 1);
    const [beside] = await Promise.all([log.page.context().waitForEvent("page"), block(log, "Top actions").getByRole("link").first().click({ modifiers: ["Control"] })]);
    expect(new URL(beside.url()).searchParams.get("action")).toBe(top?.value);
    expect(new URL(log.page.url()).pathname).toBe("/overview");
  });

  scenario("repeated failed attempts: actors and addresses with five failures or more, most first", async ({ demo, open }) => {
    const log = await open(`${demo.url}/overview`);
    const failures = await Promise.all(["actor", "ip"].map((field) => demo.facet(field, "outcome=failure")));
    const many = failures.flat().filter(({ count }) => count >= 5).sort((a, b) => b.count - a.count);
    await expect.poll(async () => (await rows(log, "Repeated failed attempts")).map((cells) => cells[2])).toEqual(many.slice(0, 10).map(({ count }) => number(count)));
    await expect.poll(async () => (await rows(log, "Repeated failed attempts")).every((cells) => / ago$|^last year$/.test(cells[3] ?? ""))).toBe(true);
    await block(log, "Repeated failed attempts").getByRole("link").first().click();
    await expect.poll(() => new URL(log.page.url()).searchParams.get("outcome")).toBe("failure");
    await expect.poll(() => log.page.locator(".count").innerText()).toBe(`${number(many[0]?.count ?? 0)} entries`);
  });

  scenario("the heat map adds up to all entries, and the arrow keys read it", async ({ demo, open }) => {
    const log = await open(`${demo.url}/overview?channel=incidents`, { timezoneId: "Europe/Berlin" });
    const cells = block(log, "When in the week").getByRole("gridcell");
    await expect.poll(() => cells.count()).toBe(168);
    const counts = await cells.evaluateAll((all) => all.map((cell) => Number(/: ([\d,]+) /.exec(cell.getAttribute("title") ?? "")?.[1]?.replaceAll(",", ""))));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(await demo.count("channel=incidents"));
    await cells.first().focus();
    await log.page.keyboard.press("ArrowDown");
    await log.page.keyboard.press("ArrowRight");
    await expect.poll(() => block(log, "When in the week").locator(".said").innerText()).toContain("Tuesday 01:00–02:00: ");
  });

  scenario("a block that cannot be answered says so alone; without a server the page says so once", async ({ demo, open }) => {
    const between = await Proxy.before(demo.url);
    between.rules = [{ path: /field=action/, after: { bytes: 3, how: "break" } }];
    const log = await open(`${between.url}/overview`);
    log.complaints.expect(/ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION|ERR_EMPTY|ERR_ABORTED|Failed to load/);
    await block(log, "Top actions").getByRole("alert").waitFor();
    await block(log, "Top actors").getByRole("link").first().waitFor();
    expect(await log.page.getByRole("alert").count()).toBe(1);
    between.rules = [];
    await block(log, "Top actions").getByRole("button", { name: "Try again" }).click();
    await block(log, "Top actions").getByRole("link").first().waitFor();
    between.close();
    await log.page.getByRole("button", { name: "Refresh" }).click();
    await log.page.getByRole("heading", { name: "The log does not answer" }).waitFor();
    expect(await log.page.getByRole("alert").count()).toBe(1);
  });

  scenario("filters that nothing matches can be cleared; a fresh log says how to begin", async ({ demo, fresh, open }) => {
    const log = await open(`${demo.url}/overview?actor=nobody-at-all`);
    await log.page.getByRole("button", { name: "Clear all filters" }).click();
    await block(log, "Top actors").getByRole("link").first().waitFor();
    const empty = await open(`${(await fresh()).url}/overview`);
    await empty.page.getByText("Nothing was recorded yet").waitFor();
  });
});

describe("catalogue", () => {
  scenario("lists what is recorded, sorts it, finds in it, and leads to the log", async ({ demo, open }) => {
    const log = await open(`${demo.url}/catalogue`);
    const channels = await demo.facet("channel", "", 1_000);
    await expect.poll(async () => (await rows(log, "Channels"))[0]).toEqual([channels[0]?.value, number(channels[0]?.count ?? 0), expect.any(String), expect.any(String)]);
    await block(log, "Channels").getByRole("button", { name: "Name" }).click();
    const first = [...channels].map(({ value }) => value).sort(new Intl.Collator("en", { numeric: true }).compare)[0];
    await expect.poll(async () => (await rows(log, "Channels"))[0]?.[0]).toBe(first);
    expect(await block(log, "Channels").getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort")).toBe("ascending");
    await log.page.getByRole("searchbox").fill("auth");
    await expect.poll(async () => (await rows(log, "Channels")).every(([name]) => name?.includes("auth"))).toBe(true);
    await block(log, "Channels").getByRole("link", { name: "auth", exact: true }).click();
    await log.shows(demo, "channel=auth");
  });
});

describe("integrity", () => {
  scenario("shows checkpoint and key as the log gives them, and verifies", async ({ fresh, open }) => {
    const server = await fresh("demo");
    const log = await open(`${server.url}/integrity`);
    await expect.poll(async () => (await block(log, "The log's key").locator("pre").innerText()).trim()).toBe((await server.text("/vkey")).trim());
    const [origin = "", size = "", root = ""] = (await server.text("/checkpoint")).split("\n");
    for (const text of [origin, number(Number(size)), root]) expect(await block(log, "Newest checkpoint").locator("dl").innerText()).toContain(text);
    await block(log, "Verification").getByRole("button", { name: "Verify now" }).click();
    await block(log, "Verification").getByText("entries are as they were acknowledged").waitFor();
    await block(log, "Verification").getByRole("link").click();
    await log.shows(server, "action=audit_log.verify&source=indelible");
  });

  scenario("what the browser remembers is joined to what the log says later; a log that is another one is found out", async ({ fresh, open }) => {
    const server = await fresh("demo");
    const log = await open(`${server.url}/integrity`);
    await block(log, "What this browser remembers").getByRole("button", { name: "Check and remember" }).click();
    await block(log, "What this browser remembers").getByText("remembered from now on").waitFor();
    await server.record({ action: "door.opened" });
    await block(log, "What this browser remembers").getByRole("button", { name: "Check consistency" }).click();
    await block(log, "What this browser remembers").getByText("the log continues what was seen of it").waitFor();
    await log.page.evaluate(() => {
      const name = `indelible.proof:${location.origin}`;
      const seen = JSON.parse(localStorage.getItem(name) ?? "{}") as { checkpoint: string };
      localStorage.setItem(name, JSON.stringify({ ...seen, checkpoint: seen.checkpoint.replace(/\n\d+\n/, "\n7\n") }));
    });
    await block(log, "What this browser remembers").getByRole("button", { name: "Check consistency" }).click();
    await block(log, "What this browser remembers").getByText("does not continue what was seen of it").waitFor();
  });
});

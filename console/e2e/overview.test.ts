import { describe, expect } from "vitest";
import { block, number, rows } from "./harness/blocks.js";
import { Proxy } from "./harness/proxy.js";
import { scenario } from "./harness/scenario.js";

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

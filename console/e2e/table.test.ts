import { describe, expect } from "vitest";
import type { Entry, EntryPage } from "../src/api/types.js";
import { scenario } from "./harness/scenario.js";
import type { Server } from "./harness/server.js";

const ASKED = "-source=indelible";

/** The newest entries, page by page. */
async function newest(server: Server, least: number): Promise<Entry[]> {
  const all: Entry[] = [];
  for (let cursor = ""; all.length < least; ) {
    const page: EntryPage = await server.json("/v1/entries", `${ASKED}&limit=1000${cursor}`);
    all.push(...page.entries);
    cursor = `&cursor=${page.next}`;
  }
  return all;
}

describe("table", () => {
  scenario("newest first, with the exact count", async ({ demo, open }) => {
    const log = await open(`${demo.url}/?${ASKED}`);
    expect(await log.shows(demo, ASKED)).toBe(36_066);
    const times = (await log.rows()).map(({ time }) => time);
    expect(times).toEqual([...times].sort().reverse());
  });

  scenario("scrolling through 10,000 rows shows the right entries with few elements", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?${ASKED}`)).ready();
    const expected = await newest(demo, 11_000);
    const scroller = log.page.locator("ind-table .scroll");
    let [last, most] = [0, 0];
    while (last < 10_000) {
      await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight));
      await expect.poll(async () => (await log.rows()).at(-1)?.at ?? 0).toBeGreaterThan(last);
      await expect.poll(async () => (await log.rows()).every(({ time }) => time !== ""), { message: `rows behind ${last}` }).toBe(true);
      const rows = await log.rows();
      for (const { at, time, cells } of rows) expect([at, time, cells[1]]).toEqual([at, expected[at]?.time, expected[at]?.description]);
      [last, most] = [rows.at(-1)?.at ?? 0, Math.max(most, rows.length)];
    }
    expect(most).toBeLessThan(100);
    await scroller.evaluate((element) => (element.scrollTop = 0));
    await expect.poll(async () => (await log.rows())[0]).toMatchObject({ at: 0, time: expected[0]?.time });
  });

  scenario("times are in the reader's zone, with every digit in UTC as tooltip and the age beside", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?source=import:servicenow`, { timezoneId: "America/New_York" })).ready();
    const [entry] = await demo.entries("source=import:servicenow", 1);
    const first = log.row(0).locator("time").first();
    expect(await first.getAttribute("title")).toBe(`${entry?.time.replace("T", " ").replace("Z", "")} UTC`);
    expect(await first.innerText()).toContain("years ago");
    await log.page.goto(`${demo.url}/?source=import:servicenow&layout=platform`);
    await log.ready();
    // 14:49 UTC, on a day of summer time in New York.
    expect(entry?.time).toBe("2016-03-14T14:49:00.000000Z");
    expect(await first.innerText()).toBe("14 Mar 2016, 10:49:00");
    expect(await first.getAttribute("title")).toBe("2016-03-14 14:49:00.000000 UTC");
  });

  scenario("badges carry a word, never colour alone", async ({ demo, open }) => {
    const log = await open(demo.url);
    for (const layout of ["records", "platform", "access"]) {
      await log.page.goto(`${demo.url}/?layout=${layout}&severity=critical&severity=warning&outcome=failure`);
      await log.ready();
      const badges = await log.page.locator("ind-table .badge").evaluateAll((all) => all.map((badge) => badge.textContent ?? ""));
      expect(badges.length).toBeGreaterThan(10);
      expect(badges.filter((text) => !/[a-z]{3}/i.test(text))).toEqual([]);
    }
  });
});

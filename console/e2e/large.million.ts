/** The log page over a million generated entries: `make console-million` makes the log, in the folder INDELIBLE_MILLION. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Entry, EntryPage } from "../src/api/types.js";
import { scenario } from "./harness/scenario.js";
import { Server } from "./harness/server.js";

const HOME = process.env["INDELIBLE_MILLION"] ?? "";
const MILLION = 1_000_000;

/** What was generated, without what the log records of itself meanwhile. */
const GENERATED = "-source=indelible";

const log = new Server(HOME);

beforeAll(() => log.start());
afterAll(() => log.stop());

async function newest(query: string, least: number): Promise<Entry[]> {
  const all: Entry[] = [];
  for (let cursor = ""; all.length < least; ) {
    const page: EntryPage = await log.json("/v1/entries", `${query}&limit=1000${cursor}`);
    all.push(...page.entries);
    cursor = `&cursor=${page.next}`;
  }
  return all;
}

describe("a million entries", () => {
  scenario("the count is exact, the timeline holds them all, the newest come first", async ({ open }) => {
    const page = await open(`${log.url}/?${GENERATED}`);
    expect(await page.shows(log, GENERATED)).toBe(MILLION);
    const legend = page.page.locator("ind-timeline .legend");
    await expect.poll(async () => [...(await legend.innerText()).matchAll(/[a-z] ([\d,]+)/g)].reduce((sum, [, number = ""]) => sum + Number(number.replaceAll(",", "")), 0)).toBe(MILLION);
  });

  scenario("each filter shows the interface's counts, and its rows and count after each choice", async ({ open }) => {
    const page = await open(`${log.url}/?${GENERATED}`);
    await page.shows(log, GENERATED);
    let query = GENERATED;
    for (const [label, name] of [["Channel", "channel"], ["Event", "event"], ["Outcome", "outcome"], ["Severity", "severity"], ["Resource type", "resource_type"], ["User", "actor"]] as const) {
      await page.filter(label).click();
      const values = await log.facet(name, query);
      await expect.poll(() => page.values(), { message: label }).toEqual(values);
      await page.value(values[0]?.value ?? "").check();
      await page.page.keyboard.press("Escape");
      query += `&${name}=${encodeURIComponent(values[0]?.value ?? "")}`;
      expect(await page.shows(log, query)).toBe(values[0]?.count);
    }
  });

  scenario("scrolling through 10,000 rows shows the right entries", async ({ open }) => {
    const page = await (await open(`${log.url}/?${GENERATED}`)).ready();
    const expected = await newest(GENERATED, 11_000);
    const scroller = page.page.locator("ind-table .scroll");
    for (let last = 0; last < 10_000; ) {
      await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight));
      await expect.poll(async () => (await page.rows()).at(-1)?.at ?? 0).toBeGreaterThan(last);
      await expect.poll(async () => (await page.rows()).every(({ time }) => time !== ""), { message: `rows behind ${last}` }).toBe(true);
      const rows = await page.rows();
      for (const { at, time, cells } of rows) expect([at, time, cells[1]]).toEqual([at, expected[at]?.time, expected[at]?.description]);
      last = rows.at(-1)?.at ?? 0;
    }
  });

  scenario("a search, a day, an entry and its proof, and an export of exactly that", async ({ open }) => {
    const [middle] = (await newest(GENERATED, 1_000)).slice(-1);
    const day = middle?.time.slice(0, 10) ?? "";
    const query = `${GENERATED}&q=update&from=${day}&to=${day}`;
    const page = await open(`${log.url}/?${query}`, { timezoneId: "UTC" });
    const count = await page.shows(log, query);
    expect(count).toBeGreaterThan(10);
    await page.row(3).click();
    await page.panel.locator("ind-proof [data-state=good]").waitFor();
    await page.page.locator("ind-export #face").click();
    const [download] = await Promise.all([page.page.waitForEvent("download"), page.button(/^Export NDJSON/).click()]);
    const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n");
    expect(lines.length).toBe(count);
  });

  scenario("suggestions find values among them, and the overview counts them", async ({ open }) => {
    const page = await open(`${log.url}/?${GENERATED}`);
    await page.shows(log, GENERATED);
    const [channel] = await log.facet("channel", GENERATED);
    await page.search.pressSequentially(`channel:${channel?.value.slice(0, 2)}`);
    const option = page.page.getByRole("option", { name: new RegExp(`^${channel?.value}\\s`) });
    await option.waitFor();
    await page.page.goto(`${log.url}/overview?${GENERATED}`);
    await page.page.getByText(MILLION.toLocaleString("en-GB")).first().waitFor();
  });
});

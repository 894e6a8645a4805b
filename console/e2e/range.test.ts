import { describe, expect } from "vitest";
import type { Opened } from "./harness/scenario.js";
import { scenario } from "./harness/scenario.js";

async function days(log: Opened, from: string, to: string): Promise<void> {
  await log.page.getByLabel("From, day").fill(from);
  await log.page.getByLabel("To, day").fill(to);
}

/** An event every half hour of five days around a day on which Berlin sets its clocks forward. */
const START = Date.parse("2026-03-27T00:00:00Z");
const TICKS = Array.from({ length: 240 }, (_, at) => ({ action: "clock.ticked", time: new Date(START + at * 1_800_000).toISOString() }));

describe("range of time", () => {
  scenario("a quick range applies at once and stands in the URL", async ({ fresh, open }) => {
    const server = await fresh();
    const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
    await server.record(...[0.2, 3, 30, 200, 1_000, 5_000, 20_000].map((hours) => ({ action: "door.opened", time: ago(hours) })));
    const log = await (await open(`${server.url}/?action=door.opened`)).ready();
    const found: number[] = [];
    for (const [label, query] of [["Last hour", "since=1h"], ["Last 24 hours", "since=24h"], ["Last 7 days", "since=7d"], ["Last 30 days", "since=30d"], ["Last 90 days", "since=90d"], ["Last year", "since=365d"]]) {
      await log.page.locator("ind-range #face").click();
      await log.button(label ?? "").click();
      await expect.poll(() => log.query).toBe(`action=door.opened&${query}`);
      expect(await log.faces()).toContain(label);
      await expect.poll(() => log.page.locator("ind-table .scroll").getAttribute("aria-busy")).toBe("false");
      found.push(await log.count());
    }
    expect(found).toEqual([1, 2, 3, 4, 5, 6]);
    await log.page.locator("ind-range #face").click();
    await log.button("Any time").click();
    await expect.poll(() => log.count()).toBe(7);
    expect(log.query).toBe("action=door.opened");
  });

  for (const [zone, offset] of [["Europe/Berlin", "+01:00"], ["America/New_York", "-04:00"], ["Asia/Kolkata", "+05:30"], ["UTC", "Z"]] as const) {
    scenario(`days are whole days in ${zone}, the last one included`, async ({ fresh, open }) => {
      const server = await fresh();
      await server.record(...TICKS);
      const log = await (await open(server.url, { timezoneId: zone })).ready();
      await log.page.locator("ind-range #face").click();
      await days(log, "2026-03-28", "2026-03-29");
      await expect.poll(() => log.query).toBe("from=2026-03-28&to=2026-03-29");
      // Berlin's 29th has 23 hours.
      const from = new Date(`2026-03-28T00:00:00${offset}`).getTime();
      const to = from + (zone === "Europe/Berlin" ? 47 : 48) * 3_600_000;
      await log.shows(server, `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`);
      expect(await log.count()).toBe(zone === "Europe/Berlin" ? 94 : 96);
      expect(await log.page.locator("ind-range p").innerText()).toContain(await log.page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone));
    });
  }

  scenario("with a time a side is that instant, and is shown again as it was chosen", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...TICKS);
    const log = await (await open(server.url, { timezoneId: "Europe/Berlin" })).ready();
    await log.page.locator("ind-range #face").click();
    await days(log, "2026-03-28", "2026-03-28");
    await log.page.getByLabel("From, time").fill("10:15");
    await log.page.getByLabel("To, time").fill("12:00");
    await log.shows(server, "from=2026-03-28T09:15:00Z&to=2026-03-28T11:00:00Z");
    expect(await log.count()).toBe(3);
    await log.page.reload();
    await log.shows(server, "from=2026-03-28T09:15:00Z&to=2026-03-28T11:00:00Z");
    await log.page.locator("ind-range #face").click();
    expect(await log.page.getByLabel("From, time").inputValue()).toBe("10:15");
    expect(await log.page.getByLabel("To, day").inputValue()).toBe("2026-03-28");
  });

  scenario("dragging over the timeline zooms into that range, and back leaves it", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...TICKS);
    const log = await (await open(`${server.url}/?action=clock.ticked`, { timezoneId: "UTC" })).ready();
    const over = log.page.locator("ind-timeline .u-over");
    const box = await over.boundingBox();
    if (box === null) throw new Error("the timeline is not drawn");
    await log.page.mouse.move(box.x + box.width * 0.25, box.y + 30);
    await log.page.mouse.down();
    await log.page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 5 });
    await log.page.mouse.up();
    await expect.poll(() => log.query).toMatch(/&from=.*&to=/);
    const count = await log.shows(server, log.query);
    expect(Math.abs(count - 60)).toBeLessThan(6);
    await log.page.goBack();
    await log.shows(server, "action=clock.ticked");
  });

  scenario("the timeline's sums are the interface's, by severity and by outcome", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?-source=indelible`)).ready();
    const legend = async (): Promise<string[]> => (await log.page.locator("ind-timeline .legend span").allInnerTexts()).slice(0, -1);
    const sums = async (field: string, values: string[]): Promise<string[]> => {
      const facet = await demo.facet(field, "-source=indelible");
      return values.map((value) => `${value} ${(facet.find((known) => known.value === value)?.count ?? 0).toLocaleString("en-GB")}`);
    };
    await expect.poll(legend).toEqual(await sums("severity", ["info", "warning", "critical"]));
    await log.button("By outcome instead").click();
    await expect.poll(legend).toEqual(await sums("outcome", ["success", "failure"]));
    expect(log.query).toContain("by=outcome");
  });
});

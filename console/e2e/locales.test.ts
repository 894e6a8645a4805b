import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

const LOCALES = [
  ["en-GB", "20,000 entries", "14 Mar 2016, 15:49:00", "10 years ago"],
  ["de-DE", "20.000 entries", "14.03.2016, 15:49:00", "vor 10 Jahren"],
  ["fr-FR", "20 000 entries", "14 mars 2016, 15:49:00", "il y a 10 ans"],
] as const;

/** Narrow and no-break spaces as plain ones; French `à` between day and time differs between versions of the data. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ").replace(" à ", ", ");

describe("locales", () => {
  for (const [locale, count, time, age] of LOCALES) {
    scenario(`numbers, times and ages are as ${locale} writes them`, async ({ demo, open }) => {
      const log = await (await open(`${demo.url}/?source=import:servicenow&layout=platform`, { locale, timezoneId: "Europe/Berlin" })).ready();
      expect(plain(await log.page.locator(".count").innerText())).toBe(count);
      expect(plain((await log.rows())[0]?.cells[4] ?? "")).toBe(time);
      await log.page.goto(`${demo.url}/?source=import:servicenow`);
      await log.ready();
      expect(plain((await log.rows())[0]?.cells[0] ?? "")).toBe(`2016-03-14 14:49:00 UTC ${age}`);
      await log.filter("Event").click();
      const [first] = await demo.facet("event", "source=import:servicenow");
      await expect.poll(() => log.page.locator("ind-filter label").allInnerTexts().then((all) => plain(all[0] ?? "").replace(/\s+/g, " "))).toBe(`${first?.value} ${plain((first?.count ?? 0).toLocaleString(locale))}`);
    });
  }
});

import { describe, expect } from "vitest";
import { digits } from "./harness/log-page.js";
import { type Opened, scenario } from "./harness/scenario.js";

const ASKED = "-source=indelible&from=2017-01-01";

/** Rows of a block on Overview: value and count. */
async function ranked(log: Opened, title: string): Promise<(readonly [string, number])[]> {
  const rows = await log.page.getByRole("region", { name: title }).locator("li a").evaluateAll((links) => links.map((link) => [link.querySelector(".value")?.textContent ?? "", link.querySelectorAll("span:not(.value)")] as const).map(([value, rest]) => [value, [...rest].map((part) => part.textContent ?? "").find((text) => /\d/.test(text)) ?? ""] as const));
  return rows.map(([value, count]) => [value.trim(), digits(count)] as const);
}

describe("Overview", () => {
  scenario("its figures and lists are the interface's, within the filters", async ({ demo, open }) => {
    const log = await open(`${demo.url}/overview?${ASKED}`, { timezoneId: "UTC" });
    const [failures, severities] = [await demo.facet("outcome", ASKED), await demo.facet("severity", ASKED)];
    const of = (facet: typeof failures, value: string): number => facet.find((known) => known.value === value)?.count ?? 0;
    const figures = async (): Promise<number[]> => (await log.page.locator("ind-overview .figures strong").allInnerTexts()).map(digits);
    await expect.poll(figures).toEqual([await demo.count(ASKED), of(failures, "failure"), of(severities, "critical"), of(severities, "warning")]);
    const pairs = (facet: typeof failures): (readonly [string, number])[] => facet.map(({ value, count }) => [value, count] as const);
    for (const [title, field, more] of [["Top resource types", "resource_type", ""], ["Top actions", "action", ""], ["Failures by address", "ip", "&outcome=failure"]] as const) {
      const expected = pairs(await demo.facet(field, `${ASKED}${more}`));
      await expect.poll(async () => (await ranked(log, title)).length, { message: title }).toBeGreaterThan(0);
      const shown = await ranked(log, title);
      expect(shown, title).toEqual(expected.slice(0, shown.length));
    }
  });

  scenario("each figure leads to its entries, and back", async ({ demo, open }) => {
    const log = await open(`${demo.url}/overview?${ASKED}`, { timezoneId: "UTC" });
    const critical = log.page.locator("ind-overview .figures a").nth(2);
    await critical.waitFor();
    const count = digits(await critical.locator("strong").innerText());
    await critical.click();
    expect(await log.shows(demo, `${ASKED}&severity=critical`)).toBe(count);
    await log.page.goBack();
    await critical.waitFor();
    expect(new URL(log.page.url()).pathname).toBe("/overview");
  });
});

describe("Catalogue", () => {
  scenario("lists every channel with its count, and can be searched", async ({ demo, open }) => {
    const log = await open(`${demo.url}/catalogue?-source=indelible`);
    const table = log.page.locator("ind-recorded").filter({ hasText: "Channels" });
    const expected = (await demo.facet("channel", "-source=indelible")).map(({ value, count }) => `${value} ${count}`).sort();
    await table.locator("tbody tr").first().waitFor();
    const all = table.getByRole("button", { name: /^All / });
    if (await all.count()) await all.click();
    const rows = async (): Promise<string[]> => (await table.locator("tbody tr").evaluateAll((trs) => trs.map((tr) => [...tr.children].slice(0, 2).map((cell) => cell.textContent?.trim() ?? "")))).map(([value = "", count = ""]) => `${value} ${digits(count)}`);
    await expect.poll(async () => (await rows()).sort()).toEqual(expected);
    await log.page.getByRole("searchbox", { name: /^Find a channel/ }).fill("incid");
    await expect.poll(rows).toEqual(["incidents 20000"]);
    await table.getByRole("link", { name: "incidents" }).click();
    await log.shows(demo, "-source=indelible&channel=incidents");
  });
});

describe("Integrity", () => {
  scenario("shows the checkpoint and the key the log has, and verifies on demand", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...Array.from({ length: 20 }, () => ({ action: "door.opened" })));
    const log = await open(`${server.url}/integrity`);
    expect(await log.page.getByLabel("Verifier key").innerText()).toBe((await server.text("/vkey")).trim());
    const verify = log.button("Verify now");
    await verify.click();
    await log.page.locator("ind-verification .badge.emerald", { hasText: "sound" }).waitFor();
    const said = await log.page.locator("ind-verification").getByText(/^All .* are as they were acknowledged/).innerText();
    expect(digits(said)).toBeGreaterThanOrEqual(21);
    await log.page.getByRole("link", { name: "All verifications in the log" }).click();
    await expect.poll(() => log.count()).toBeGreaterThan(0);
  });
});

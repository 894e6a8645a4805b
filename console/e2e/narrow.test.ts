import { describe, expect } from "vitest";
import { PAGES, settled } from "./harness/pages.js";
import { scenario } from "./harness/scenario.js";

describe("narrow", () => {
  scenario("360 px wide no page scrolls sideways, with panel and menus too", async ({ demo, open }) => {
    const log = await open(demo.url, { viewport: { width: 360, height: 740 } });
    const width = (): Promise<number> => log.page.evaluate(() => document.scrollingElement?.scrollWidth ?? 0);
    for (const page of PAGES) {
      await log.page.goto(`${demo.url}/${page}`);
      await settled(log, page);
      expect(await width(), page).toBeLessThanOrEqual(360);
    }
    await log.page.goto(`${demo.url}/?http_status=403&-channel=auth&ip=1.2.3.4&q=nosuchword`);
    await log.page.getByRole("heading", { name: "No entry matches" }).waitFor();
    expect(await width()).toBeLessThanOrEqual(360);
    await log.page.goto(`${demo.url}/?source=import:servicenow`);
    await log.ready();
    for (const menu of [log.page.locator("ind-range #face"), log.filter("User"), log.button(/^Layout:/), log.page.locator("ind-export #face")]) {
      await menu.click();
      const box = await log.page.locator("ind-popover[open] .panel").boundingBox();
      expect(box?.x).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360);
      expect(await width()).toBeLessThanOrEqual(360);
      await log.page.keyboard.press("Escape");
    }
    await log.row(0).click();
    await log.panel.locator("pre.raw").waitFor();
    expect(await width()).toBeLessThanOrEqual(360);
    await log.panel.getByRole("button", { name: "Close" }).click();
    await log.panel.waitFor({ state: "detached" });
  });

  scenario("no page scrolls as a whole beside its content", async ({ demo, open }) => {
    const log = await open(demo.url);
    for (const page of PAGES) {
      await log.page.goto(`${demo.url}/${page}`);
      await settled(log, page);
      expect(await log.page.evaluate(() => [document.scrollingElement?.scrollHeight, document.scrollingElement?.scrollWidth]), page).toEqual([800, 1280]);
    }
  });
});

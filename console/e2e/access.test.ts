import { describe, expect } from "vitest";
import { violations } from "./harness/axe.js";
import { type Opened, scenario } from "./harness/scenario.js";

const PAGES = ["", "overview", "catalogue", "integrity"];

/** Waits for a page's own content, whatever it is. */
async function settled(log: Opened, page: string): Promise<void> {
  if (page === "") await log.ready();
  else await log.page.locator(`ind-${page}`).waitFor({ state: "attached" });
  await log.page.waitForLoadState("networkidle");
}

describe("accessibility", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    scenario(`axe finds nothing on any page, ${colorScheme}`, async ({ demo, open }) => {
      // A page that follows the log is never without a request; axe needs none to end.
      const log = await open(demo.url, { colorScheme, reducedMotion: "reduce" });
      for (const page of PAGES) {
        await log.page.goto(`${demo.url}/${page}`);
        await (page === "" ? log.ready() : settled(log, page));
        expect(await violations(log.page), page).toEqual([]);
      }
      for (const layout of ["platform", "events", "access"]) {
        await log.page.goto(`${demo.url}/?layout=${layout}&severity=critical&severity=warning`);
        await log.ready();
        expect(await violations(log.page), layout).toEqual([]);
      }
    });

    scenario(`axe finds nothing with panel, menus, suggestions, help and states, ${colorScheme}`, async ({ demo, open }) => {
      const [change] = await demo.entries("source=import:servicenow&q=resolved", 1);
      const log = await open(`${demo.url}/?source=import:servicenow&http_status=404&entry=${change?.id}`, { colorScheme, reducedMotion: "reduce" });
      await log.panel.locator(".diff").waitFor();
      await log.page.locator("ind-proof [data-state=good]").waitFor();
      await log.page.locator("ind-proof summary").click();
      expect(await violations(log.page), "panel, no match").toEqual([]);
      await log.page.goto(`${demo.url}/?source=import:servicenow&ip=1.2.3.4`);
      await log.page.goto(`${demo.url}/?severity=critical`);
      await log.ready();
      for (const menu of [log.page.locator("ind-range #face"), log.filter("Channel"), log.filter("Resource name"), log.button(/^Layout:/), log.page.locator("ind-export #face")]) {
        await menu.click();
        await expect.poll(() => log.page.locator("ind-popover[open] .skeleton").count()).toBe(0);
        expect(await violations(log.page), await menu.innerText()).toEqual([]);
        await log.page.keyboard.press("Escape");
      }
      await log.page.keyboard.press("?");
      expect(await violations(log.page), "help").toEqual([]);
      await log.page.keyboard.press("Escape");
      await log.search.pressSequentially("channel:");
      await log.page.getByRole("option").first().waitFor();
      log.complaints.expect(/status of 400/);
      await log.page.keyboard.press("ArrowDown");
      expect(await violations(log.page), "suggestions").toEqual([]);
    });
  }

  scenario("by keyboard alone: search, filter, go through rows, read an entry, follow it, export", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    const { keyboard } = log.page;
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        const focused = await log.page.evaluate(() => {
          let at = document.activeElement;
          while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
          const slot = at?.querySelector("slot");
          return (at?.getAttribute("aria-label") ?? (slot === null || slot === undefined ? at?.textContent : slot.assignedNodes().map((node) => node.textContent).join("")) ?? "").trim();
        });
        if (name.test(focused)) return;
        await keyboard.press("Tab");
      }
      throw new Error(`no Tab reaches ${name}`);
    };
    await keyboard.press("/");
    await keyboard.type("deleted");
    await keyboard.press("Enter");
    await log.shows(demo, "q=deleted");
    await tabTo(/^Outcome/);
    await keyboard.press("Enter");
    await expect.poll(async () => (await log.values()).length).toBeGreaterThan(0);
    await keyboard.press("Tab");
    await keyboard.press("Space");
    const [outcome] = await demo.facet("outcome", "q=deleted");
    await log.shows(demo, `q=deleted&outcome=${outcome?.value}`);
    await keyboard.press("Escape");
    const entries = await demo.entries(`q=deleted&outcome=${outcome?.value}`, 5);
    for (const key of ["j", "ArrowDown", "ArrowDown", "Enter"]) await keyboard.press(key);
    await expect.poll(() => new URLSearchParams(log.query).get("entry")).toBe(entries[3]?.id);
    await log.panel.locator("pre.raw").waitFor();
    await tabTo(/^More by this actor$/);
    await keyboard.press("Enter");
    await expect.poll(() => new URLSearchParams(log.query).get("actor")).toBe(entries[3]?.actor.id);
    await log.shows(demo, log.query);
    await log.page.locator("body").press("/");
    await tabTo(/^Export/);
    await keyboard.press("Enter");
    await keyboard.press("Tab");
    const [download] = await Promise.all([log.page.waitForEvent("download"), keyboard.press("Enter")]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
  });

  scenario("Esc leaves a menu with the focus on its button, and ? shows the keys", async ({ demo, open }) => {
    const log = await (await open(demo.url)).ready();
    await log.filter("Channel").press("Enter");
    await expect.poll(async () => (await log.values()).length).toBeGreaterThan(0);
    await log.page.keyboard.press("Escape");
    await expect.poll(() => log.filter("Channel").evaluate((button) => button.matches(":focus"))).toBe(true);
    await log.page.keyboard.press("?");
    await log.page.getByRole("dialog", { name: "Keys" }).waitFor();
    await log.page.keyboard.press("Escape");
    await log.page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "hidden" });
  });

  scenario("360 px wide no page scrolls sideways, with panel and menus too", async ({ demo, open }) => {
    const log = await open(demo.url, { viewport: { width: 360, height: 740 } });
    const width = (): Promise<number> => log.page.evaluate(() => document.scrollingElement?.scrollWidth ?? 0);
    for (const page of PAGES) {
      await log.page.goto(`${demo.url}/${page}`);
      await (page === "" ? log.ready() : settled(log, page));
      expect(await width(), page).toBeLessThanOrEqual(360);
    }
    await log.page.goto(`${demo.url}/?http_status=403&-channel=auth&ip=1.2.3.4`);
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
});

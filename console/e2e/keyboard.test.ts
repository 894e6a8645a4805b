import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

describe("keyboard", () => {
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
    await expect.poll(() => log.filter("Outcome").evaluate((button) => button.matches(":focus"))).toBe(true);
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
});

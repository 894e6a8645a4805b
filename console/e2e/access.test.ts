import { describe, expect } from "vitest";
import { violations } from "./harness/axe.js";
import { PAGES, settled } from "./harness/pages.js";
import { scenario } from "./harness/scenario.js";

describe("accessibility", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    scenario(`axe finds nothing on any page, ${colorScheme}`, async ({ demo, open }) => {
      const log = await open(demo.url, { colorScheme, reducedMotion: "reduce" });
      for (const page of PAGES) {
        await log.page.goto(`${demo.url}/${page}`);
        await settled(log, page);
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

    scenario(`axe finds nothing where there is nothing to show, ${colorScheme}`, async ({ fresh, open }) => {
      const server = await fresh();
      const log = await open(server.url, { colorScheme, reducedMotion: "reduce" });
      await log.page.getByRole("heading", { name: "Nothing was recorded yet" }).waitFor();
      expect(await violations(log.page), "empty").toEqual([]);
      log.complaints.expect(/ERR_CONNECTION_REFUSED/);
      await log.page.route("**/v1/**", (route) => route.abort("connectionrefused"));
      await log.page.reload();
      await log.page.getByRole("alert").first().waitFor();
      expect(await violations(log.page), "gone").toEqual([]);
    });
  }
});

/** Every page as it looks, over the demo's real data: `<page>-<light|dark|narrow>.png`. */
import { join, resolve } from "node:path";
import { describe } from "vitest";
import { PAGES, settled } from "./harness/pages.js";
import { scenario } from "./harness/scenario.js";

const FOLDER = process.env["INDELIBLE_SCREENSHOTS"] ?? resolve("../target/screenshots");

const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1440, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 740 } },
} as const;

describe("screenshots", () => {
  for (const [look, options] of Object.entries(LOOKS)) {
    scenario(`${look}`, async ({ demo, open }) => {
      const log = await open(demo.url, { ...options, reducedMotion: "reduce", deviceScaleFactor: look === "narrow" ? 2 : 1 });
      const shoot = async (page: string): Promise<void> => {
        // Pages scroll within themselves: the window is made as tall as what they hold.
        const rest = page.startsWith("log") ? 0 : await log.page.locator("main").evaluate((main) => main.scrollHeight - main.clientHeight);
        await log.page.setViewportSize({ width: options.viewport.width, height: options.viewport.height + rest });
        await log.page.screenshot({ path: join(FOLDER, `${page}-${look}.png`) });
        await log.page.setViewportSize(options.viewport);
      };
      for (const page of PAGES) {
        await log.page.goto(`${demo.url}/${page}?-source=indelible`);
        await settled(log, page);
        if (page === "") await log.page.locator("ind-timeline canvas").waitFor();
        await shoot(page === "" ? "log" : page);
      }
      for (const layout of ["platform", "events", "access"]) {
        await log.page.goto(`${demo.url}/?severity=critical&severity=warning&layout=${layout}`);
        await log.ready();
        await shoot(`log-${layout}`);
      }
      const [change] = await demo.entries("source=import:servicenow&q=resolved", 1);
      await log.page.goto(`${demo.url}/?source=import:servicenow&entry=${change?.id}`);
      await log.page.locator("ind-proof [data-state=good]").waitFor();
      await shoot("log-entry");
      await log.page.goto(`${demo.url}/?source=import:servicenow`);
      await log.ready();
      await log.filter("Event").click();
      await log.value("created").waitFor();
      await shoot("log-filter");
    });
  }
});

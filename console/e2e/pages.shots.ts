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
      const shoot = (page: string): Promise<unknown> => log.page.screenshot({ path: join(FOLDER, `${page}-${look}.png`), fullPage: !page.startsWith("log") });
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

/** Every page as it looks, over the demo's real data: `<page>-<light|dark|narrow>.png`. */
import { join, resolve } from "node:path";
import { describe } from "vitest";
import { PAGES, settled } from "./harness/pages.js";
import { joins, PASSWORD } from "./harness/person.js";
import { type Opened, scenario } from "./harness/scenario.js";

const FOLDER = process.env["INDELIBLE_SCREENSHOTS"] ?? resolve("../target/screenshots");

const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1440, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1440, height: 900 } },
  narrow: { colorScheme: "light", viewport: { width: 360, height: 740 } },
} as const;

describe("screenshots", () => {
  for (const look of ["light", "dark", "narrow"] as const) {
    const options = LOOKS[look];
    scenario(`${look}`, async ({ demo, open }) => {
      const log = await open(demo.url, { ...options, reducedMotion: "reduce", deviceScaleFactor: look === "narrow" ? 2 : 1 });
      const shoot = (page: string): Promise<void> => shot(log, page, look);
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

    scenario(`${look}, signed in`, async ({ guarded, open }) => {
      const server = await guarded("demo");
      const { id } = await server.token("billing", "writer", "--organization", "acme", "--events-per-second", "1000");
      const headers = { "Content-Type": "application/json", ...(await server.operator()) };
      await fetch(`${server.url}/v1/organizations/acme`, { method: "PUT", headers, body: '{"name":"Acme Ltd","status":"suspended","message":"Write to billing@example.com.","allow":["192.0.2.0/24"]}' });
      const links = { ada: await server.invite("ada@example.com", "platform-admin"), bob: await server.invite("bob@example.com", "auditor", { organization: "acme", project: "p1" }) };
      const log = await open(links.bob, { ...options, reducedMotion: "reduce", deviceScaleFactor: look === "narrow" ? 2 : 1 });
      log.complaints.expect(/status of 401/);
      const shoot = (page: string): Promise<void> => shot(log, page, look);
      await log.page.getByText("bob@example.com").waitFor();
      await shoot("invitation");
      await log.page.goto(`${server.url}/overview`);
      await log.page.getByLabel("Password").waitFor();
      await shoot("sign-in");
      await joins(log, links.ada, "Ada Lovelace");
      await log.ready();
      await log.page.locator("ind-session #face").click();
      await shoot("log-session");
      const [person] = (await server.json<{ people: { id: string; email: string }[] }>("/v1/people")).people.filter(({ email }) => email === "ada@example.com");
      for (const [name, path] of [
        ["account", "account"],
        ["activity", "activity"],
        ["activity-looks", "activity?show=looks"],
        ["access-people", "access?show=people"],
        ["access-person", `access?show=people&id=${person?.id}`],
        ["access-programs", "access?show=programs"],
        ["access-program", `access?show=programs&id=${id}`],
        ["access-grants", "access?show=grants"],
        ["access-networks", "access?show=networks"],
        ["access-organizations", "access?show=organizations"],
        ["access-organization", "access?show=organizations&id=acme"],
        ["access-settings", "access?show=settings"],
      ] as const) {
        await log.page.goto(`${server.url}/${path}`);
        if (name === "activity") await log.ready();
        else await log.page.waitForLoadState("networkidle");
        await shoot(name);
      }
      await log.page.goto(`${server.url}/access?show=programs`);
      await log.button("Make a token").click();
      await log.page.locator("select[name=role]").selectOption("viewer");
      await log.page.locator("select[name=kind]").selectOption("entries");
      await shoot("access-deed");
      await log.page.getByLabel("Name", { exact: true }).fill("reports");
      await log.page.getByLabel("Organization", { exact: true }).fill("acme");
      await log.page.context().clearCookies();
      await log.button("Make the token").click();
      await log.page.getByRole("dialog", { name: "Your session has ended" }).getByLabel("Password").fill(PASSWORD);
      await shoot("access-over");
      await log.page.keyboard.press("Enter");
      await log.page.locator(".secret").waitFor();
      await shoot("access-once");
    });
  }
});

/** The page as it looks. */
async function shot(log: Opened, page: string, look: keyof typeof LOOKS): Promise<void> {
  const { viewport } = LOOKS[look];
  // Pages scroll within themselves: the window is made as tall as what they hold.
  const rest = page.startsWith("log") ? 0 : await log.page.locator("main").evaluate((main) => main.scrollHeight - main.clientHeight);
  await log.page.setViewportSize({ width: viewport.width, height: viewport.height + rest });
  await log.page.screenshot({ path: join(FOLDER, `${page}-${look}.png`) });
  await log.page.setViewportSize(viewport);
}

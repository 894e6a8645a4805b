import { describe, expect } from "vitest";
import { issuer } from "./harness/issuer.js";
import { inMenu } from "./harness/person.js";
import { scenario } from "./harness/scenario.js";

const GRANTS = '[{claim = "groups", contains = "it-admin", role = "auditor", scope = {}}, {claim = "groups", contains = "acme", role = "viewer", scope = {organization = "acme"}}]';
const ADA = { email: "ada@corp.example", email_verified: true, name: "Ada of Corp" };

describe("signing in by a provider", () => {
  scenario("leads back to where one wanted to be, with the roles that the claims give at that moment", async ({ guarded, open }) => {
    const { server, origin, tell } = await issuer(guarded, GRANTS);
    await server.record({ action: "door.opened", channel: "doors" });
    await tell("u-1", { ...ADA, groups: ["staff", "it-admin"] });
    const log = await open(`${server.url}/?channel=doors`, { origins: [origin] });
    log.complaints.expect(/status of 401/);
    await log.page.getByRole("link", { name: "Sign in with Corp" }).click();
    await log.ready();
    expect(log.page.url()).toBe(`${server.url}/?channel=doors`);
    await log.page.locator("ind-session #face").click();
    const menu = log.page.locator("ind-session .menu");
    expect(await menu.innerText()).toContain("Ada of Corp");
    expect(await menu.innerText()).toContain("Auditor for everything");
    await log.page.keyboard.press("Escape");
    await inMenu(log, "Sign out");
    await log.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await tell("u-1", { ...ADA, groups: ["acme"] });
    await log.page.getByRole("link", { name: "Sign in with Corp" }).click();
    await log.page.locator("ind-session #face").click();
    expect(await menu.innerText()).toContain("Viewer for organization acme");
    expect(await menu.innerText()).not.toContain("Auditor");
  });

  scenario("that gives no role here is said, and another way can be taken", async ({ guarded, open }) => {
    const { server, origin, tell } = await issuer(guarded, GRANTS);
    await tell("u-2", { email: "bob@corp.example", email_verified: true, name: "Bob", groups: ["staff"] });
    const log = await open(`${server.url}/overview`, { origins: [origin] });
    log.complaints.expect(/status of 401/);
    await log.page.getByRole("link", { name: "Sign in with Corp" }).click();
    await expect.poll(() => log.page.getByRole("alert").innerText()).toContain("nothing there gives you a role here");
    await log.page.getByLabel("E-mail address").waitFor();
  });

  scenario("goes on beside a page whose session has ended, which then goes on itself", async ({ guarded, open }) => {
    const { server, origin, tell } = await issuer(guarded, GRANTS);
    await tell("u-1", { ...ADA, groups: ["it-admin"] });
    const log = await open(`${server.url}/catalogue`, { origins: [origin] });
    log.complaints.expect(/status of 401/, /ERR_INCOMPLETE/);
    await log.page.getByRole("link", { name: "Sign in with Corp" }).click();
    await log.page.locator("ind-catalogue h1").waitFor();
    await log.page.getByRole("link", { name: "Log", exact: true }).click();
    await log.ready();
    await log.page.context().clearCookies();
    await log.search.fill("door");
    const over = log.page.getByRole("dialog", { name: "Your session has ended" });
    const [beside] = await Promise.all([log.page.context().waitForEvent("page"), over.getByRole("link", { name: "Sign in with Corp" }).click()]);
    await beside.getByRole("heading", { name: "You are signed in" }).waitFor();
    await beside.close();
    await log.page.evaluate(() => dispatchEvent(new Event("focus")));
    await over.waitFor({ state: "detached" });
    expect(await log.search.inputValue()).toBe("door");
    await expect.poll(() => log.query).toBe("q=door");
  });
});

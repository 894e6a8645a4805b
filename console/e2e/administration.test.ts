import { describe, expect } from "vitest";
import type { Locator } from "playwright-core";
import { violations } from "./harness/axe.js";
import type { Opened } from "./harness/scenario.js";
import { scenario } from "./harness/scenario.js";
import type { Server } from "./harness/server.js";

/** The page Access as whoever has the machine. */
async function access(open: (url: string, options?: object) => Promise<Opened>, server: Server, show: string, more: object = {}): Promise<Opened> {
  const log = await open(`${server.url}/access?show=${show}`, { extraHTTPHeaders: await server.operator(), ...more });
  await log.page.getByRole("heading", { name: "Access", level: 1 }).waitFor();
  return log;
}

const dialog = (log: Opened): Locator => log.page.locator("dialog.deed");
const button = (log: Opened, name: string): Locator => dialog(log).getByRole("button", { name, exact: true });

/** Does what the open dialog says, and waits until it is done. */
async function does(log: Opened, verb: string): Promise<void> {
  await button(log, verb).click();
  await dialog(log).waitFor({ state: "detached" });
}

const said = (log: Opened): Locator => log.page.getByRole("status").filter({ hasText: "done" });
const history = (log: Opened): Locator => log.page.locator("ind-history li");

/** What the log answers to a token. */
async function statusOf(server: Server, token: string, path = "/v1/session"): Promise<number> {
  return (await fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${token}` } })).status;
}

describe("access", () => {
  scenario("a token is made, shown once, rotated and revoked; the log says who did each, and why", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await access(open, server, "programs");
    await log.page.getByText("No program has a token so far.").waitFor();
    await log.button("Make a token").click();
    await log.page.getByLabel("Name", { exact: true }).fill("shop");
    await log.page.locator("select[name=role]").selectOption("writer");
    await log.page.locator("select[name=kind]").selectOption("entries");
    await button(log, "Make the token").click();
    expect(await dialog(log).getByRole("alert").innerText()).toContain("Name the entries");
    await log.page.getByLabel("Organization", { exact: true }).fill("acme");
    await button(log, "Make the token").click();
    const token = await log.page.locator(".secret").innerText();
    expect(token).toMatch(/^ind_/);
    expect(await statusOf(server, token)).toBe(200);
    // What is shown once is not lost by a key.
    await log.page.keyboard.press("Escape");
    expect(await dialog(log).isVisible()).toBe(true);
    await does(log, "I have kept it");
    expect(await log.page.content()).not.toContain(token);
    await log.page.getByRole("link", { name: "shop" }).click();
    await expect.poll(() => history(log).allInnerTexts()).toEqual([expect.stringMatching(/^Token created by operator[^]*grant: — → Writer for organization acme/)]);
    await log.page.reload();
    await log.button("Rotate").click();
    await log.page.locator("select[name=overlap]").selectOption("0");
    await button(log, "Make the token").click();
    const other = await log.page.locator(".secret").innerText();
    await does(log, "I have kept it");
    expect([await statusOf(server, token), await statusOf(server, other)]).toEqual([401, 200]);
    await log.button("Revoke").click();
    await dialog(log).getByLabel(/^Reason/).fill("für Ärger gut");
    await does(log, "Revoke");
    await expect.poll(() => said(log).innerText()).toContain("The token of shop is revoked.");
    expect(await statusOf(server, other)).toBe(401);
    await expect.poll(async () => (await history(log).allInnerTexts())[0]).toContain("because für Ärger gut");
    expect(await log.button("Revoke").count()).toBe(0);
  });

  scenario("what the server did not do is never shown as done", async ({ guarded, open }) => {
    const server = await guarded();
    const { id, token } = await server.token("shop", "writer");
    const log = await access(open, server, `programs&id=${id}`);
    log.complaints.expect(/status of 503/, /ERR_FAILED|ERR_CONNECTION/);
    const refused = { status: 503, contentType: "application/problem+json", body: JSON.stringify({ status: 503, code: "unrecorded", title: "Not recorded", detail: "the change could not be recorded, so it was not made" }) };
    await log.page.route(`**/v1/tokens/${id}`, (route) => route.fulfill(refused));
    await log.button("Revoke").click();
    await button(log, "Revoke").click();
    expect(await dialog(log).getByRole("alert").innerText()).toBe("the change could not be recorded, so it was not made");
    await log.page.unroute(`**/v1/tokens/${id}`);
    await log.page.route(`**/v1/tokens/${id}`, (route) => route.abort("failed"));
    await button(log, "Revoke").click();
    await expect.poll(() => dialog(log).getByRole("alert").innerText()).toContain("Whether it was done is not known");
    await button(log, "Cancel").click();
    expect(await said(log).count()).toBe(0);
    expect(await log.page.locator(".facts .badge").first().innerText()).toContain("active");
    expect(await statusOf(server, token)).toBe(200);
  });

  scenario("a role is given and removed where the program is, and all grants stand in a list", async ({ guarded, open }) => {
    const server = await guarded();
    const { id, token } = await server.token("reports", "viewer", "--organization", "acme");
    const log = await access(open, server, `programs&id=${id}`);
    await log.button("Give a role").click();
    await log.page.locator("select[name=role]").selectOption("auditor");
    await does(log, "Give the role");
    expect(await statusOf(server, token, "/v1/verification")).toBe(200);
    await log.page.getByRole("link", { name: "Grants" }).click();
    await expect.poll(() => log.page.locator("ind-grants tbody tr").count()).toBe(2);
    await log.button("Remove Auditor of reports").click();
    await does(log, "Remove");
    await expect.poll(() => log.page.locator("ind-grants tbody tr").count()).toBe(1);
    expect(await statusOf(server, token, "/v1/verification")).toBe(403);
    await expect.poll(async () => (await history(log).allInnerTexts())[0]).toMatch(/^Grant taken away by operator/);
  });

  scenario("an organization is suspended with a message and opened again; its people may come from its networks alone", async ({ guarded, open }) => {
    const server = await guarded();
    await server.record({ action: "door.opened", organization: { id: "acme" } });
    const { token } = await server.token("acme reports", "viewer", "--organization", "acme");
    const log = await access(open, server, "organizations");
    await log.button("Add an organization").click();
    await log.page.getByLabel("ID", { exact: true }).fill("acme");
    await log.page.getByLabel("Name", { exact: true }).fill("Acme Ltd");
    await does(log, "Save");
    await log.page.getByRole("link", { name: "Acme Ltd" }).click();
    await log.button("Suspend").click();
    await log.page.getByLabel("Message for those who are shut out").fill("Write to billing@example.com.");
    await does(log, "Suspend");
    expect(await statusOf(server, token, "/v1/entries")).toBe(403);
    await expect.poll(() => log.page.locator(".facts").innerText()).toContain("Write to billing@example.com.");
    await log.button("Open again").click();
    await does(log, "Open again");
    expect(await statusOf(server, token, "/v1/entries")).toBe(200);
    await log.page.getByRole("link", { name: "Allow-lists" }).click();
    await log.button("Change the networks of acme").click();
    await dialog(log).locator("textarea").fill("nonsense");
    log.complaints.expect(/status of (422|400|409)/);
    await button(log, "Save").click();
    await dialog(log).getByRole("alert").waitFor();
    await dialog(log).locator("textarea").fill("192.0.2.0/24\n2001:db8::/32");
    await does(log, "Save");
    expect(await statusOf(server, token, "/v1/entries")).toBe(403);
    await expect.poll(() => log.page.locator("ind-networks tbody").innerText()).toContain("192.0.2.0/24");
  });

  scenario("whoever would shut himself out by an allow-list is told, and can still do it", async ({ guarded, open }) => {
    const server = await guarded();
    const { token } = await server.token("admin", "platform-admin");
    const log = await open(`${server.url}/access?show=networks`, { extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
    log.complaints.expect(/status of 409/);
    await log.button("Change the platform's networks").click();
    await dialog(log).locator("textarea").fill("192.0.2.0/24");
    await button(log, "Save").click();
    expect(await dialog(log).getByRole("alert").innerText()).toContain("you would be shut out yourself");
    log.complaints.expect(/status of 403/);
    await button(log, "Shut myself out").click();
    await dialog(log).waitFor({ state: "detached" });
    expect(await statusOf(server, token, "/v1/entries")).toBe(403);
  });

  scenario("where a reason is needed, deeds and looks ask for it, and it is on record", async ({ guarded, open }) => {
    const server = await guarded();
    const [id] = await server.record({ action: "door.opened", actor: { type: "user", id: "u1", name: "Ada Lovelace" } });
    const log = await access(open, server, "settings");
    log.complaints.expect(/status of 422/);
    await log.button("Switch on: A reason is needed").click();
    await does(log, "Switch on");
    await log.button("Switch off: A second factor is needed").count();
    await log.button("Switch on: The tree is public").click();
    await button(log, "Switch on").click();
    expect(await dialog(log).getByRole("alert").innerText()).toContain("say why");
    await dialog(log).getByLabel(/^Reason/).fill("asked for by the auditors");
    await does(log, "Switch on");
    await expect.poll(async () => (await history(log).allInnerTexts())[0]).toContain("because asked for by the auditors");
    await log.page.goto(`${server.url}/?entry=${id}`);
    const why = log.page.getByRole("dialog", { name: "Why do you look?" });
    await why.getByLabel("Reason").fill("ticket 142");
    await why.getByRole("button", { name: "Go on" }).click();
    await log.panel.locator("pre.raw").waitFor();
    expect((await server.entries("source=indelible&action=pii.read"))[0]?.reason).toBe("ticket 142");
  });

  scenario("what one may not do is not there", async ({ guarded, open }) => {
    const server = await guarded("demo");
    const pages = async (role: string, ...scope: string[]): Promise<[Opened, string[]]> => {
      const { token } = await server.token(role, role, ...scope);
      const log = await open(`${server.url}/integrity`, { extraHTTPHeaders: { Authorization: `Bearer ${token}` } });
      await log.page.locator("ind-integrity h1").waitFor();
      return [log, await log.page.getByRole("navigation", { name: "Pages" }).getByRole("link").allInnerTexts()];
    };
    const [admin, all] = await pages("platform-admin");
    expect(all).toEqual(["Log", "Overview", "Catalogue", "Integrity", "Access"]);
    await admin.button("Verify now").waitFor();
    const [viewer, some] = await pages("viewer");
    expect(some).toEqual(["Log", "Overview", "Catalogue", "Integrity"]);
    expect(await viewer.button("Verify now").count()).toBe(0);
    await viewer.page.goto(server.url);
    await viewer.ready();
    expect(await viewer.page.locator("ind-export").count()).toBe(0);
    await viewer.page.goto(`${server.url}/access`);
    await viewer.page.getByRole("heading", { name: "Access is not among what you may see" }).waitFor();
    const [writer, none] = await pages("writer");
    expect(none).toEqual(["Integrity"]);
    writer.complaints.expect(/status of 403/);
    await writer.page.goto(server.url);
    await writer.page.getByRole("heading", { name: "Log is not among what you may see" }).waitFor();
  });

  scenario("under --dev it says so, and there is nothing to administer", async ({ fresh, open }) => {
    const server = await fresh();
    const log = await open(server.url);
    await log.button("Development").click();
    await log.page.getByText("Development: no sign-in").waitFor();
    expect(await log.page.getByRole("link", { name: "Access" }).count()).toBe(0);
    expect(await log.button("Sign out").count()).toBe(0);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    scenario(`axe finds nothing, and 360 px are enough, ${colorScheme}`, async ({ guarded, open }) => {
      const server = await guarded();
      const { id } = await server.token("shop", "writer");
      const log = await access(open, server, "programs", { colorScheme, reducedMotion: "reduce", viewport: { width: 360, height: 740 } });
      for (const show of ["people", "programs", `programs&id=${id}`, "grants", "networks", "organizations", "settings"]) {
        await log.page.goto(`${server.url}/access?show=${show}`);
        await log.page.waitForLoadState("networkidle");
        expect(await violations(log.page), show).toEqual([]);
        expect(await log.page.evaluate(() => document.scrollingElement?.scrollWidth), show).toBeLessThanOrEqual(360);
      }
      await log.page.goto(`${server.url}/access?show=programs`);
      await log.button("Make a token").click();
      await log.page.locator("select[name=role]").selectOption("viewer");
      expect(await violations(log.page), "form").toEqual([]);
      await log.page.getByLabel("Name", { exact: true }).fill("x");
      await button(log, "Make the token").click();
      await log.page.locator(".secret").waitFor();
      expect(await violations(log.page), "shown once").toEqual([]);
    });
  }
});

import { describe, expect } from "vitest";
import { violations } from "./harness/axe.js";
import { codeOf, inMenu, joins, PASSWORD, signsIn } from "./harness/person.js";
import { type Open, type Opened, scenario } from "./harness/scenario.js";
import type { Server } from "./harness/server.js";

const ADA = "ada@example.com";

/** Refusals that a scenario brings about stand in the browser's console, too. */
async function opened(open: Open, url: string, options: object = {}): Promise<Opened> {
  const log = await open(url, options);
  // A feed of a session that ends breaks off.
  log.complaints.expect(/status of (401|403|429)/, /ERR_INCOMPLETE/);
  return log;
}

/** Somebody with a role, signed in. */
async function signedIn(open: Open, server: Server, email: string, role: string, scope: object = {}): Promise<Opened> {
  const log = await opened(open, server.url);
  await joins(log, await server.invite(email, role, scope), email.split("@")[0] ?? "");
  return log;
}

describe("signing in", () => {
  scenario("an invitation makes an account by the rules it shows, once", async ({ guarded, open }) => {
    const server = await guarded();
    const link = await server.invite(ADA, "auditor");
    const log = await opened(open, link);
    log.complaints.expect(/status of (404|422)/);
    await log.page.getByText(ADA).waitFor();
    const fill = async (password: string, again: string): Promise<void> => {
      await log.page.getByLabel("Your name").fill("Ada Lovelace");
      await log.page.getByLabel("Password", { exact: true }).fill(password);
      await log.page.getByLabel("The same once more").fill(again);
      await log.button("Make the account").click();
    };
    await fill("short", "short");
    expect(await log.page.getByRole("alert").innerText()).toContain("needs 12 at least");
    await fill(PASSWORD, `${PASSWORD} `);
    expect(await log.page.getByRole("alert").innerText()).toContain("differ");
    await fill("passwordpassword", "passwordpassword");
    await expect.poll(() => log.page.getByRole("alert").innerText()).not.toContain("differ");
    await fill(PASSWORD, PASSWORD);
    await log.ready();
    expect(new URL(log.page.url()).pathname + new URL(log.page.url()).hash).toBe("/");
    await log.page.locator("ind-session #face").click();
    const menu = await log.page.locator("ind-session .menu").innerText();
    for (const said of ["Ada Lovelace", ADA, "Auditor for everything", "see names and e-mail addresses"]) expect(menu).toContain(said);
    const other = await opened(open, link);
    other.complaints.expect(/status of 404/);
    await other.page.getByText("This link was used already").waitFor();
  });

  scenario("who is not signed in does so, and is then where he wanted to be, filters and all", async ({ guarded, open }) => {
    const server = await guarded();
    await server.record({ action: "door.opened", channel: "doors" });
    const log = await signedIn(open, server, ADA, "auditor");
    await inMenu(log, "Sign out");
    await log.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await log.page.goto(`${server.url}/?channel=doors&layout=platform`);
    await signsIn(log, ADA, "wrong password of hers");
    expect(await log.page.getByRole("alert").innerText()).toBe("E-mail address or password is wrong. Check both, and try again.");
    await signsIn(log, "nobody@example.com");
    expect(await log.page.getByRole("alert").innerText()).toBe("E-mail address or password is wrong. Check both, and try again.");
    await signsIn(log, ADA);
    await log.ready();
    expect(log.query).toBe("channel=doors&layout=platform");
    await log.page.goto(`${server.url}/sign-in?return=${encodeURIComponent("//evil.example/")}`);
    await log.ready();
    expect(log.page.url()).toBe(`${server.url}/`);
  });

  scenario("after too many attempts a pause ticks down, and then one may try again", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    await inMenu(log, "Sign out");
    const paused = log.button(/^Try again in \d+ s$/);
    await expect
      .poll(async () => {
        if ((await paused.count()) === 0) await signsIn(log, ADA, "not her password at all");
        return paused.count();
      })
      .toBe(1);
    expect(await log.page.getByRole("alert").innerText()).toContain("too many attempts");
    const [first, later] = [await paused.innerText(), log.button("Sign in").first()];
    await expect.poll(async () => ((await paused.count()) === 0 ? "" : paused.innerText())).not.toBe(first);
    await later.waitFor();
    await signsIn(log, ADA);
    await log.page.locator("ind-session").waitFor();
  });

  scenario("a second factor is set up, and asked for from then on", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    await inMenu(log, "Account: sessions, password, second factor");
    await log.button("Set one up").click();
    await log.button("Show the secret").click();
    const secret = await log.page.locator(".secret").innerText();
    expect(await log.page.getByRole("link", { name: "Open in an app" }).getAttribute("href")).toMatch(/^otpauth:\/\/totp\//);
    await log.page.getByLabel("Code that the app shows now").fill("000000");
    await log.button("Set it up").click();
    await log.page.locator("dialog.deed").getByRole("alert").waitFor();
    await log.page.getByLabel("Code that the app shows now").fill(codeOf(secret, Date.now()));
    await log.button("Set it up").click();
    await log.page.getByText("signing in with your password needs a code").waitFor();
    await log.button("Take it off").waitFor();
    await inMenu(log, "Sign out");
    await signsIn(log, ADA);
    const code = log.page.getByLabel("Code that your app shows for this log");
    await code.fill("000000");
    await log.button("Sign in").click();
    await expect.poll(() => log.page.getByRole("alert").innerText()).toContain("That code is wrong");
    // The next one: that of before was used.
    await code.fill(codeOf(secret, Date.now() + 30_000));
    await log.button("Sign in").click();
    await log.page.locator("ind-session").waitFor();
  });

  scenario("where a second factor is demanded, it is set up before anything is seen", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    const demanded = await fetch(`${server.url}/v1/settings`, { method: "PATCH", headers: { "Content-Type": "application/json", ...(await server.operator()) }, body: '{"second_factor_required":true}' });
    expect(demanded.status).toBe(200);
    await log.page.reload();
    await log.page.getByText("This log wants a second factor").waitFor();
    await log.button("Set one up").click();
    await log.button("Show the secret").click();
    await log.page.getByLabel("Code that the app shows now").fill(codeOf(await log.page.locator(".secret").innerText(), Date.now()));
    await log.button("Set it up").click();
    await log.ready();
  });
});

describe("a session that ends", () => {
  scenario("is renewed over the page: address, filters, what was typed and what was being done stay", async ({ guarded, open }) => {
    const server = await guarded();
    await server.record({ action: "door.opened", channel: "doors" });
    const log = await signedIn(open, server, ADA, "platform-admin");
    await log.page.goto(`${server.url}/access?show=programs`);
    await log.button("Make a token").click();
    await log.page.getByLabel("Name", { exact: true }).fill("shop");
    await log.page.locator("select[name=role]").selectOption("writer");
    const elsewhere = await opened(open, server.url);
    await signsIn(elsewhere, ADA);
    await elsewhere.page.locator("ind-session").waitFor();
    await inMenu(elsewhere, "Sign out everywhere");
    await elsewhere.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await log.button("Make the token").click();
    const over = log.page.getByRole("dialog", { name: "Your session has ended" });
    await over.waitFor();
    await log.page.keyboard.press("Escape");
    expect(await over.isVisible()).toBe(true);
    expect(await over.getByLabel("E-mail address").inputValue()).toBe(ADA);
    await over.getByLabel("Password").fill(PASSWORD);
    await over.getByRole("button", { name: "Sign in", exact: true }).click();
    await over.waitFor({ state: "detached" });
    expect(await log.page.locator(".secret").innerText()).toMatch(/^ind_/);
    await log.button("I have kept it").click();
    expect(log.query).toBe("show=programs");
    await expect.poll(() => log.page.locator("ind-programs tbody tr").count()).toBe(1);
  });

  scenario("and goes on as somebody else does nothing that was asked before", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "platform-admin");
    const bob = await signedIn(open, server, "bob@example.com", "platform-admin");
    await inMenu(bob, "Sign out");
    await log.page.goto(`${server.url}/access?show=programs`);
    await log.button("Make a token").click();
    await log.page.getByLabel("Name", { exact: true }).fill("shop");
    await log.page.locator("select[name=role]").selectOption("writer");
    await log.page.context().clearCookies();
    await log.button("Make the token").click();
    await log.page.getByRole("dialog", { name: "Your session has ended" }).waitFor();
    await signsIn(log, "bob@example.com");
    await log.page.getByText("No program has a token so far.").waitFor();
    await expect.poll(() => log.page.locator("dialog").count()).toBe(0);
    expect(await log.page.locator("ind-programs tbody").count()).toBe(0);
  });

  scenario("of one's own is ended from the list of them, and there at once", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    const other = await opened(open, server.url);
    await signsIn(other, ADA);
    await other.page.locator("ind-session").waitFor();
    await log.page.goto(`${server.url}/account`);
    const rows = log.page.locator("ind-account tbody tr");
    await expect.poll(() => rows.count()).toBe(2);
    await rows.filter({ hasNotText: "this one" }).getByRole("button", { name: /^End/ }).click();
    await log.button("End it").click();
    await expect.poll(() => rows.count()).toBe(1);
    await other.page.goto(`${server.url}/overview?channel=auth`);
    await other.page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  scenario("is not shown as ended where the server could not be reached", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    log.complaints.expect(/ERR_FAILED/);
    await log.page.route("**/v1/session", (route) => (route.request().method() === "DELETE" ? route.abort("failed") : route.continue()));
    await inMenu(log, "Sign out");
    await expect.poll(() => log.page.locator("ind-session").getByRole("alert").innerText()).toContain("You are still signed in.");
  });

  scenario("because the password was changed leaves the one that changed it", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    await log.page.goto(`${server.url}/account`);
    await log.button("Change the password").click();
    const fill = async (old: string): Promise<void> => {
      await log.page.getByLabel("Password of today").fill(old);
      await log.page.getByLabel("New password", { exact: true }).fill("another horse battery staple");
      await log.page.getByLabel("The same once more").fill("another horse battery staple");
      await log.button("Change it").click();
    };
    await fill("not her password");
    await log.page.locator("dialog.deed").getByRole("alert").waitFor();
    await fill(PASSWORD);
    await log.page.getByText("Your password is changed").waitFor();
    await log.page.reload();
    await log.page.locator("ind-account h1").waitFor();
  });
});

describe("people", () => {
  scenario("are invited, named, given ids, disabled and enabled; the log says so", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "platform-admin");
    await log.page.goto(`${server.url}/access?show=people`);
    await log.button("Invite a person").click();
    await log.page.getByLabel("E-mail address").fill("bob@example.com");
    await log.page.locator("select[name=role]").selectOption("member");
    await log.button("Make an invitation").click();
    const link = await log.page.locator(".secret").innerText();
    await log.button("I have kept it").click();
    const bob = await opened(open, server.url);
    await joins(bob, link, "Bob");
    await log.page.reload();
    await log.page.getByRole("link", { name: "Bob" }).click();
    await log.button("Change ids").click();
    await log.page.locator("textarea").fill("u-17");
    await log.button("Save").click();
    expect(await log.page.locator("dialog.deed").getByRole("alert").innerText()).toContain("write type:id");
    await log.page.locator("textarea").fill("user:u-17");
    await log.button("Save").click();
    await expect.poll(() => log.page.locator(".facts").innerText()).toContain("user:u-17");
    await log.button("Disable").click();
    await log.page.locator("dialog.deed").getByLabel(/^Reason/).fill("left the company");
    await log.page.locator("dialog.deed").getByRole("button", { name: "Disable" }).click();
    await expect.poll(async () => (await log.page.locator("ind-history li").allInnerTexts())[0]).toContain("because left the company");
    await bob.page.goto(`${server.url}/activity`);
    await bob.page.getByRole("heading", { name: "Sign in" }).waitFor();
    await log.button("Enable").click();
    await log.page.locator("dialog.deed").getByRole("button", { name: "Enable" }).click();
    await expect.poll(() => log.page.locator(".facts").innerText()).toContain("active");
  });

  scenario("who are members see what was done in their name, and nothing else", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "member", { own: true });
    const people = await server.json<{ people: { id: string }[] }>("/v1/people");
    const id = people.people[0]?.id ?? "";
    await server.record({ action: "door.opened", description: "Hers", actor: { type: "user", id, name: "Ada" } }, { action: "door.opened", description: "Another's", actor: { type: "user", id: "u-1" } });
    await log.page.goto(`${server.url}/activity`);
    await log.ready();
    const shown = async (): Promise<string> => (await log.rows()).map(({ cells }) => cells.join(" ")).join("\n");
    expect(await shown()).toContain("Hers");
    expect(await shown()).not.toContain("Another's");
    await log.page.getByRole("link", { name: "Who looked" }).click();
    await log.page.getByText(/No look at one of them|\(you\)/).first().waitFor();
    expect(log.query).toBe("show=looks");
  });

  scenario("who may see all find who opened what was done in their name", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    const id = (await server.json<{ people: { id: string }[] }>("/v1/people")).people[0]?.id ?? "";
    const [entry] = await server.record({ action: "door.opened", description: "Hers", actor: { type: "user", id, name: "Ada Lovelace" } });
    const bob = await signedIn(open, server, "bob@example.com", "auditor");
    await bob.page.goto(`${server.url}/?entry=${entry}`);
    await bob.panel.locator("pre.raw").waitFor();
    await log.page.goto(`${server.url}/activity?show=looks`);
    const row = log.page.locator("ind-activity tbody tr").filter({ hasText: "Hers" });
    await expect.poll(async () => (await row.count()) > 0).toBe(true);
    expect(await row.first().innerText()).toContain("bob");
    await log.page.goto(`${server.url}/activity`);
    await log.ready();
    for (const { cells } of await log.rows()) expect(cells.join(" ").toLowerCase()).toContain("ada");
  });

  scenario("of a suspended organization read its message, and nothing else", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor", { organization: "acme" });
    const body = JSON.stringify({ status: "suspended", message: "Your subscription has ended. Write to billing@example.com.", allow: [] });
    const put = await fetch(`${server.url}/v1/organizations/acme`, { method: "PUT", headers: { "Content-Type": "application/json", ...(await server.operator()) }, body });
    expect(put.status).toBe(200);
    await log.page.reload();
    await log.page.getByText("Your subscription has ended. Write to billing@example.com.").waitFor();
    expect(await log.page.locator("ind-table").count()).toBe(0);
  });
});

describe("the pages of whoever signs in", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    scenario(`have nothing that axe finds, and need 360 px, ${colorScheme}`, async ({ guarded, open }) => {
      const server = await guarded();
      const options = { colorScheme, reducedMotion: "reduce", viewport: { width: 360, height: 740 } };
      const link = await server.invite(ADA, "platform-admin");
      const log = await opened(open, link, options);
      const fine = async (what: string): Promise<void> => {
        expect(await violations(log.page), what).toEqual([]);
        expect(await log.page.evaluate(() => document.scrollingElement?.scrollWidth), what).toBeLessThanOrEqual(360);
      };
      await log.page.getByText(ADA).waitFor();
      await fine("invitation");
      await joins(log, link, "Ada Lovelace");
      await log.page.locator("ind-session #face").click();
      await fine("menu");
      for (const [path, tag] of [["account", "account"], ["activity", "activity"], ["activity?show=looks", "activity"], ["access?show=people", "people tbody"]] as const) {
        await log.page.goto(`${server.url}/${path}`);
        await log.page.locator(`ind-${tag}`).first().waitFor();
        await fine(path);
      }
      await log.page.goto(`${server.url}/account`);
      await log.button("Set one up").click();
      await log.button("Show the secret").click();
      await log.page.locator(".secret").waitFor();
      await fine("second factor");
      await log.button("Cancel").click();
      await log.page.context().clearCookies();
      await log.page.goto(`${server.url}/overview`);
      await log.page.getByLabel("Password").waitFor();
      await fine("sign-in");
      await signsIn(log, ADA, "wrong password of hers");
      await log.page.getByRole("alert").waitFor();
      await fine("refused");
    });
  }

  scenario("are gone through by keyboard alone", async ({ guarded, open }) => {
    const server = await guarded();
    const log = await signedIn(open, server, ADA, "auditor");
    await log.page.context().clearCookies();
    await log.page.goto(`${server.url}/integrity`);
    // The field takes the focus once the page is there.
    await log.page.getByLabel("E-mail address").and(log.page.locator(":focus")).waitFor();
    await log.page.keyboard.type(ADA);
    await log.page.keyboard.press("Tab");
    await log.page.keyboard.type(PASSWORD);
    await log.page.keyboard.press("Enter");
    await log.page.locator("ind-integrity h1").waitFor();
    await log.page.locator("ind-session #face").focus();
    await log.page.keyboard.press("Enter");
    await log.page.locator("ind-session ind-popover[open]").waitFor();
    await log.page.keyboard.press("Tab");
    await log.page.keyboard.press("Enter");
    await log.page.locator("ind-account h1").waitFor();
    await expect.poll(() => log.page.locator("ind-session ind-popover[open]").count()).toBe(0);
  });
});

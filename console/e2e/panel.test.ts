import { describe, expect } from "vitest";
import { scenario } from "./harness/scenario.js";

const FULL = `{"action":"user.invited","event":"created","time":"2026-03-01T09:30:05.123456Z","event_id":"ev-1",
 "organization":{"id":"org-1","name":"Acme"},"workspace":{"id":"ws-1","name":"Lab"},"project":{"id":"pr-1","name":"Genome"},
 "actor":{"type":"user","id":"u-7","name":"Ada Lovelace","email":"ada@example.com","on_behalf_of":{"type":"user","id":"u-9","name":"Grace Hopper"}},
 "channel":"people","description":"Bob was invited","resource":{"type":"user","id":"u-8","name":"Bob"},"targets":[{"type":"team","id":"t-1","name":"Core"}],
 "outcome":"failure","detail":"Expired","severity":"critical","http":{"method":"POST","path":"/api/invite","status":403},
 "client":{"ip":"203.0.113.7","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","location":{"city":"Austin","region":"Texas","country":"US"}},
 "request_id":"req-1","trace_id":"tr-1","reason":"T-7: asked by Grace Hopper","session_id":"s-1","sequence":{"stream":"people","n":60},"changes":{"role":{"before":"viewer","after":"admin"},"seats":{"after":12345678901234567890}},
 "properties":{"ratio":1.10,"big":12345678901234567890,"tiny":1e-7,"z":1,"a":[]}}`;

const FIELDS: Readonly<Record<string, string>> = {
  Actor: "Ada Lovelace ada@example.com u-7",
  "On behalf of": "Grace Hopper u-9",
  Action: "user.invited",
  Event: "created",
  Reason: "T-7: asked by Grace Hopper",
  "Resource type": "user",
  "Resource name": "Bob",
  "Resource ID": "u-8",
  Target: "team Core t-1",
  Outcome: "✗ failure",
  Status: "Expired",
  Severity: "‼ critical",
  Channel: "people",
  Organization: "Acme org-1",
  Workspace: "Lab ws-1",
  Project: "Genome pr-1",
  Method: "POST",
  "Request path": "/api/invite",
  "HTTP status": "403 – A failed or unauthorised attempt",
  "Client IP": "203.0.113.7",
  Location: "Austin, Texas, US",
  Browser: "Chrome on Linux",
  "Request ID": "req-1",
  "Trace ID": "tr-1",
  "Session ID": "s-1",
  Sequence: "people #60",
  "Event ID": "ev-1",
  Source: "dev",
};

describe("entry panel", () => {
  scenario("every field is shown, in words", async ({ fresh, open }) => {
    const server = await fresh();
    const [id] = await server.record(FULL);
    const log = await (await open(`${server.url}/?channel=people`)).ready();
    await log.row(0).click();
    const fields = async (): Promise<Record<string, string>> => {
      const [names, values] = [await log.panel.locator("dt").allInnerTexts(), await log.panel.locator("dd").allInnerTexts()];
      return Object.fromEntries(names.map((name, at) => [name, (values[at] ?? "").replace(/\s+/g, " ").trim()]));
    };
    await expect.poll(fields).toMatchObject({ ...FIELDS, ID: id, "User agent": expect.stringContaining("X11; Linux") as string });
    expect((await fields())["Performed at"]).toContain("2026-03-01 09:30:05.123456 UTC");
    expect((await fields())["Received"]).toContain("UTC");
    expect(await log.panel.getByRole("heading", { level: 2 }).innerText()).toBe("Bob was invited");
  });

  scenario("an agent is told from people, and for whom it acted", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record({ action: "device.locked", channel: "agents", actor: { type: "agent", id: "a-1", name: "Helper", on_behalf_of: { type: "user", id: "u-9", name: "Grace Hopper" } } });
    const log = await (await open(`${server.url}/?actor_type=agent`)).ready();
    expect((await log.rows())[0]?.cells.join(" ").replace(/\s+/g, " ")).toContain("◆ Agent Helper");
    await log.row(0).click();
    const actor = async (): Promise<string[]> => (await log.panel.locator("dd").allInnerTexts()).slice(0, 2).map((text) => text.replace(/\s+/g, " ").trim());
    await expect.poll(actor).toEqual(["◆ Agent Helper a-1", "Grace Hopper u-9"]);
    await log.page.goto(`${server.url}/?actor_type=agent&layout=access`);
    await expect.poll(async () => (await log.rows())[0]?.cells[0]?.replace(/\s+/g, " ")).toBe("Helper Agent for Grace Hopper");
  });

  scenario("raw JSON and details keep every number's text and the members' order", async ({ fresh, open }) => {
    const server = await fresh();
    const [id] = await server.record(FULL);
    const log = await open(`${server.url}/?entry=${id}`);
    const raw = log.panel.locator("pre.raw");
    await raw.waitFor();
    const details = log.panel.getByLabel("Details as JSON");
    for (const pre of [raw, details]) expect((await pre.innerText()).replace(/\s/g, "")).toContain('"ratio":1.10,"big":12345678901234567890,"tiny":1e-7,"z":1,"a":[]}');
    expect(JSON.parse(await raw.innerText())).toMatchObject({ id, channel: "people" });
    const seats = log.panel.locator(".diff tr", { hasText: "seats" });
    expect(await seats.innerText()).toContain("12345678901234567890");
  });

  scenario("Copy puts the raw JSON into the clipboard", async ({ fresh, open }) => {
    const server = await fresh();
    const [id] = await server.record(FULL);
    const log = await open(`${server.url}/?entry=${id}`, { permissions: ["clipboard-read", "clipboard-write"] });
    await log.panel.locator("h3", { hasText: "Raw JSON" }).getByRole("button", { name: "Copy" }).click();
    await expect.poll(() => log.page.evaluate(() => navigator.clipboard.readText())).toBe(await log.panel.locator("pre.raw").innerText());
  });

  scenario("a ServiceNow change is shown with its values before and after", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?source=import:servicenow&q=resolved`)).ready();
    await log.row(0).getByRole("button", { name: /^Details of/, includeHidden: true }).click();
    await log.panel.locator(".diff").waitFor();
    expect((await log.panel.locator(".diff tbody tr").allInnerTexts()).map((row) => row.split(/\s+/))).toEqual([["incident_state", "before:", "Active", "after:", "Resolved"]]);
    expect([await log.panel.locator(".diff del").innerText(), await log.panel.locator(".diff ins").innerText()].map((text) => text.replace(/^.*:\s*/s, ""))).toEqual(["Active", "Resolved"]);
  });

  scenario("each question about an entry is a link, and shows what it says", async ({ fresh, open }) => {
    const server = await fresh();
    const later = (minutes: number): object => ({ time: new Date(Date.parse("2026-03-01T09:30:05.123Z") + minutes * 60_000).toISOString() });
    const [id] = await server.record(
      FULL,
      { action: "door.opened", actor: { type: "user", id: "u-7" }, ...later(60) },
      { action: "door.opened", actor: { type: "token", id: "u-7" }, ...later(4.9) },
      { action: "door.opened", resource: { type: "user", id: "u-8" }, ...later(-4.9) },
      { action: "door.opened", request_id: "req-1", ...later(5.1) },
      { action: "door.opened", session_id: "s-1", sequence: { stream: "people", n: 110 }, ...later(90) },
      { action: "door.opened", session_id: "s-2", sequence: { stream: "people", n: 111 }, ...later(91) },
      { action: "door.opened", sequence: { stream: "doors", n: 60 }, ...later(92) },
      { action: "door.opened", client: { ip: "203.0.113.7" }, ...later(-50) },
      { action: "user.invited", ...later(-60) },
    );
    const log = await open(`${server.url}/?channel=people&entry=${id}`);
    await log.panel.locator("nav a").first().waitFor();
    const links = await log.panel.locator("nav a").evaluateAll((all) => all.map((link) => [link.textContent ?? "", (link as HTMLAnchorElement).href] as const));
    const expected = { "More by this actor": 2, "This resource's history": 2, "Same request": 2, "Same session": 2, "Before and after in its stream (±50)": 2, "Around this time (±5 min)": 3, "Same address": 2, "Same action": 2 };
    const found: Record<string, number> = {};
    for (const [label, href] of links) {
      await log.page.goto(href);
      expect(await log.panel.count()).toBe(0);
      // Opening an entry with personal values is itself an entry; it is none of these.
      found[label] = await log.shows(server, new URL(href).search.slice(1));
    }
    expect(found).toEqual(expected);
    await log.page.goto(`${server.url}/?channel=people&entry=${id}`);
    await log.panel.getByRole("link", { name: "Same request" }).click();
    await expect.poll(() => log.query).toBe("request_id=req-1");
    await log.page.goBack();
    await log.panel.waitFor();
  });

  scenario("j, k, Enter and Esc go through entries, and the URL follows", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?source=import:servicenow`)).ready();
    const entries = await demo.entries("source=import:servicenow", 5);
    const opened = (): string | null => new URLSearchParams(log.query).get("entry");
    for (const key of ["j", "j", "k", "Enter"]) await log.page.keyboard.press(key);
    await expect.poll(opened).toBe(entries[1]?.id);
    await log.page.keyboard.press("j");
    await log.page.keyboard.press("j");
    await expect.poll(opened).toBe(entries[3]?.id);
    await expect.poll(() => log.panel.locator("pre.raw").innerText()).toContain(entries[3]?.id);
    expect(await log.row(3).getAttribute("aria-selected")).toBe("true");
    await log.page.keyboard.press("k");
    await expect.poll(opened).toBe(entries[2]?.id);
    await log.page.keyboard.press("Escape");
    await log.panel.waitFor({ state: "detached" });
    expect(log.query).toBe("source=import%3Aservicenow");
    expect(await log.row(2).evaluate((row) => row.matches(":focus"))).toBe(true);
    await log.page.goBack();
    await log.panel.waitFor();
  });

  scenario("4xx and 5xx carry a tip, in panel and table", async ({ fresh, open }) => {
    const server = await fresh();
    const [, , denied, broken] = await server.record(...[200, 302, 404, 503].map((status) => ({ action: "url.get", http: { status } })));
    const log = await open(`${server.url}/?entry=${denied}`);
    await expect.poll(() => log.panel.locator("dl").innerText()).toContain("404 – A failed or unauthorised attempt");
    await log.page.goto(`${server.url}/?entry=${broken}`);
    await expect.poll(() => log.panel.locator("dl").innerText()).toContain("503 – An error on the platform's side");
    await log.button(/^Layout:/).click();
    await log.page.getByRole("checkbox", { name: "HTTP status" }).check();
    const tips = (): Promise<(string | null)[]> => log.page.locator("ind-table .row span[title]").evaluateAll((all) => all.map((cell) => cell.getAttribute("title")));
    await expect.poll(tips).toEqual(["An error on the platform's side", "A failed or unauthorised attempt"]);
  });

  scenario("an entry that is not there is said, and the panel can be closed", async ({ demo, open }) => {
    const log = await (await open(`${demo.url}/?entry=01a21cce-0000-7000-8000-000000000000`)).ready();
    log.complaints.expect(/status of 404/);
    await log.panel.getByRole("alert").waitFor();
    await log.panel.getByRole("button", { name: "Close" }).click();
    await log.panel.waitFor({ state: "detached" });
  });
});

import { describe, expect } from "vitest";
import { PAGES, settled } from "./harness/pages.js";
import { type Opened, scenario } from "./harness/scenario.js";
import type { Event } from "./harness/server.js";

/** Would run as script, as an attribute, as a template, or hide and reorder what stands around it. */
const PAYLOADS = [
  `<img src=x onerror="complain('img')"><script>complain('script')</script>`,
  `"><svg onload=complain('svg')>' onmouseover='complain(1)' x="`,
  `javascript:complain('url')//\${complain('literal')}{{complain('braces')}}`,
  `\u202egnp.exe\u2066\u200b\u0007\u001b[31m\ufeff`,
] as const;

/** Every string field an event may carry, each with its name before the payload. */
function hostile(payload: string, at: number): Event {
  const text = (name: string): string => `${name}${at} ${payload}`;
  // These two may have 64 bytes.
  const short = (name: string): string => text(name).slice(0, at === 3 ? 40 : 64);
  const named = (name: string): object => ({ id: text(`${name}.id`), name: text(`${name}.name`) });
  return {
    event_id: text("event_id"),
    time: new Date(Date.parse("2026-03-01T00:00:00Z") + at * 1_000).toISOString(),
    organization: named("organization"),
    workspace: named("workspace"),
    project: named("project"),
    actor: { type: "user", ...named("actor"), email: text("email"), on_behalf_of: { type: "user", ...named("behalf") } },
    action: "thing.done",
    event: short("event"),
    channel: short("channel"),
    description: text("description"),
    resource: { type: text("type"), ...named("resource") },
    targets: [{ type: text("target"), ...named("target") }],
    outcome: "failure",
    detail: text("detail"),
    http: { method: "GET", path: text("path"), status: 403 },
    client: { ip: "203.0.113.7", user_agent: text("agent"), location: { city: text("city"), region: text("region"), country: "US" }, ci: `ci ${payload}`.slice(0, 64) },
    request_id: text("request"),
    trace_id: text("trace"),
    reason: text("reason"),
    session_id: text("session"),
    sequence: { stream: short("stream"), n: 1 },
    changes: { [text("field")]: { before: text("before"), after: text("after") } },
    properties: { [text("key")]: text("value") },
  };
}

const EVENTS = PAYLOADS.map((payload, at) => hostile(payload, at));

/** Elements and attributes that could only have come from a payload. */
async function intruders(log: Opened): Promise<string[]> {
  return log.page.evaluate(() => {
    const found: string[] = [];
    const search = (root: Document | ShadowRoot): void => {
      for (const element of root.querySelectorAll("*")) {
        if (["IMG", "SVG", "IFRAME", "OBJECT"].includes(element.tagName.toUpperCase()) || (element.tagName === "SCRIPT" && (element as HTMLScriptElement).src === "")) found.push(element.outerHTML);
        found.push(...[...element.attributes].filter(({ name, value }) => name.startsWith("on") || /^\s*javascript:/i.test(value)).map(({ name, value }) => `${name}=${value}`));
        if (element.shadowRoot !== null) search(element.shadowRoot);
      }
    };
    search(document);
    return found;
  });
}

async function text(log: Opened, selector: string): Promise<string> {
  return (await log.page.locator(selector).allInnerTexts()).join("\n");
}

describe("hostile entries", () => {
  scenario("are text in the table of every layout, with hidden characters made visible", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...EVENTS);
    const log = await open(server.url);
    for (const layout of ["records", "platform", "events", "access"]) {
      await log.page.goto(`${server.url}/?-source=indelible&layout=${layout}`);
      await expect.poll(async () => (await log.rows()).length).toBe(PAYLOADS.length);
      const shown = await text(log, "ind-table .row");
      expect(shown).toContain(`<img src=x onerror="complain('img')"><script>complain('script')</script>`);
      for (const hidden of ["U+202E", "U+2066", "U+200B", "U+0007", "U+001B", "U+FEFF"]) expect(shown).toContain(hidden);
      expect(shown).not.toMatch(/[\u202e\u2066\u200b\u0007\u001b\ufeff]/);
      expect(await intruders(log)).toEqual([]);
    }
  });

  scenario("are text in the panel, field by field", async ({ fresh, open }) => {
    const server = await fresh();
    const ids = await server.record(...EVENTS);
    const log = await open(server.url);
    for (const [at, id] of ids.entries()) {
      await log.page.goto(`${server.url}/?entry=${id}`);
      await log.panel.locator("pre.raw").waitFor();
      const shown = await text(log, "ind-entry header, ind-entry dl, ind-entry .diff, ind-entry pre");
      for (const name of ["description", "actor.name", "email", "behalf.name", "event", "type", "resource.name", "target.name", "detail", "channel", "organization.name", "workspace.id", "project.name", "path", "city", "agent", "request", "trace", "reason", "session", "stream", "event_id", "field", "before", "after", "key", "value"])
        expect(shown).toContain(`${name}${at} `);
      expect(shown).not.toMatch(/[\u202e\u2066\u200b\u0007\u001b\ufeff]/);
      if (at === 3) expect(shown).toContain("U+202E");
      expect(await intruders(log)).toEqual([]);
      for (const link of await log.panel.locator("nav a").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))) expect(link.startsWith(`${server.url}/?`)).toBe(true);
    }
  });

  scenario("are text in filter menus, suggestions, chips, the range's label and the URL's own values", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...EVENTS);
    const log = await (await open(`${server.url}/?-source=indelible`)).ready();
    for (const label of ["User", "Resource type", "Event", "Channel", "Organization", "Workspace", "Project"]) {
      await log.filter(label).click();
      await expect.poll(async () => (await log.values()).length, { message: label }).toBeGreaterThanOrEqual(PAYLOADS.length);
      expect(await intruders(log)).toEqual([]);
      await log.page.locator("ind-filter ind-popover[open] label").first().click();
      await expect.poll(() => log.count()).toBe(1);
      await log.button("Any").filter({ visible: true }).last().click();
      await expect.poll(() => log.count()).toBe(PAYLOADS.length);
      await log.page.keyboard.press("Escape");
    }
    await log.search.pressSequentially("channel:");
    await expect.poll(() => log.page.getByRole("option").count()).toBe(PAYLOADS.length);
    expect((await log.page.getByRole("option").allInnerTexts()).join()).toContain("<img src=x onerror=");
    log.complaints.expect(/status of 400/);
    expect(await intruders(log)).toEqual([]);
    for (const payload of PAYLOADS) {
      const value = encodeURIComponent(payload);
      await log.page.goto(`${server.url}/?ip=${value}&-channel=${value}&request_id=${value}&from=${value}&since=${value}&q=${value}&layout=${value}&by=${value}&id=${value}`);
      await log.page.locator(".chip").first().waitFor();
      expect(await intruders(log)).toEqual([]);
      expect(await text(log, ".chip")).not.toMatch(/[\u202e\u2066\u200b\u0007\u001b\ufeff]/);
    }
  });

  scenario("what hides first is made visible as well", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record({ action: "file.opened", description: "\u202egnp.exe" });
    const log = await (await open(`${server.url}/?action=file.opened`)).ready();
    expect((await log.rows())[0]?.cells[1]).toBe("U+202Egnp.exe");
  });

  scenario("are text on the other pages", async ({ fresh, open }) => {
    const server = await fresh();
    await server.record(...EVENTS);
    const log = await open(server.url);
    for (const page of PAGES.slice(1)) {
      await log.page.goto(`${server.url}/${page}`);
      await settled(log, page);
      expect(await intruders(log)).toEqual([]);
      expect(await text(log, `ind-${page}`)).not.toMatch(/[\u202e\u2066\u200b\u0007\u001b\ufeff]/);
    }
  });
});

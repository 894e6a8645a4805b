/** Administration as the interface takes it: each deed is the request that the description has, and no other. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { Api } from "../../src/api/client.js";
import * as ask from "../../src/pages/access/ask.js";
import { grantOf } from "../../src/pages/access/grant-fields.js";
import { valueText } from "../../src/pages/access/history.js";
import { networksOf } from "../../src/pages/access/networks.js";
import { newProgram } from "../../src/pages/access/new-program.js";
import { looksAt, ownFilters } from "../../src/pages/activity/own.js";
import type { SessionInfo } from "../../src/session/types.js";
import { serve } from "../api/support.js";

afterEach(() => vi.unstubAllGlobals());

const api = new Api();
const form = (fields: Record<string, string>): FormData => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
};

describe("deeds", () => {
  it.each([
    ["invite", () => ask.invite(api, { email: "a@b.example", grants: [{ role: "auditor", scope: {} }] }, { reason: "r" }), "POST /v1/people", { email: "a@b.example", grants: [{ role: "auditor", scope: {} }], reason: "r" }],
    ["invite again", () => ask.inviteAgain(api, "a/1", {}), "POST /v1/people/a%2F1/invitation", {}],
    ["disable", () => ask.changePerson(api, "a1", { disabled: true }, {}), "PATCH /v1/people/a1", { disabled: true }],
    ["make a token", () => ask.makeToken(api, { name: "n", role: "writer", scope: {}, expires_in: 60 }, {}), "POST /v1/tokens", { name: "n", role: "writer", scope: {}, expires_in: 60 }],
    ["rotate", () => ask.rotateToken(api, "t1", 0, {}), "POST /v1/tokens/t1/rotate", { overlap: 0 }],
    ["revoke", () => ask.revokeToken(api, "t1", { reason: "leaked" }), "DELETE /v1/tokens/t1", undefined],
    ["grant", () => ask.addGrant(api, "program:t1", { role: "viewer", scope: { organization: "acme" } }, {}), "POST /v1/grants", { principal: "program:t1", role: "viewer", scope: { organization: "acme" } }],
    ["take a grant", () => ask.removeGrant(api, "g1", {}), "DELETE /v1/grants/g1", undefined],
    ["suspend", () => ask.putOrganization(api, { id: "acme", status: "suspended", message: "m", allow: [] }, { confirm: true }), "PUT /v1/organizations/acme", { status: "suspended", message: "m", allow: [], confirm: true }],
    ["set", () => ask.changeSettings(api, { tree_public: false }, {}), "PATCH /v1/settings", { tree_public: false }],
  ] as const)("%s", async (_, deed, request, body) => {
    const asked = serve(() => [200, {}]);
    await deed();
    expect(asked.map(({ method, path, body }) => [`${method} ${path}`, body])).toEqual([[request, body]]);
  });
});

describe("reasons", () => {
  it("of what has no body are a header, in UTF-8", async () => {
    const asked = serve(() => [204]);
    await ask.revokeToken(api, "t1", { reason: "für\nÄrger" });
    expect(Buffer.from(asked[0]?.headers["Indelible-Reason"] ?? "", "latin1").toString("utf8")).toBe("für Ärger");
    new Headers(asked[0]?.headers);
  });
});

describe("forms", () => {
  it("say a scope by what is filled in alone", () => {
    expect(grantOf(form({ role: "auditor", kind: "platform", organization: "left over" }))).toEqual({ role: "auditor", scope: {} });
    expect(grantOf(form({ role: "member", kind: "own" }))).toEqual({ role: "member", scope: { own: true } });
    expect(grantOf(form({ role: "viewer", kind: "entries", organization: " acme ", workspace: "", resource_type: "host", resource_id: "h7" })).scope).toEqual({ organization: "acme", resource: { type: "host", id: "h7" } });
  });

  it("say a token's end, source and limits where they are given", () => {
    const base = { name: "n", role: "writer", kind: "platform", expires_in: "0", source: "", events_per_second: "", bytes_per_second: "" };
    expect(newProgram(form(base))).toEqual({ name: "n", role: "writer", scope: {} });
    expect(newProgram(form({ ...base, expires_in: "86400", source: "s", bytes_per_second: "5" }))).toEqual({ name: "n", role: "writer", scope: {}, expires_in: 86_400, source: "s", limits: { bytes_per_second: 5 } });
  });

  it("take networks one a line or beside one another", () => {
    expect(networksOf(form({ allow: " 192.0.2.0/24\n\n2001:db8::/32, 198.51.100.7/32 " }))).toEqual(["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"]);
  });
});

describe("what was changed", () => {
  it.each([
    [null, "—"],
    ["x", "x"],
    [false, "false"],
    [[], "none"],
    [["a", "b"], "a, b"],
    [{}, "none"],
    [{ $personal: 0 }, "(withheld)"],
    [{ role: "writer", scope: { organization: "acme" } }, "Writer for organization acme"],
    [{ principal: "program:x", grant: { role: "auditor", scope: {} } }, "Auditor for everything"],
    [{ expires_us: 1_796_740_021_753_535, events_per_second: 5 }, "expires 2026-12-08 14:27:01 UTC, events_per_second 5"],
  ])("is said in words: %j", (value, text) => {
    expect(valueText(value)).toBe(text);
  });
});

describe("own entries", () => {
  const session = (read: SessionInfo["permissions"]["read"]): SessionInfo => ({ principal: { type: "person", id: "a1", actor_ids: [{ type: "user", id: "u-7" }] }, grants: [], permissions: { read: read ?? [] } });

  it("are what the scope leaves, or are asked for where it leaves more", () => {
    expect(String(ownFilters(session([{ own: true }])))).toBe("");
    expect(String(ownFilters(session([{ own: true }, { organization: "acme" }])))).toBe("actor=a1&actor=u-7");
  });

  it("are asked who looked at them, by their ids", async () => {
    const entry = (id: string, more: object = {}): object => ({ id, description: id, ...more });
    const asked = serve(({ path }) => [200, { entries: path.includes("pii.read") ? [entry("l1", { resource: { type: "entry", id: "e2" } }), entry("l2", { resource: { type: "entry", id: "foreign" } })] : [entry("e1"), entry("e2")] }]);
    const { entries, looks } = await looksAt(api, session([{ own: true }]), new AbortController().signal);
    expect([entries, looks.map(({ look, entry }) => [look.id, entry.id])]).toEqual([2, [["l1", "e2"]]]);
    expect(asked[1]?.path).toContain("source=indelible&action=pii.read&resource_type=entry&limit=200&resource_id=e1&resource_id=e2");
  });
});

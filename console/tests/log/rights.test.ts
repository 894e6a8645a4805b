/** What the element shows of itself, by what its reader may. */
import { describe, expect, it } from "vitest";
import { BUILT_IN, findLayout } from "../../src/log/layouts.js";
import { Rights } from "../../src/log/rights.js";
import type { SessionInfo } from "../../src/session/types.js";

const viewer = (more: Partial<SessionInfo> = {}): SessionInfo => ({ principal: { type: "viewer", id: "v1" }, grants: [{ role: "viewer", scope: { organization: "acme" } }], permissions: { read: [{ organization: "acme" }] }, ...more });
const names = (rights: Rights): string[] => rights.layouts([{ ...BUILT_IN[0]!, name: "own:x", own: true }]).map(({ name }) => name);

describe("rights", () => {
  it("leave out layouts that the page did not allow, and own ones with them", () => {
    expect(names(new Rights(viewer()))).toEqual(["records", "platform", "events", "access", "own:x"]);
    const some = new Rights(viewer({ layouts: ["access", "nonsense"] }));
    expect([names(some), some.fixed, findLayout("records", some.layouts([])).name]).toEqual([["access"], true, "access"]);
  });

  it("leave out columns of connections and the export", () => {
    const shown = new Rights(viewer()).shown(findLayout("access", BUILT_IN)).columns.map(({ name }) => name);
    expect(shown).not.toContain("location");
    const all = new Rights(viewer({ permissions: { read: [{}], connections: [{}], export: [{}] } }));
    expect(all.shown(findLayout("access", BUILT_IN)).columns.map(({ name }) => name)).toContain("location");
    expect([new Rights(viewer()).exports, all.exports, new Rights().exports]).toEqual([false, true, true]);
  });

  it("are the same for another token of the same view, whoever it names", () => {
    const rights = new Rights(viewer());
    expect(rights.sees(new Rights(viewer({ principal: { type: "viewer", id: "v2" }, expires: "2030-01-01T00:00:00Z" })))).toBe(true);
    expect(rights.sees(new Rights(viewer({ grants: [{ role: "viewer", scope: { organization: "other" } }] })))).toBe(false);
    expect(rights.sees(new Rights())).toBe(false);
  });

  it.each([
    ["2030-01-01T01:00:00Z", 3_540_000],
    ["2030-01-01T00:00:10Z", 8_000],
    ["2029-12-31T23:59:00Z", 0],
    [undefined, undefined],
  ])("ask for another token a while before %s", (expires, ms) => {
    expect(new Rights(viewer(expires === undefined ? {} : { expires })).renewalMs(Date.parse("2030-01-01T00:00:00Z"))).toBe(ms);
  });

  it("show the first command to whom it works", () => {
    expect(new Rights().firstStep).toBe("command");
    expect(new Rights(viewer({ principal: { type: "operator", id: "dev" } })).firstStep).toBe("command");
    expect(new Rights(viewer({ permissions: { access: [{}] } })).firstStep).toBe("token");
    expect(new Rights(viewer()).firstStep).toBe("wait");
  });
});

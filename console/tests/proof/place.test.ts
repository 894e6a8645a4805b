/** Other spellings of values belong where the line has a placeholder for them, and nowhere else. */

import { describe, expect, it } from "vitest";
import { isObject, parseJson } from "../../src/proof/json.js";
import { checkPlace, type PlacedValue } from "../../src/proof/place.js";

const entry = parseJson(
  '{"description":"by {/actor/name~40}","actor":{"type":"user","id":"7"},"action":"{/actor/name~41}"}',
);

function check(change: Partial<PlacedValue>): void {
  const placed: PlacedValue = { number: 0, of: "user:7", kind: "identity", pointer: "/actor/name~40", value: "LEE" };
  if (isObject(entry)) checkPlace(entry, { ...placed, ...change });
}

describe("another spelling of a value", () => {
  it("belongs to its placeholder", () => {
    expect(() => check({})).not.toThrow();
  });

  it.each<[string, Partial<PlacedValue>]>([
    ["without a placeholder", { pointer: "/actor/name~42" }],
    ["whose placeholder stands where none can", { pointer: "/actor/name~41" }],
    ["in another kind", { kind: "connection" }],
    ["that is no text", { value: true }],
    ["of no value", { pointer: "/actor/type~40" }],
  ])("is refused %s", (_, change) => {
    expect(() => check(change)).toThrow();
  });
});

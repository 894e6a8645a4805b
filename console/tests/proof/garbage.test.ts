import { describe, expect, it, vi } from "vitest";
import { fromUtf8, utf8 } from "../../src/proof/bytes.js";
import { JsonNumber, parseJson } from "../../src/proof/json.js";
import { readBack, spell } from "../../src/proof/placeholder.js";
import { Refused } from "../../src/proof/refused.js";
import { type Claims, verifyEntry } from "../../src/proof/verify.js";
import { capture, claimsOf, type Served } from "./support.js";

// Some check thousands of signatures, each some ms on a machine that has nothing else to do.
vi.setConfig({ testTimeout: 120_000 });

const claims = claimsOf(capture.entries[4] as Served);

/** The same numbers below `bound` in every run. Source: Numerical Recipes' linear congruential generator. */
function numbers(): (bound: number) => number {
  let state = 7;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

describe("whatever a log answers", () => {
  it("no claim that was cut, doubled or mixed with another is accepted, and none makes verification throw", () => {
    const below = numbers();
    const texts = ["proof", "disclosures", "vkey", "shown", "consistency", "seenCheckpoint"] as const;
    const all = [
      ...texts.map((name) => String(claims[name])),
      "",
      "\u0000",
      "{}",
      "[]",
      '{"personal":[{}]}',
      "\ud800",
      "null",
    ];
    for (let round = 0; round < 600; round++) {
      const name = texts[below(texts.length)] ?? "proof";
      const [one, two] = [String(claims[name]), all[below(all.length)] ?? ""];
      const text = one.slice(0, below(one.length)) + two.slice(below(two.length));
      const altered: Claims = { ...claims, [name]: text, ...(round % 2 === 0 && { line: utf8(two) }) };
      if (text.trimEnd() !== one.trimEnd()) expect(verifyEntry(altered).ok, `${name}: ${text}`).toBe(false);
    }
  });

  it.each([undefined, null, 7, [], {}, () => 1, "", "{"].map((shown) => [shown] as const))(
    "nor does it show %s",
    (shown) => {
      expect(verifyEntry({ ...claims, shown }).ok).toBe(shown === undefined);
    },
  );

  it("the longest line is read in the time of its bytes", () => {
    const filler = Array.from({ length: 40_000 }, (_, n) => n).join(",");
    const line = utf8(`{"v":1,"id":"x","properties":{"a":[${filler}],"b":"${"\\\\".repeat(10_000)}"},"source":"s"}`);
    expect(line.length).toBeGreaterThan(240_000);
    expect(verifyEntry({ ...claims, id: "x", line }).failed).toBe("inclusion");
  });
});

describe("JSON", () => {
  it("keeps numbers, names and strings as they were written", () => {
    const value = parseJson(
      ' {"__proto__":[1.0,-0,1E+2,123456789012345678901],"a\\u0041\\/":"\\"\\\\"} ',
    ) as ReadonlyMap<string, unknown>;
    expect([...value.keys()]).toEqual(["__proto__", "aA/"]);
    expect(value.get("__proto__")).toEqual(
      ["1.0", "-0", "1E+2", "123456789012345678901"].map((text) => new JsonNumber(text)),
    );
    expect(value.get("aA/")).toBe('"\\');
  });

  const deep = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  it.each([
    "",
    " ",
    "01",
    "1.",
    ".5",
    "+1",
    "NaN",
    "tru",
    "truefalse",
    "[1,]",
    "[1 2]",
    "{,}",
    '{"a"}',
    '{"a":1,}',
    '{"a":1,"\\u0061":2}',
    '"\\x"',
    '"\n"',
    '"',
    '"\\"',
    '"\\ud800"',
    "[",
    "1 1",
    "\ufeff1",
    deep(102),
  ])("refuses %j", (text) => {
    expect(() => parseJson(text)).toThrow(Refused);
  });

  it("is read as deep as entries nest", () => {
    expect(parseJson(deep(100))).toBeInstanceOf(Array);
  });
});

describe("placeholders", () => {
  it("are read from left to right", () => {
    const shown = (pointer: string, spelling: string): string => `<${spelling} ${pointer}>`;
    expect(readBack("{{{/a/b}} {%/c~2d} {+/e} {{/f} {", shown)).toBe("{<plain /a/b>} <percent /c}d> <form /e> {/f} {");
  });

  it("spell values as paths and forms do", () => {
    expect([spell("a b/ü!*", "plain"), spell("a b/ü!*", "percent"), spell("a b/ü!*", "form")]).toEqual([
      "a b/ü!*",
      "a%20b%2F%C3%BC%21%2A",
      "a+b%2F%C3%BC%21%2A",
    ]);
  });
});

describe("texts", () => {
  it("are UTF-8 or nothing, and keep a byte order mark", () => {
    expect(fromUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe("\ufeffa");
    expect(fromUtf8(Uint8Array.of(0xc0, 0x80))).toBeUndefined();
  });
});

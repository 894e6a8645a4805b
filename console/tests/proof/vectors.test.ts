import { describe, expect, it } from "vitest";
import { base64url, hex, utf8 } from "../../src/proof/bytes.js";
import { digestOf } from "../../src/proof/digest.js";
import { nothingOpened, openDisclosures, type Opened } from "../../src/proof/disclosure.js";
import { erasedName } from "../../src/proof/erased.js";
import { isArray, isObject, type Json, type JsonObject, parseJson } from "../../src/proof/json.js";
import { parseLine, type Line } from "../../src/proof/line.js";
import { at } from "../../src/proof/pointer.js";
import { renderEntry } from "../../src/proof/render.js";
import { difference } from "../../src/proof/shown.js";
import { verifyEntry } from "../../src/proof/verify.js";
import { disclose, failures, golden, goldenText, stepOf } from "./support.js";

const NOBODY: ReadonlySet<number> = new Set();

function object(value: Json | undefined): JsonObject {
  if (!isObject(value)) throw new Error("not an object");
  return value;
}

/** Pointers at which the entry is not what was sent, of the members that were sent and mean something. */
function unlike(entry: JsonObject, event: JsonObject): string[] {
  const meant = (value: Json): boolean =>
    isObject(value) ? [...value.values()].some(meant) : value !== null && !(isArray(value) && value.length === 0);
  const sent = [...event].filter(([name, value]) => name !== "personal" && name !== "time" && meant(value));
  return sent.flatMap(([name, value]) => difference(entry.get(name), value, `/${name}`) ?? []);
}

describe("proof files", () => {
  interface Proofs {
    verifier_key: string;
    proofs: { line: string; index: number; size: number; proof: string }[];
  }
  const { verifier_key: vkey, proofs } = golden<Proofs>("proof/proof.json");

  it.each(proofs)("leaf $index of $size", ({ line, index, size, proof }) => {
    const found = verifyEntry({ line: utf8(line), proof, vkey, pinnedKey: vkey });
    // The lines of these vectors are no entries; what looks at the log holds.
    expect(failures(found)).toEqual(["line", "disclosures"]);
    expect([found.leafIndex, found.treeSize]).toEqual([index, size]);
    expect(stepOf(verifyEntry({ line: utf8(`${line} `), proof, vkey }), "inclusion")?.ok).toBe(false);
  });
});

describe("lines", () => {
  interface Case {
    name: string;
    event: string;
    line: string;
    digest: string;
    disclosures: string[][];
  }

  it.each(golden<Case[]>("entry/lines.json"))("$name", ({ event, line: text, digest, disclosures }) => {
    const line = parseLine(utf8(text));
    expect(hex(digestOf(line.bytes))).toBe(digest);
    const personal = line.personal.map(({ of, digest: combined }, n) => ({
      of,
      digest: base64url(combined),
      disclosures: disclosures[n]?.map(disclose),
    }));
    const opened = openDisclosures(line, JSON.stringify({ personal }));
    const entry = renderEntry(line, opened, NOBODY);
    // Anonymous ids, addresses in CI and secrets are not shown as they were sent.
    const changed = unlike(entry, object(parseJson(event))).filter((place) => place !== "/actor/id");
    if (!text.includes("[redacted]") && !event.includes("192.0.2.7")) expect(changed).toEqual([]);
    if (line.personal.length > 0) expect(() => openDisclosures(line, '{"personal":[]}')).toThrow("about 0 persons");
  });
});

describe("texts and holes", () => {
  interface Case {
    name: string;
    line: object;
    values: string[][];
  }
  // Read without loss as well: the events hold numbers that a double rewrites.
  const exact = parseJson(goldenText("disclosure/splits.json"));

  it.each(golden<Case[]>("disclosure/splits.json").map((one, n) => ({ ...one, n })))(
    "$name",
    ({ line: members, values, n }) => {
      const stamp = { v: 1, id: "x", source: "test", action: "a.b" };
      const line: Line = parseLine(utf8(JSON.stringify({ ...stamp, ...members })));
      const opened = values.map((texts): Opened => ({
        values: new Map(texts.flatMap((text) => [...object(parseJson(text))])),
        kinds: [],
        closed: 0,
      }));
      const sent = object(at(exact, `/${n}/event`));
      const given = unlike(renderEntry(line, opened, NOBODY), sent).filter(
        (place) => place !== "/actor/id" || !sent.has("client"),
      );
      expect(given).toEqual([]);
      if (values.length > 0) expect(unlike(renderEntry(line, nothingOpened(line), NOBODY), sent)).not.toEqual([]);
    },
  );
});

describe("erased persons", () => {
  interface Case {
    name: string;
    scope: "o" | "s";
    scope_id: string;
    type: string;
    id: string;
    erased_name: string;
  }

  it.each(golden<Case[]>("disclosure/disclosures.json"))("have their name: $name", (one) => {
    const scope =
      one.scope === "o" ? { organization: { id: one.scope_id }, source: "other" } : { source: one.scope_id };
    const line = parseLine(utf8(JSON.stringify({ v: 1, id: "x", ...scope })));
    expect(erasedName(line, `${one.type}:${one.id}`)).toBe(one.erased_name);
  });
});

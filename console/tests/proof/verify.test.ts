import { createHash } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { base64url, utf8 } from "../../src/proof/bytes.js";
import { nothingOpened } from "../../src/proof/disclosure.js";
import { parseLine } from "../../src/proof/line.js";
import { renderEntry } from "../../src/proof/render.js";
import type { StepName } from "../../src/proof/steps.js";
import { type Claims, verifyEntry } from "../../src/proof/verify.js";
import { capture, claimsOf, disclose, failures, golden, type Served, stepOf } from "./support.js";

// Some check thousands of signatures, each some ms on a machine that has nothing else to do.
vi.setConfig({ testTimeout: 120_000 });

/** An entry with a person, another one's declared values in its changes, and placeholders. */
const served = capture.entries[0] as Served;
const claims = claimsOf(served);

/** Without the earlier checkpoint: half the signatures to check, where thousands of alterations are tried. */
const fewer: Claims = { ...claims, seenCheckpoint: undefined };

/** All texts that differ from this one in a single byte; those that are not UTF-8 as a reader decodes them. */
function* altered(text: string): Generator<{ at: number; text: string }> {
  const bytes = utf8(text);
  for (const at of bytes.keys()) {
    const broken = bytes.slice();
    // Another bit at each place, so that all eight are met many times.
    broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
    yield { at, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(broken) };
  }
}

/** Steps that are named as failed when one byte of a claim is altered, over all its bytes. */
function named(alter: (text: string) => Partial<Claims>, text: string, base = fewer): Set<StepName | undefined> {
  const found = new Set<StepName | undefined>();
  for (const one of altered(text)) found.add(verifyEntry({ ...base, ...alter(one.text) }).failed);
  return found;
}

describe("an entry that was served", () => {
  it.each(capture.entries)("holds in every step, and shows what was recorded: $id", (one) => {
    const found = verifyEntry(claimsOf(one));
    expect(found.steps.filter((step) => !step.ok)).toEqual([]);
    expect(found.steps.map((step) => step.step)).toEqual([
      "line",
      "disclosures",
      "shown",
      "inclusion",
      "signature",
      "key",
      "consistency",
    ]);
    expect(found.steps.every((step) => step.checked && /^[A-Z].*\.$/.test(step.detail))).toBe(true);
    expect(found).toMatchObject({
      ok: true,
      keyName: capture.now.split("\n")[0],
      treeSize: Number(capture.now.split("\n")[1]),
    });
    // What a program has parsed holds as well, as far as doubles go.
    expect(verifyEntry({ ...claimsOf(one), shown: JSON.parse(one.entry) as unknown }).ok).toBe(true);
  });

  it("holds at first use, and says what there was nothing to compare with", () => {
    const { pinnedKey: _, seenCheckpoint: __, consistency: ___, ...first } = claims;
    const found = verifyEntry(first);
    expect(found.ok).toBe(true);
    expect(found.steps.filter((step) => !step.checked).map((step) => step.step)).toEqual(["key", "consistency"]);
  });

  it("is not passed off as another entry", () => {
    const other = capture.entries[1] as Served;
    expect(verifyEntry({ ...claimsOf(other), id: served.id, shown: undefined }).failed).toBe("line");
    expect(verifyEntry({ ...claimsOf(other), id: undefined, shown: served.entry }).failed).toBe("shown");
    expect(verifyEntry({ ...claims, disclosures: other.disclosures }).failed).toBe("disclosures");
    expect(verifyEntry({ ...claims, proof: other.proof }).failed).toBe("inclusion");
  });
});

describe("every altered byte is found and named", () => {
  it("of the line", () => {
    const found = new Set<StepName | undefined>();
    for (const at of claims.line.keys()) {
      const line = claims.line.slice();
      line[at] = (line[at] ?? 0) ^ (1 << (at % 8));
      found.add(verifyEntry({ ...fewer, line }).failed);
    }
    expect(found).toEqual(new Set(["line", "inclusion"]));
  });

  it("of the disclosures, which alone fail", () => {
    expect(named((disclosures) => ({ disclosures }), served.disclosures)).toEqual(new Set(["disclosures"]));
    const found = verifyEntry({
      ...claims,
      disclosures: served.disclosures.replace(/.(?="}]}]})/, (c) => (c === "Q" ? "R" : "Q")),
    });
    expect(failures(found)).toEqual(["disclosures", "shown"]);
    expect(stepOf(found, "shown")?.checked).toBe(false);
  });

  it("of the path, which alone fails", () => {
    const [head = "", ...rest] = served.proof.split("\n\n");
    const found = named((text) => ({ proof: [text, ...rest].join("\n\n") }), head);
    expect(found).toEqual(new Set(["inclusion"]));
    const broken = served.proof.replace(/\n[A-Za-z]/, (c) => (c === "\nA" ? "\nB" : "\nA"));
    expect(failures(verifyEntry({ ...claims, proof: broken }))).toEqual(["inclusion"]);
  });

  it("of the checkpoint", () => {
    const end = served.proof.indexOf("\n\n") + 2;
    const found = named((text) => ({ proof: served.proof.slice(0, end) + text }), served.proof.slice(end));
    expect(found).toEqual(new Set(["signature"]));
  });

  it("of the key, known before or not", () => {
    expect(named((vkey) => ({ vkey }), capture.vkey.trimEnd())).toEqual(new Set(["key"]));
    expect(named((vkey) => ({ vkey, pinnedKey: undefined }), capture.vkey.trimEnd())).toEqual(new Set(["key"]));
    const found = verifyEntry({
      ...claims,
      vkey: golden<{ verifier_key: string }>("proof/checkpoint.json").verifier_key,
    });
    expect(failures(found)).toEqual(["key"]);
  });

  it("of a number's text, as far as the page has it", () => {
    const shown = served.entry.replace('"weight":1.0', '"weight":1');
    expect(shown).not.toBe(served.entry);
    expect(verifyEntry({ ...fewer, shown }).failed).toBe("shown");
    expect(verifyEntry({ ...fewer, shown: JSON.parse(shown) as unknown }).ok).toBe(true);
  });

  it("of what the page shows", () => {
    const found = new Set<StepName | undefined>();
    for (const { text } of altered(served.entry)) {
      const { failed } = verifyEntry({ ...fewer, shown: text });
      // An escape may spell the same character another way; nothing else may pass.
      if (failed !== undefined || JSON.stringify(JSON.parse(text)) !== JSON.stringify(JSON.parse(served.entry)))
        found.add(failed);
    }
    expect(found).toEqual(new Set(["shown"]));
  });
});

describe("the earlier state of a log", () => {
  it("fails if the log was larger before", () => {
    const proofOf = (note: string): string => served.proof.replace(/\n\n[^]*/, `\n\n${note}`);
    const found = verifyEntry({ ...claims, proof: proofOf(capture.seen), seenCheckpoint: capture.now });
    expect(found.failed).toBe("consistency");
    expect(stepOf(found, "consistency")?.detail).toContain("showed a larger tree before: ");
  });

  it("fails without a proof, and with any byte of it altered", () => {
    expect(verifyEntry({ ...claims, consistency: undefined }).failed).toBe("consistency");
    expect(named((consistency) => ({ consistency }), capture.consistency, claims)).toEqual(new Set(["consistency"]));
    expect(stepOf(verifyEntry({ ...claims, consistency: "" }), "consistency")?.detail).toContain("has been rewritten");
  });

  it("holds if nothing was added, and fails if it is of another key", () => {
    expect(verifyEntry({ ...claims, seenCheckpoint: capture.now, consistency: undefined }).ok).toBe(true);
    const other = golden<{ checkpoints: { signed: string }[] }>("proof/checkpoint.json").checkpoints[1]?.signed;
    expect(verifyEntry({ ...claims, seenCheckpoint: other }).failed).toBe("consistency");
  });
});

describe("personal values", () => {
  it("must not be shown where none are given", () => {
    expect(verifyEntry({ ...claims, disclosures: undefined }).failed).toBe("shown");
    expect(verifyEntry({ ...claims, disclosures: undefined, shown: undefined }).ok).toBe(true);
  });

  it("may be withheld or erased, person by person; the page then shows so, and nothing else", () => {
    const [one, two] = ['["salt","identity",{"/actor/name":"Ann"}]', '["salt","fields",{"/properties/a":1}]'].map(
      (text) => disclose(text).disclosure,
    );
    const personal = [one, two].map((text, n) => ({ of: `user:${n}`, digest: combined([text ?? ""]) }));
    const members = {
      organization: { id: "acme" },
      actor: { type: "user", id: "0" },
      description: "{/actor/name} did {/properties/a}",
      properties: { a: { $personal: 1 } },
      source: "s",
      personal,
    };
    const entry = { v: 1, id: "x", ...members };
    const hide = (text: string | undefined): object => ({
      digest: createHash("sha256")
        .update(text ?? "")
        .digest("base64url"),
    });
    const step = (first: object, second: object, shown: object): boolean | undefined => {
      const disclosures = JSON.stringify({
        personal: personal.map((person, n) => ({ ...person, disclosures: [n === 0 ? first : second] })),
      });
      const found = verifyEntry({
        ...claims,
        id: "x",
        line: utf8(JSON.stringify(entry)),
        disclosures,
        shown: { ...entry, ...shown },
      });
      expect(stepOf(found, "disclosures")?.ok).toBe(true);
      return stepOf(found, "shown")?.ok;
    };
    const [ann, a] = [{ disclosure: one }, { disclosure: two }];
    const named = { actor: { ...members.actor, name: "Ann" } };
    // SHA-256 of 'o', the lengths and texts of organization, type and id: the name that spec/disclosure.md gives.
    const person = createHash("sha256").update("o\0\0\0\x04acme\0\0\0\x04user0").digest("hex").slice(0, 4);
    const erased = { ...members.actor, name: `Erased person ${person}` };
    expect(step(ann, a, { ...named, description: "Ann did 1", properties: { a: 1 } })).toBe(true);
    expect(step(ann, hide(two), { ...named, description: "Ann did [withheld]" })).toBe(true);
    expect(step(ann, hide(two), { ...named, description: "Ann did [erased]" })).toBe(true);
    expect(step(ann, hide(two), { ...named, description: "Ann did 1" })).toBe(false);
    expect(step(hide(one), a, { description: "[withheld] did 1", properties: { a: 1 } })).toBe(true);
    expect(step(hide(one), a, { actor: erased, description: `${erased.name} did 1`, properties: { a: 1 } })).toBe(true);
    expect(step(hide(one), a, { actor: erased, description: "Ann did 1", properties: { a: 1 } })).toBe(false);
    expect(step(hide(one), hide(two), { actor: erased, description: `${erased.name} did [withheld]` })).toBe(true);
    expect(step(hide(one), hide(two), { description: "[withheld] did [withheld]", properties: { a: 1 } })).toBe(false);
  });

  /** What is found of a line whose persons, one for each list, disclose these texts. */
  function disclosed(members: object, ...persons: string[][]): string | undefined {
    const personal = persons.map((texts, n) => {
      const disclosures = texts.map(disclose);
      return { of: `user:${n}`, digest: combined(disclosures.map((one) => one.disclosure)), disclosures };
    });
    const line = {
      v: 1,
      id: "x",
      ...members,
      source: "s",
      personal: personal.map(({ of, digest }) => ({ of, digest })),
    };
    const body = JSON.stringify({ personal });
    const found = verifyEntry({ ...fewer, id: "x", line: utf8(JSON.stringify(line)), disclosures: body });
    return stepOf(found, "disclosures")?.detail;
  }

  it("are refused at a place that the line has not left to them", () => {
    const members = {
      actor: { type: "user", id: "0", name: "Eve" },
      properties: { a: { $personal: 1 }, c: { $personal: 0 } },
    };
    for (const [kind, pointer, value] of [
      ["identity", "/actor/name", '"Ann"'],
      ["identity", "/actor/id", '"a@b.c"'],
      ["identity", "/client/ip", '"::1"'],
      ["identity", "/properties/c", "1"],
      ["connection", "/actor/email", '"a@b.c"'],
      ["fields", "/action", '"x.y"'],
      ["fields", "/properties/a", '"of another person"'],
      ["fields", "/properties/b", "1"],
      ["fields", "/resource/name", '"nothing has it"'],
      ["identity", "/actor/email", "1"],
    ]) {
      const text = `["salt","${kind}",{"${pointer}":${value}}]`;
      expect(disclosed(members, [text]), pointer).toContain(`for ${pointer} does not belong there`);
    }
  });

  it("are refused out of order, twice, in part, without an owner, and in another form", () => {
    const email = '["salt","identity",{"/actor/email":"e"}]';
    const actor = { actor: { type: "user", id: "0" } };
    const holes = { properties: { a: { $personal: 0 }, b: { $personal: 0 } } };
    const a = '["salt","fields",{"/properties/a":1}]';
    const detail = '["salt","fields",{"/detail":"d"}]';
    expect(disclosed(actor, [email])).toContain("values given: 1;");
    expect(disclosed(actor, ['["salt","connection",{"/client/ip":"::1"}]', email])).toContain("not in their order");
    expect(disclosed(actor, [detail], [detail])).toContain("the values of two persons");
    expect(disclosed(holes, [a])).toContain("removed at /properties/b is missing");
    expect(disclosed({ properties: { a: { $personal: 1 } }, ...actor }, [email])).toContain("belongs to nobody");
    expect(disclosed(actor, ["[1,2]"])).toContain("three parts");
  });

  it("that nobody may see stand for their owner: of a connection, the person who acted", () => {
    const members = { type: "token", id: "t" };
    const line = parseLine(
      utf8(
        JSON.stringify({
          v: 1,
          id: "x",
          actor: { type: "user", id: "0", name: "Eve", on_behalf_of: members },
          description: "{/client/ip} {/properties/a}",
          source: "s",
          personal: [0, 1].map((n) => ({ of: `user:${n}`, digest: "A".repeat(43) })),
        }),
      ),
    );
    const shown = renderEntry(line, nothingOpened(line), new Set([0]));
    expect(shown.get("description")).toBe("[erased] [withheld]");
  });
});

function combined(disclosures: string[]): string {
  const digests = disclosures.map((one) => createHash("sha256").update(one).digest());
  return base64url(createHash("sha256").update(Buffer.concat(digests)).digest());
}

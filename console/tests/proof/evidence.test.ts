import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, describe, expect, it } from "vitest";
import { utf8 } from "../../src/proof/bytes.js";
import { makeEvidence } from "../../src/proof/evidence.js";
import { verifyEntry } from "../../src/proof/verify.js";
import { capture, claimsOf, type Served } from "./support.js";

const served = capture.entries[0] as Served;
const fetched = { ...served, line: utf8(served.line), vkey: capture.vkey, consistency: undefined };
const made = new Date("2026-11-23T09:05:54Z");
const evidence = makeEvidence(fetched, verifyEntry(claimsOf(served)), made);
const files = unzipSync(evidence.bytes);

const BINARY =
  process.env["INDELIBLE_BIN"] ?? fileURLToPath(new URL("../../../target/release/indelible", import.meta.url));
const VERIFIER = fileURLToPath(new URL("../../../tests/verifier/verify.py", import.meta.url));
const hasPython = spawnSync("python3", ["-c", "import cryptography"]).status === 0;

describe("evidence", () => {
  it("holds the bytes that the log gave", () => {
    expect(evidence.name).toBe(`evidence-${served.id}.zip`);
    expect(Object.keys(files)).toEqual(["entry.json", "disclosures.json", "entry.tlog-proof", "vkey.txt", "VERIFY.md"]);
    const text = (name: string): string => strFromU8(files[name] ?? new Uint8Array());
    expect([text("entry.json"), text("disclosures.json"), text("entry.tlog-proof"), text("vkey.txt")]).toEqual([
      served.line,
      served.disclosures,
      served.proof,
      capture.vkey,
    ]);
  });

  it("explains itself, and warns of personal values", () => {
    const text = strFromU8(files["VERIFY.md"] ?? new Uint8Array());
    for (const part of [
      served.id,
      "everything holds.",
      "2026-11-23T09:05:54.000Z",
      "holds personal values",
      "What is not proved",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("undefined");
  });

  it("says so if it does not hold, and if there are no personal values with it", () => {
    const found = verifyEntry({ ...claimsOf(served), vkey: "no key" });
    const other = unzipSync(makeEvidence({ ...fetched, disclosures: undefined }, found, made).bytes);
    const text = strFromU8(other["VERIFY.md"] ?? new Uint8Array());
    expect(Object.keys(other)).not.toContain("disclosures.json");
    expect(text).toContain("**it does not hold.** What the log gave is not a key");
    expect(text).not.toContain("disclosures.json");
  });
});

describe.skipIf(!existsSync(BINARY))("the command that the evidence names", () => {
  const folder = mkdtempSync(join(tmpdir(), "evidence-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const command =
    /^indelible (verify --line.*)$/m.exec(strFromU8(files["VERIFY.md"] ?? new Uint8Array()))?.[1]?.split(" ") ?? [];
  const run = (changed: Record<string, Uint8Array> = {}): number | null => {
    for (const [name, bytes] of Object.entries({ ...files, ...changed })) writeFileSync(join(folder, name), bytes);
    return spawnSync(BINARY, command, { cwd: folder }).status;
  };

  it("accepts it", () => {
    expect(run()).toBe(0);
  });

  it("refuses it with a byte of the line or the path altered", () => {
    for (const [name, at] of [
      ["entry.json", 200],
      ["entry.tlog-proof", 60],
    ] as const) {
      const broken = Uint8Array.from(files[name] ?? []);
      // One letter for another: the path stays base64, of another hash.
      broken[at] = broken[at] === 0x41 ? 0x42 : 0x41;
      expect(run({ [name]: broken }), name).toBe(1);
    }
  });

  it.skipIf(!hasPython)("is not alone: the source's verifier accepts it, and the disclosures", () => {
    expect(run()).toBe(0);
    const python = (...args: string[]): string =>
      execFileSync("python3", [VERIFIER, ...args], { cwd: folder, encoding: "utf8" });
    expect(python("proof", capture.vkey.trim(), "entry.tlog-proof", "entry.json")).toContain("sound: leaf");
    expect(python("disclosures", "entry.json", "disclosures.json")).toContain("/actor/name");
  });
});

import { createHash } from "node:crypto";
import { getPublicKey, sign, verify } from "@noble/ed25519";
import { describe, expect, it, vi } from "vitest";
import { base64, concat, hex, utf8 } from "../../src/proof/bytes.js";
import { openCheckpoint, parseCheckpoint, parseCount } from "../../src/proof/checkpoint.js";
import { isPublicKey, isSigned } from "../../src/proof/ed25519.js";
import { parseKey } from "../../src/proof/key.js";
import { checkSigned, parseNote } from "../../src/proof/note.js";
import { Refused } from "../../src/proof/refused.js";
import { capture, golden, unhex, vectors } from "./support.js";

// Some check thousands of signatures, each some ms on a machine that has nothing else to do.
vi.setConfig({ testTimeout: 120_000 });

interface Checkpoints {
  name: string;
  key_id_hex: string;
  verifier_key: string;
  note: { text: string; signed: string };
  checkpoints: { size: number; signed: string }[];
}

const spec = golden<Checkpoints>("proof/checkpoint.json");
const key = parseKey(spec.verifier_key);
const note = spec.note.signed;

describe("a key", () => {
  it("is read with its name and id", () => {
    expect([key.name, hex(key.id), key.text]).toEqual([spec.name, spec.key_id_hex, spec.verifier_key]);
    expect(parseKey(`${spec.verifier_key}\n`)).toEqual(key);
  });

  it("is refused if its id, type, spelling or name is not its own", () => {
    const [name = "", id = "", last = ""] = spec.verifier_key.split("+");
    const witness = `${name}+${id}+B${last.slice(1)}`;
    const others = [
      "",
      "a+b",
      `x${spec.verifier_key}`,
      `${name}+00000000+${last}`,
      witness,
      `${spec.verifier_key}\n\n`,
      `a b+${id}+${last}`,
    ];
    for (const text of others) expect(() => parseKey(text), text).toThrow(Refused);
  });
});

describe("a signed note", () => {
  it("may hold empty lines, and is signed over all of its text", () => {
    const parsed = parseNote(note);
    expect(parsed.text).toBe(spec.note.text);
    checkSigned(parsed, key);
  });

  it("is refused with any bit of it altered", () => {
    const bytes = new TextEncoder().encode(note);
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const broken = bytes.slice();
        broken[at] = (broken[at] ?? 0) ^ (1 << bit);
        const text = new TextDecoder().decode(broken);
        expect(() => checkSigned(parseNote(text), key), JSON.stringify(text)).toThrow(Refused);
      }
    }
  });

  it("holds no control characters but newlines", () => {
    for (const character of ["\0", "\t", "\r", "\x1f"]) {
      expect(() => parseNote(note.replace("one", `o${character}e`))).toThrow("control character");
    }
  });

  it("may bear signatures of other keys, but not one bad signature of this key", () => {
    const other = `\u2014 witness ${base64(new Uint8Array(68))}\n`;
    checkSigned(parseNote(note + other), key);
    const bad = `\u2014 ${key.name} ${base64(Uint8Array.from([...key.id, ...new Uint8Array(64)]))}\n`;
    expect(() => checkSigned(parseNote(note + bad), key)).toThrow("does not match the key");
    expect(() => checkSigned(parseNote(`${spec.note.text}\n${other}`), key)).toThrow("no signature of the key");
  });
});

describe("a checkpoint", () => {
  it("is opened with its log's key", () => {
    for (const { size, signed } of spec.checkpoints) expect(openCheckpoint(signed, key).size).toBe(size);
    expect(openCheckpoint(capture.now, parseKey(capture.vkey)).origin).toBe(parseKey(capture.vkey).name);
  });

  it("is refused under another log's key, and without its three lines", () => {
    expect(() => openCheckpoint(capture.now, key)).toThrow(Refused);
    expect(() => openCheckpoint(note, key)).toThrow(Refused);
    const text = (lines: string): string => `${lines}\n\u2014 a ${base64(new Uint8Array(8))}\n`;
    const root = base64(new Uint8Array(32));
    expect(parseCheckpoint(text(`a\n7\n${root}\nextension\n`)).size).toBe(7);
    for (const lines of [`a\n07\n${root}\n`, `a\n-1\n${root}\n`, `a\n7\n${root}=\n`, `\n7\n${root}\n`, "a\n7\n"]) {
      expect(() => parseCheckpoint(text(lines)), lines).toThrow(Refused);
    }
  });

  it("is refused if the key signed it for another log", () => {
    const text = `other\n7\n${base64(new Uint8Array(32))}\n`;
    const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
    const signature = base64(concat(key.id, sign(utf8(text), seed)));
    const signed = `${text}\n\u2014 ${key.name} ${signature}\n`;
    checkSigned(parseNote(signed), key);
    expect(() => openCheckpoint(signed, key)).toThrow("a checkpoint of other");
  });

  it("is refused beyond the sizes that are exact here", () => {
    expect(parseCount("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => parseCount("9007199254740992")).toThrow(Refused);
  });
});

describe("points of small order", () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const identity = Uint8Array.from({ length: 32 }, (_, n) => (n === 0 ? 1 : 0));
  const number = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const bytes = (value: bigint): Uint8Array =>
    Uint8Array.from({ length: 32 }, (_, n) => Number((value >> BigInt(8 * n)) & 255n));

  it("are no keys, under which one signature would fit every message", () => {
    const signature = concat(identity, bytes(0n));
    expect(isPublicKey(identity)).toBe(false);
    expect(isSigned(signature, utf8("a"), identity)).toBe(false);
  });

  it("begin no signature, though the equation holds", () => {
    const seed = Uint8Array.from({ length: 32 }, (_, n) => n);
    const publicKey = getPublicKey(seed);
    const digest = createHash("sha512").update(seed).digest();
    const secret = (number(digest.subarray(0, 32)) & ((1n << 254n) - 8n)) | (1n << 254n);
    const challenge = number(
      createHash("sha512")
        .update(concat(identity, publicKey, utf8("a")))
        .digest(),
    );
    const signature = concat(identity, bytes((challenge * secret) % order));
    expect(verify(signature, utf8("a"), publicKey, { zip215: false })).toBe(true);
    expect(isSigned(signature, utf8("a"), publicKey)).toBe(false);
  });
});

describe("the public Ed25519 vectors of Wycheproof", () => {
  type Row = [number, string, string, string, "valid" | "invalid" | "acceptable", string];
  it.each(vectors<Row[]>("ed25519.json"))("case %i", (_, publicKey, message, signature, result) => {
    expect(isSigned(unhex(signature), unhex(message), unhex(publicKey))).toBe(result === "valid");
  });
});

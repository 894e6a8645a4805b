import { describe, expect, it } from "vitest";
import { base64, fromBase64, hex, utf8 } from "../../src/proof/bytes.js";
import { digestOf, leafOf } from "../../src/proof/digest.js";
import { checkConsistency, checkInclusion, nodeHash } from "../../src/proof/merkle.js";
import { Refused } from "../../src/proof/refused.js";
import { golden, vectors } from "./support.js";

interface Tree {
  lines: string[];
  digests_hex: string[];
  leaf_hashes: string[];
  roots: { size: number; root: string }[];
  inclusion: { index: number; size: number; path: string[] }[];
  consistency: { old: number; new: number; path: string[] }[];
}

interface PublicCase {
  path: string;
  kind: "inclusion" | "consistency";
  leafIdx: string;
  treeSize: string;
  size1: string;
  size2: string;
  root: string;
  root1: string;
  root2: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}

const tree = golden<Tree>("proof/tree.json");
const roots = new Map(tree.roots.map(({ size, root }) => [size, bytes(root)]));
const leaf = (n: number): Uint8Array => leafOf(utf8(`{"v":1,"n":${n}}`));

/** Root of the tree of the first lines, as the definition says it. */
function rootOf(size: number, first = 0): Uint8Array {
  if (size === 1) return leaf(first);
  let below = 1;
  while (below * 2 < size) below *= 2;
  return nodeHash(rootOf(below, first), rootOf(size - below, first + below));
}

function bytes(text: string | undefined): Uint8Array {
  return fromBase64(text ?? "") ?? new Uint8Array();
}

describe("the specification's tree", () => {
  it("has the digests and leaf hashes of its lines", () => {
    for (const [n, line] of tree.lines.entries()) {
      expect(hex(digestOf(utf8(line)))).toBe(tree.digests_hex[n]);
      expect(base64(leafOf(utf8(line)))).toBe(tree.leaf_hashes[n]);
    }
  });

  it("has the roots of its sizes", () => {
    for (const [size, root] of roots) if (size > 0) expect(rootOf(size)).toEqual(root);
  });

  it("proves each leaf, and no leaf at another index, of another size or with another hash", () => {
    expect(tree.inclusion.length).toBeGreaterThan(5);
    for (const { index, size, path } of tree.inclusion) {
      const hashes = path.map(bytes);
      const root = rootOf(size);
      checkInclusion(leaf(index), index, size, hashes, root);
      expect(() => checkInclusion(leaf(index + 1), index, size, hashes, root)).toThrow(Refused);
      for (let other = 0; other < size; other++) {
        if (other !== index) expect(() => checkInclusion(leaf(index), other, size, hashes, root)).toThrow(Refused);
      }
      for (const n of hashes.keys()) {
        const broken = hashes.map((hash, at) => (at === n ? leaf(77) : hash));
        expect(() => checkInclusion(leaf(index), index, size, broken, root)).toThrow(Refused);
      }
    }
  });

  it("proves that it grew, and refuses proofs with a hash more, less or altered", () => {
    expect(tree.consistency.length).toBeGreaterThan(5);
    for (const { old, new: size, path } of tree.consistency) {
      const [root1, root2] = [rootOf(old), rootOf(size)];
      const hashes = path.map(bytes);
      checkConsistency(old, root1, size, root2, hashes);
      const others = [
        [...hashes, leaf(1)],
        [leaf(1), ...hashes],
        ...(hashes.length > 0 ? [hashes.slice(1), hashes.slice(0, -1)] : []),
      ];
      for (const other of others) expect(() => checkConsistency(old, root1, size, root2, other)).toThrow(Refused);
      expect(() => checkConsistency(old, leaf(9), size, root2, hashes)).toThrow(Refused);
      expect(() => checkConsistency(old, root1, size, leaf(9), hashes)).toThrow(Refused);
    }
  });
});

describe("the public vectors of transparency-dev/merkle", () => {
  it.each(vectors<PublicCase[]>("merkle.json"))("$path", (one) => {
    const path = (one.proof ?? []).map(bytes);
    const check = (): void =>
      one.kind === "inclusion"
        ? checkInclusion(bytes(one.leafHash), Number(one.leafIdx), Number(one.treeSize), path, bytes(one.root))
        : checkConsistency(Number(one.size1), bytes(one.root1), Number(one.size2), bytes(one.root2), path);
    if (one.wantErr) expect(check).toThrow(Refused);
    else check();
  });
});

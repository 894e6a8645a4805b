/**
 * The tree's hashes, and the checks of inclusion and consistency proofs.
 *
 * Indexes and sizes are whole numbers up to 2^53 − 1: a tree beyond that is refused, not miscounted.
 * Source: RFC 6962 §2.1; RFC 9162 §2.1; spec/tree.md.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal } from "./bytes.js";
import { need } from "./refused.js";

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** Hashes of a path at most: no tree of a 64-bit size has more. */
export const PATH_HASHES_MAX = 64;

/** SHA-256(0x00 ‖ leaf data). In this log the leaf data is the digest of a line: 32 bytes. */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), data));
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/**
 * Checks that `leaf` (a leaf hash) is leaf `index` of the tree with `size` leaves and this root.
 *
 * The path runs leaf to root. Cost: a hash per element.
 * @throws Refused if it does not join them.
 */
export function checkInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): void {
  needCounts(index, size);
  need(index < size, `there is no leaf ${index} in a tree of ${size}`);
  needHashes(path, leaf, root);
  const climb = new Climb(index, size - 1);
  let hash = leaf;
  for (const sibling of path) {
    hash = climb.step() === "left" ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  need(
    climb.done() && equal(hash, root),
    `the path does not lead from leaf ${index} to the root of the tree of ${size}`,
  );
}

/**
 * Checks that the tree of `size2` leaves begins with the leaves of the tree of `size1`.
 *
 * Cost: two hashes per element of the path.
 * @throws Refused if it does not, or if `size1` is 0: every tree begins with the empty one, so nothing is proved.
 */
export function checkConsistency(
  size1: number,
  root1: Uint8Array,
  size2: number,
  root2: Uint8Array,
  path: readonly Uint8Array[],
): void {
  needCounts(size1, size2);
  need(0 < size1 && size1 <= size2, `nothing can prove a tree of ${size1} the beginning of a tree of ${size2}`);
  needHashes(path);
  if (size1 === size2) {
    need(path.length === 0 && equal(root1, root2), `there are two different trees of ${size1} leaves`);
    return;
  }
  const [first, ...rest] = isPowerOfTwo(size1) ? [root1, ...path] : path;
  need(first !== undefined, "the path is empty");
  const climb = new Climb(size1 - 1, size2 - 1);
  climb.skipCommon();
  let [older, newer] = [first, first];
  for (const sibling of rest) {
    if (climb.step() === "left") {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
    } else {
      newer = nodeHash(newer, sibling);
    }
  }
  const joined = climb.done() && equal(older, root1) && equal(newer, root2);
  need(joined, `the tree of ${size2} does not begin with the tree of ${size1}`);
}

/** The way up from a node to the root: on which side the next sibling lies. `a` is the node's index, `z` the last one's. */
class Climb {
  constructor(
    private a: number,
    private z: number,
  ) {}

  /** Goes up while the node is a right child: the subtree that ends here is whole in both trees. */
  skipCommon(): void {
    while (this.a % 2 === 1) this.up();
  }

  step(): "left" | "right" {
    need(this.z > 0, "the path is too long");
    const left = this.a % 2 === 1 || this.a === this.z;
    if (left) while (this.a % 2 === 0 && this.a > 0) this.up();
    this.up();
    return left ? "left" : "right";
  }

  done(): boolean {
    return this.z === 0;
  }

  // Not by shifts: those cut numbers to 32 bits.
  private up(): void {
    this.a = Math.floor(this.a / 2);
    this.z = Math.floor(this.z / 2);
  }
}

function isPowerOfTwo(size: number): boolean {
  let rest = size;
  while (rest % 2 === 0) rest /= 2;
  return rest === 1;
}

function needCounts(...counts: readonly number[]): void {
  need(
    counts.every((count) => Number.isSafeInteger(count) && count >= 0),
    "a size or index is out of range",
  );
}

function needHashes(path: readonly Uint8Array[], ...ends: readonly Uint8Array[]): void {
  need(path.length <= PATH_HASHES_MAX, "the path is too long");
  need(
    [...ends, ...path].every((hash) => hash.length === HASH_BYTES),
    "a hash has not 32 bytes",
  );
}

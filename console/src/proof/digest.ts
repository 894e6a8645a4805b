/**
 * From a line to its leaf.
 * Source: spec/entry.md, "The digest"; spec/tree.md, "Hashes".
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { leafHash } from "./merkle.js";

/** SHA-256 of the line's bytes: 32 bytes, shown as lower-case hex. Cost: some ms for the longest line. */
export function digestOf(line: Uint8Array): Uint8Array {
  return sha256(line);
}

/** The line's leaf hash: the tree holds digests, so that it can be shown without any content. */
export function leafOf(line: Uint8Array): Uint8Array {
  return leafHash(digestOf(line));
}

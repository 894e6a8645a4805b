/**
 * The proof file, `.tlog-proof`: joins a line's digest to a signed checkpoint.
 * Source: C2SP tlog-proof (draft); spec/proof.md.
 */

import { fromBase64 } from "./bytes.js";
import { parseCount } from "./checkpoint.js";
import { HASH_BYTES, PATH_HASHES_MAX } from "./merkle.js";
import { need } from "./refused.js";

const HEADER = "c2sp.org/tlog-proof@v1";

/** Where a leaf is, and how it is joined to the root. */
export interface InclusionProof {
  /** The leaf's place in the log, from 0. */
  readonly index: number;
  /** Leaf to root, 32 bytes each. */
  readonly path: readonly Uint8Array[];
}

/** A proof file in its two halves, each of which can be broken on its own. */
export interface ProofHalves {
  /** Everything before the first empty line, for `parseInclusion`. */
  readonly head: string;
  /** The signed checkpoint, verbatim. */
  readonly note: string;
}

/** Cuts a proof file at its first empty line; without one, there is no checkpoint. */
export function splitProof(proof: string): ProofHalves {
  const end = proof.indexOf("\n\n");
  return end < 0 ? { head: proof, note: "" } : { head: proof.slice(0, end), note: proof.slice(end + 2) };
}

/**
 * Reads the first half of a proof file.
 * @throws Refused if it is not of the form.
 */
export function parseInclusion(head: string): InclusionProof {
  const lines = head.split("\n");
  need(lines.shift() === HEADER, `the proof does not begin with ${HEADER}`);
  // An application's own data, which nothing authenticates.
  if (lines[0]?.startsWith("extra "))
    need(fromBase64((lines.shift() ?? "").slice(6)) !== undefined, "the proof's extra data is not base64");
  const index = /^index (.*)$/.exec(lines.shift() ?? "")?.[1];
  need(index !== undefined, "the proof names no index");
  need(lines.length <= PATH_HASHES_MAX, "the path is too long");
  return { index: parseCount(index), path: parseHashes(lines) };
}

/**
 * Reads the body of `/v1/consistency`: base64 hashes, one a line, each line ended by a newline.
 * @throws Refused if it is not of the form.
 */
export function parseConsistency(body: string): Uint8Array[] {
  need(body === "" || body.endsWith("\n"), "its last hash is cut off");
  const lines = body.split("\n").slice(0, -1);
  need(lines.length <= PATH_HASHES_MAX, "it is too long");
  return parseHashes(lines);
}

function parseHashes(lines: readonly string[]): Uint8Array[] {
  return lines.map((line) => {
    const hash = fromBase64(line);
    need(hash !== undefined && hash.length === HASH_BYTES, "a line of the path is not a hash");
    return hash;
  });
}

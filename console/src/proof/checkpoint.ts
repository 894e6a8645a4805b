/**
 * Checkpoints: what a log signs of its tree.
 * Source: C2SP tlog-checkpoint; spec/checkpoint.md, "Checkpoint".
 */

import { fromBase64 } from "./bytes.js";
import { HASH_BYTES } from "./merkle.js";
import type { VerifierKey } from "./key.js";
import { checkSigned, parseNote } from "./note.js";
import { need, Refused } from "./refused.js";

/** The state of a log: all its leaves in one hash. */
export interface Checkpoint {
  /** The log's name, fixed when it was made. */
  readonly origin: string;
  /** How many leaves. */
  readonly size: number;
  /** Root of the tree of these leaves. */
  readonly root: Uint8Array;
}

/**
 * Reads what a checkpoint's note says, without asking who signed it.
 * @throws Refused if it is no checkpoint.
 */
export function parseCheckpoint(note: string): Checkpoint {
  const [origin = "", size = "", root = "", ...further] = parseNote(note).text.slice(0, -1).split("\n");
  need(origin !== "" && further.every((line) => line !== ""), "it is not a checkpoint");
  const bytes = fromBase64(root);
  need(bytes !== undefined && bytes.length === HASH_BYTES, "its root is not a hash");
  return { origin, size: parseCount(size), root: bytes };
}

/**
 * Reads a checkpoint that the key has signed and that is of the key's log.
 * @throws Refused if it has not, or is another log's.
 */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  checkSigned(parseNote(note), key);
  const checkpoint = parseCheckpoint(note);
  need(checkpoint.origin === key.name, `it is a checkpoint of ${checkpoint.origin}, not of ${key.name}`);
  return checkpoint;
}

/**
 * Reads a decimal number without sign or leading zeros.
 * @throws Refused for other texts, and beyond 2^53 − 1, where numbers here are no longer exact.
 */
export function parseCount(text: string): number {
  const count = /^(0|[1-9][0-9]{0,19})$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(count)) throw new Refused(`${JSON.stringify(text.slice(0, 32))} is no size or index`);
  return count;
}

/**
 * Signed notes: a text, an empty line, and a line for each signature.
 * Source: C2SP signed-note; spec/checkpoint.md, "Signed note".
 */

import { equal, fromBase64, utf8 } from "./bytes.js";
import { isSigned } from "./ed25519.js";
import { isKeyName, KEY_ID_BYTES, type VerifierKey } from "./key.js";
import { need } from "./refused.js";

/** Characters of a note at most: those of 1 MiB. */
const NOTE_LENGTH_MAX = 1 << 20;

/** Signatures of a note at most. */
const SIGNATURES_MAX = 100;

/** A note that is well formed; nobody has looked at its signatures yet. */
export interface SignedNote {
  /** What was signed, its last newline included. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A line below a note. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * Takes a note apart.
 * @throws Refused if it is not of the form.
 */
export function parseNote(note: string): SignedNote {
  need(note.length <= NOTE_LENGTH_MAX, "it is too long");
  // The text may hold empty lines; the last one ends it.
  const end = note.lastIndexOf("\n\n");
  need(end > 0 && note.endsWith("\n"), "it is not a signed note");
  const text = note.slice(0, end + 1);
  need(!/[\x00-\x09\x0b-\x1f]/.test(text), "it holds a control character");
  const lines = note.slice(end + 2, -1).split("\n");
  need(lines.length <= SIGNATURES_MAX, "it has too many signatures");
  return { text, signatures: lines.map(parseSignature) };
}

/**
 * Checks that the key has signed the note. Lines of other keys are passed over; but every line that bears the key's
 * name and id must hold, or the note is refused whatever else it has.
 * @throws Refused if it has not.
 */
export function checkSigned(note: SignedNote, key: VerifierKey): void {
  const own = note.signatures.filter((line) => line.name === key.name && equal(line.keyId, key.id));
  need(own.length > 0, `it bears no signature of the key ${key.name}`);
  const message = utf8(note.text);
  const holds = own.every((line) => isSigned(line.bytes, message, key.publicKey));
  need(holds, `its signature does not match the key ${key.name}`);
}

function parseSignature(line: string): NoteSignature {
  const found = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line);
  const bytes = fromBase64(found?.[2] ?? "");
  const name = found?.[1] ?? "";
  need(bytes !== undefined && bytes.length > KEY_ID_BYTES && isKeyName(name), "a signature line is not of the form");
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), bytes: bytes.slice(KEY_ID_BYTES) };
}

/**
 * The log's verifier key: `<name>+<key id>+<base64(type ‖ public key)>`, one line of text.
 * Source: C2SP signed-note; spec/checkpoint.md, "Keys".
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, fromBase64, hex, utf8 } from "./bytes.js";
import { isPublicKey } from "./ed25519.js";
import { need } from "./refused.js";

/** Ed25519 over the note's text: the type of a log's own key. */
const TYPE_ED25519 = 0x01;

/** Bytes of a key id. */
export const KEY_ID_BYTES = 4;

/** A key that a log signs its checkpoints with. */
export interface VerifierKey {
  /** The log's name, which is its checkpoints' origin. */
  readonly name: string;
  /** 4 bytes that tell the keys of one name apart. */
  readonly id: Uint8Array;
  /** 32 bytes, RFC 8032 §5.1.5. */
  readonly publicKey: Uint8Array;
  /** The key's line of text, without newline: the same text is the same key. */
  readonly text: string;
}

/**
 * Reads a key; a newline behind it is passed over.
 * @throws Refused for any other text, and for a key id that is not the key's own.
 */
export function parseKey(text: string): VerifierKey {
  const line = text.replace(/\r?\n$/, "");
  // Base64 may hold `+` itself; name and id cannot.
  const found = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/.exec(line);
  need(found !== null, "it is not of the form name+id+base64");
  const [, name = "", id = "", base64 = ""] = found;
  need(isKeyName(name), "its name is empty or holds white space");
  const typed = fromBase64(base64);
  need(typed !== undefined, "its last part is not base64");
  const [type, publicKey] = [typed[0], typed.subarray(1)];
  const ownId = keyId(name, typed);
  need(hex(ownId) === id, "its key id does not belong to its name and key");
  need(type === TYPE_ED25519 && isPublicKey(publicKey), "it is not an Ed25519 key of a log");
  return { name, id: ownId, publicKey, text: line };
}

/** Whether both are the same key under the same name. */
export function isSameKey(a: VerifierKey, b: VerifierKey): boolean {
  return a.name === b.name && equal(a.publicKey, b.publicKey);
}

/** Whether a key may have this name: not empty, no white space, control character or `+`. */
export function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);
}

function keyId(name: string, typedKey: Uint8Array): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), typedKey)).slice(0, KEY_ID_BYTES);
}

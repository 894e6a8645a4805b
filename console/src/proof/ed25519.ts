/**
 * Ed25519 without WebCrypto, which pages that are neither HTTPS nor localhost do not have: one path everywhere, and no
 * waiting. Source: RFC 8032; spec/checkpoint.md.
 */

import { hashes, Point, verify } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";

hashes.sha512 = sha512;

/** Bytes of a signature. */
export const SIGNATURE_BYTES = 64;

/** Bytes of a public key. */
export const PUBLIC_KEY_BYTES = 32;

/**
 * Whether the signature (R ‖ S) is the key's over the message. Refused are second spellings of points and numbers, and
 * points of small order, under which one signature would fit many messages. Cost: some ms.
 */
export function isSigned(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== PUBLIC_KEY_BYTES) return false;
  try {
    // The library looks at the key's order only.
    if (Point.fromBytes(signature.subarray(0, PUBLIC_KEY_BYTES)).isSmallOrder()) return false;
    return verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** Whether the bytes are a public key that can be checked against. */
export function isPublicKey(bytes: Uint8Array): boolean {
  try {
    return bytes.length === PUBLIC_KEY_BYTES && !Point.fromBytes(bytes).isSmallOrder();
  } catch {
    return false;
  }
}

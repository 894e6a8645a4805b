/**
 * A line: the exact bytes of an entry, as the log committed to them.
 * Source: spec/entry.md, "The line"; spec/disclosure.md, "The line's `personal`".
 */

import { fromBase64url, fromUtf8 } from "./bytes.js";
import { isArray, isObject, type Json, type JsonObject, parseJson, stringMember } from "./json.js";
import { HASH_BYTES } from "./merkle.js";
import { need } from "./refused.js";

/** Bytes of a line at most. */
const LINE_BYTES_MAX = 262_144;

/** How lines of this version begin. */
const BEGINNING = '{"v":1,"';

/** A line, read. */
export interface Line {
  /** What was hashed. */
  readonly bytes: Uint8Array;
  readonly id: string;
  /** All members. */
  readonly entry: JsonObject;
  /** Whose values left the line. */
  readonly personal: readonly PersonalElement[];
}

/** An element of the line's `personal`. */
export interface PersonalElement {
  /** The person: type, `:`, id. */
  readonly of: string;
  /** 32 bytes over the digests of the person's disclosures. */
  readonly digest: Uint8Array;
}

/**
 * Reads a line, without a newline behind it.
 * @throws Refused if the bytes are no line of version 1.
 */
export function parseLine(bytes: Uint8Array): Line {
  need(bytes.length <= LINE_BYTES_MAX, "it is longer than any line");
  const text = fromUtf8(bytes);
  need(text !== undefined, "it is not UTF-8");
  need(text.startsWith(BEGINNING), `it does not begin with ${BEGINNING}`);
  need(!text.includes("\n"), "it holds a newline");
  const entry = parseJson(text);
  const id = stringMember(entry, "id");
  need(isObject(entry) && id !== undefined, "it has no id");
  const personal = entry.get("personal") ?? [];
  need(isArray(personal), "its personal is no array");
  return { bytes, id, entry, personal: personal.map(parseElement) };
}

function parseElement(element: Json): PersonalElement {
  const of = stringMember(element, "of");
  const digest = fromBase64url(stringMember(element, "digest") ?? "");
  need(of !== undefined && digest?.length === HASH_BYTES, "an element of its personal has no digest");
  return { of, digest };
}

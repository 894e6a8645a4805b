/**
 * Disclosures: the personal values of a line, and that they are the ones the line commits to.
 * Source: RFC 9901 §4.2; spec/disclosure.md; spec/own-entries.md, "Disclosures as the server hands them out".
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, equal, fromBase64url, fromUtf8, utf8 } from "./bytes.js";
import { isArray, isObject, type Json, parseJson, stringMember } from "./json.js";
import type { Line } from "./line.js";
import { HASH_BYTES } from "./merkle.js";
import { checkHoles, checkPlace } from "./place.js";
import { need } from "./refused.js";

/** What a disclosure is of, in the order in which the digests are combined. */
export const KINDS = ["identity", "connection", "fields"] as const;

/** Kind of a disclosure. */
export type Kind = (typeof KINDS)[number];

/** What is seen of one element of a line's `personal`. */
export interface Opened {
  /** Pointer and value, of all disclosures that are shown. */
  readonly values: ReadonlyMap<string, Json>;
  readonly kinds: readonly Kind[];
  /** Digests that stand for disclosures which are not shown. */
  readonly closed: number;
}

/** Nothing is seen of any person of the line. */
export function nothingOpened(line: Line): Opened[] {
  return line.personal.map(() => ({ values: new Map(), kinds: [], closed: 1 }));
}

/**
 * Opens what the log handed out (the body of `/v1/entries/{id}/disclosures`), one for each element of `personal`.
 *
 * Checked: persons and digests are the line's; a person's disclosures hash to the digest; each value belongs where it
 * says, and the line has left that place to this person; no place of a shown disclosure is without its value.
 * @throws Refused if any of that does not hold.
 */
export function openDisclosures(line: Line, body: string): Opened[] {
  const handedOut = parseJson(body);
  const elements = isObject(handedOut) ? handedOut.get("personal") : undefined;
  need(isArray(elements), "the answer has no list of persons");
  need(
    elements.length === line.personal.length,
    `the answer is about ${elements.length} persons, the line about ${line.personal.length}`,
  );
  const opened = elements.map((element, number) => openElement(line, number, element));
  const pointers = opened.flatMap((person) => [...person.values.keys()]);
  need(new Set(pointers).size === pointers.length, "one place has the values of two persons");
  checkHoles(line.entry, opened);
  return opened;
}

function openElement(line: Line, number: number, element: Json): Opened {
  const mine = line.personal[number];
  const of = stringMember(element, "of");
  const digest = fromBase64url(stringMember(element, "digest") ?? "");
  need(mine !== undefined && of === mine.of, `person ${number} is not the line's`);
  need(digest !== undefined && equal(digest, mine.digest), `the digest given for ${of} is not the line's`);
  const disclosures = isObject(element) ? element.get("disclosures") : undefined;
  need(isArray(disclosures) && disclosures.length > 0, `nothing is given for ${of}`);
  const digests = disclosures.map((one) => digestOfOne(one, of));
  need(equal(sha256(concat(...digests)), mine.digest), `what is shown of ${of} is not what the line was written with`);
  const shown = disclosures.flatMap((one) => stringMember(one, "disclosure") ?? []).map(parseDisclosure);
  const kinds = shown.map((one) => one.kind);
  const ordered = kinds.every((kind, n) => n === 0 || KINDS.indexOf(kind) > KINDS.indexOf(kinds[n - 1] ?? kind));
  need(ordered, `the disclosures of ${of} are not in their order`);
  for (const { kind, values } of shown) {
    for (const [pointer, value] of values) checkPlace(line.entry, { number, of, kind, pointer, value });
  }
  const values = new Map(shown.flatMap((one) => [...one.values]));
  return { values, kinds, closed: disclosures.length - shown.length };
}

function digestOfOne(one: Json, of: string): Uint8Array {
  const disclosure = stringMember(one, "disclosure");
  if (disclosure !== undefined) return sha256(utf8(disclosure));
  const digest = fromBase64url(stringMember(one, "digest") ?? "");
  need(digest?.length === HASH_BYTES, `a disclosure of ${of} is neither shown nor given by its digest`);
  return digest;
}

/** A disclosure, taken apart. */
export interface Disclosure {
  readonly kind: Kind;
  readonly values: ReadonlyMap<string, Json>;
}

/**
 * Takes a disclosure apart: base64url of `[salt, kind, values]`.
 * @throws Refused if it is none.
 */
export function parseDisclosure(disclosure: string): Disclosure {
  const text = fromUtf8(fromBase64url(disclosure) ?? Uint8Array.of(0xff));
  need(text !== undefined, "a disclosure is not base64url of a text");
  const parts = parseJson(text);
  need(isArray(parts) && parts.length === 3, "a disclosure does not have three parts");
  const [salt, name, values] = parts;
  const kind = KINDS.find((known) => known === name);
  const formed = typeof salt === "string" && kind !== undefined && isObject(values) && values.size > 0;
  need(formed, "a disclosure is not of the form salt, kind, values");
  return { kind, values };
}

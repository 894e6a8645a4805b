/**
 * Whether what a page shows is what line and disclosures say.
 * Source: spec/disclosure.md, "Showing".
 */

import { need, Refused } from "./refused.js";
import type { Opened } from "./disclosure.js";
import { isArray, isObject, type Json, JsonNumber, parseJson } from "./json.js";
import type { Line } from "./line.js";
import { below } from "./pointer.js";
import { renderEntry } from "./render.js";

/** Members that are worked out when an entry is read, and committed to by nothing. */
const COMPUTED: ReadonlySet<string> = new Set(["/browser", "/details"]);

/** Persons of whom it is tried out whether they are erased, at most; beyond that, all or nobody. */
const ERASED_TRIED_MAX = 5;

/**
 * Checks an entry as `GET /v1/entries/{id}` gives it: its JSON text, in which numbers are compared by their text, or the
 * parsed value, in which they are compared as far as a double holds them. The order of members is not compared.
 * @throws Refused with the pointer of a difference.
 */
export function checkShown(line: Line, opened: readonly Opened[], shown: unknown, index: number | undefined): void {
  const entry = typeof shown === "string" ? parseJson(shown) : fromValue(shown);
  need(isObject(entry), "what the page shows is no entry");
  const rest = new Map(entry);
  const leafIndex = rest.get("leaf_index");
  rest.delete("leaf_index");
  if (leafIndex !== undefined && index !== undefined) {
    const same = leafIndex instanceof JsonNumber && leafIndex.text === String(index);
    need(same, `the page does not say leaf ${index}, as the proof does`);
  }
  let found: string | undefined;
  for (const erased of erasedCandidates(opened)) {
    const different = difference(renderEntry(line, opened, erased), rest, "");
    if (different === undefined) return;
    found ??= different;
  }
  // A person may have been erased since the page was loaded, which is no forgery.
  throw new Refused(`it shows something else at ${found}; if it was open for long, load the entry again`);
}

/** Pointer of the first difference; `undefined` if there is none. */
export function difference(proved: Json | undefined, shown: Json | undefined, pointer: string): string | undefined {
  if (proved instanceof JsonNumber && shown instanceof JsonNumber) {
    const rounded = proved.rounded || shown.rounded;
    const same = rounded ? Number(proved.text) === Number(shown.text) : proved.text === shown.text;
    return same ? undefined : pointer;
  }
  const [mine, theirs] = [members(proved), members(shown)];
  if (mine === undefined || theirs === undefined || isArray(proved) !== isArray(shown)) {
    return proved === shown ? undefined : pointer;
  }
  for (const name of new Set([...mine.keys(), ...theirs.keys()])) {
    const place = below(pointer, name);
    if (COMPUTED.has(place) && !mine.has(name)) continue;
    const different = difference(mine.get(name), theirs.get(name), place);
    if (different !== undefined) return different;
  }
  return undefined;
}

function members(value: Json | undefined): ReadonlyMap<string | number, Json> | undefined {
  if (isArray(value)) return new Map(value.entries());
  return isObject(value) ? value : undefined;
}

/**
 * Who may be erased. Whether values that are not shown are withheld or gone, no proof can say; but the page shows no
 * value in either case, so each is as true.
 */
function erasedCandidates(opened: readonly Opened[]): ReadonlySet<number>[] {
  const hidden = opened.flatMap((person, number) => (person.values.size === 0 ? [number] : []));
  if (hidden.length > ERASED_TRIED_MAX) return [new Set(), new Set(hidden)];
  return hidden.reduce<ReadonlySet<number>[]>(
    (sets, number) => [...sets, ...sets.map((set) => new Set([...set, number]))],
    [new Set()],
  );
}

/** A parsed value as JSON; `undefined` members are absent. */
function fromValue(value: unknown): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return new JsonNumber(String(value), true);
  if (Array.isArray(value)) return value.map(fromValue);
  need(typeof value === "object", "what the page shows is no JSON");
  const present = Object.entries(value ?? {}).filter(([, member]) => member !== undefined);
  return new Map(present.map(([name, member]) => [name, fromValue(member)]));
}

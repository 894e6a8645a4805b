/**
 * The entry that line and disclosures amount to: every value in its place, as `GET /v1/entries/{id}` shows it.
 * Source: spec/disclosure.md, "Reading a text back", "Showing".
 */

import type { Opened } from "./disclosure.js";
import { type Erased, erasedName, isOf, standIn } from "./erased.js";
import { isArray, isObject, type Json, JsonNumber, type JsonObject, stringMember } from "./json.js";
import type { Line } from "./line.js";
import { holeOf, TEXTS } from "./place.js";
import { pointerOfValue, readBack, spell } from "./placeholder.js";
import { at, below } from "./pointer.js";

const RAW = /^\/(changes|properties)$/;

/** Renders an entry without `leaf_index`. `opened[n]` belongs to `line.personal[n]`. Cost: a pass over the line. */
export function renderEntry(line: Line, opened: readonly Opened[], erased: Erased): JsonObject {
  const text = (written: string): string =>
    readBack(written, (pointer, spelling) => {
      const value = textOf(opened, pointer);
      return value === undefined ? standIn(line, opened, erased, pointer) : spell(value, spelling);
    });
  const show = (value: Json, pointer: string): Json => {
    if (RAW.test(pointer)) return fill(value, pointer, opened);
    if (typeof value === "string") return TEXTS.test(pointer) ? text(value) : value;
    if (isArray(value)) return value.map((element, n) => show(element, below(pointer, n)));
    if (!isObject(value)) return value;
    return new Map(Array.from(value, ([name, member]) => [name, show(member, below(pointer, name))]));
  };
  let entry = show(line.entry, "");
  for (const [pointer, value] of opened.flatMap((person) => [...person.values])) {
    const inPlace = pointer === pointerOfValue(pointer) && !/^\/(changes|properties|personal)(\/|$)/.test(pointer);
    if (inPlace) entry = put(entry, pointer, value);
  }
  for (const [number, { of }] of line.personal.entries()) {
    const address = opened[number]?.values.get(`/personal/${number}/of`);
    if (typeof address === "string")
      entry = put(entry, `/personal/${number}/of`, `${of.slice(0, of.indexOf(":"))}:${address}`);
    for (const place of ["/actor", "/actor/on_behalf_of"] as const) {
      const nameless = stringMember(at(entry, place), "name") === undefined;
      if (erased.has(number) && nameless && isOf(line, of, place))
        entry = put(entry, `${place}/name`, erasedName(line, of));
    }
  }
  return isObject(entry) ? entry : line.entry;
}

/** The characters disclosed for a pointer, also where an object or array around it was disclosed. */
function textOf(opened: readonly Opened[], pointer: string): string | undefined {
  for (const { values } of opened) {
    for (const [known, value] of values) {
      if (pointer !== known && !pointer.startsWith(`${known}/`)) continue;
      const rest = pointer.slice(known.length);
      const position = POSITION.exec(rest)?.[1];
      const found = position === undefined ? at(value, rest) : drop(scalars(value), Number(position));
      if (typeof found === "string") return found;
      if (found instanceof JsonNumber) return found.text;
    }
  }
  return undefined;
}

/** A place by position: where a name on the way there may not be shown. */
const POSITION = /^\/~3([0-9]+)$/;

/** Strings and numbers in a value, in text order. */
function* scalars(value: Json): Generator<Json> {
  if (typeof value === "string" || value instanceof JsonNumber) yield value;
  else if (isArray(value)) for (const element of value) yield* scalars(element);
  else if (isObject(value)) for (const member of value.values()) yield* scalars(member);
}

/** The first value after `count` others. */
function drop(values: Iterable<Json>, count: number): Json | undefined {
  let passed = 0;
  for (const value of values) if (passed++ === count) return value;
  return undefined;
}

/** Puts removed values back; what is not shown stays `{"$personal":n}`. */
function fill(value: Json, pointer: string, opened: readonly Opened[]): Json {
  const hole = holeOf(value);
  if (hole !== undefined) {
    const removed = opened[hole]?.values.get(pointer);
    // Not by `??`: what was removed may be null.
    return removed === undefined ? value : removed;
  }
  if (isArray(value)) return value.map((element, n) => fill(element, below(pointer, n), opened));
  if (!isObject(value)) return value;
  return new Map(Array.from(value, ([name, member]) => [name, fill(member, below(pointer, name), opened)]));
}

/** The value with another one at a pointer; objects on the way that are not there are made. */
function put(value: Json | undefined, pointer: string, placed: Json): Json {
  if (pointer === "") return placed;
  const [, name = "", ...rest] = pointer.split("/");
  const further = rest.map((token) => `/${token}`).join("");
  if (isArray(value)) return value.map((element, n) => (String(n) === name ? put(element, further, placed) : element));
  const members = new Map(isObject(value) ? value : []);
  return members.set(name, put(members.get(name), further, placed));
}

/**
 * Places: where in a line a disclosed value belongs. A true value at a false place would tell a lie.
 * Source: spec/disclosure.md, "What is personal".
 */

import type { Kind, Opened } from "./disclosure.js";
import { isArray, isObject, type Json, JsonNumber, type JsonObject } from "./json.js";
import { pointerOfValue } from "./placeholder.js";
import { at, below } from "./pointer.js";
import { need } from "./refused.js";

/** A value that a person's disclosure puts somewhere. */
export interface PlacedValue {
  /** Position of the person in the line's `personal`. */
  readonly number: number;
  readonly of: string;
  readonly kind: Kind;
  readonly pointer: string;
  readonly value: Json;
}

/** Members that are absent from the line where their value left. */
const LEAVING: Readonly<Record<Kind, RegExp>> = {
  identity: /^\/actor(\/on_behalf_of)?\/(name|email)$/,
  connection: /^\/client\/(ip|user_agent|location\/city|location\/region)$/,
  fields: /^\/(detail|reason|((organization|workspace|project|resource|targets\/\d+)|actor(\/on_behalf_of)?)\/name)$/,
};

/** Ids that are addresses; a pseudonym has taken their place. */
const IDS = /^\/(organization|workspace|project|actor|actor\/on_behalf_of|resource|targets\/\d+)\/id$/;

const PSEUDONYM = /^p_[A-Za-z0-9_-]{22}$/;

/** Texts that may hold placeholders. */
export const TEXTS =
  /^\/(description|detail|reason|http\/path|(organization|workspace|project|resource|targets\/\d+)\/name|actor(\/on_behalf_of)?\/(name|email))$/;

const IN_RAW = /^\/(changes|properties)(\/|$)/;

/**
 * Checks that the line has left this place to this value.
 * @throws Refused if a disclosure of this kind has no values there, or the line holds something else.
 */
export function checkPlace(entry: JsonObject, placed: PlacedValue): void {
  const { number, of, kind, pointer, value } = placed;
  if (pointer !== pointerOfValue(pointer)) return checkSpelling(entry, placed);
  const wrong = `what is shown of ${of} for ${pointer} does not belong there`;
  const written = at(entry, pointer);
  if (IN_RAW.test(pointer)) {
    need(kind === "fields" && holeOf(written) === number, wrong);
    return;
  }
  need(typeof value === "string", wrong);
  if (LEAVING[kind].test(pointer)) {
    // A connection's objects are left out with their last member; all others stay.
    const around = at(entry, pointer.slice(0, pointer.lastIndexOf("/")));
    need(written === undefined && (kind === "connection" || isObject(around)), wrong);
  } else if (pointer === `/personal/${number}/of`) {
    need(kind === "identity" && PSEUDONYM.test(of.slice(of.indexOf(":") + 1)), wrong);
  } else {
    need(kind === "identity" && IDS.test(pointer) && typeof written === "string" && PSEUDONYM.test(written), wrong);
  }
}

/** Checks that a text of the line has a placeholder for another spelling of a value of this kind. */
function checkSpelling(entry: JsonObject, { number, of, kind, pointer, value }: PlacedValue): void {
  const base = pointerOfValue(pointer);
  const left = { identity: LEFT_IDENTITY, connection: LEAVING.connection, fields: LEFT_FIELDS }[kind];
  const own = base === `/personal/${number}/of`;
  const placeholder = `{${pointer.replaceAll("}", "~2")}}`;
  const there = typeof value === "string" && (own ? kind === "identity" : left.test(base));
  need(there && texts(entry, "").some((text) => text.includes(placeholder)), `${of} has no ${pointer} in this line`);
}

const LEFT_IDENTITY = new RegExp(`${LEAVING.identity.source}|${IDS.source}`);

const LEFT_FIELDS = new RegExp(`${LEAVING.fields.source}|${IN_RAW.source}`);

/** All texts of the line that may hold placeholders. */
function texts(value: Json, pointer: string): string[] {
  if (typeof value === "string") return TEXTS.test(pointer) ? [value] : [];
  if (isArray(value)) return value.flatMap((element, n) => texts(element, below(pointer, n)));
  return isObject(value) ? [...value].flatMap(([name, member]) => texts(member, below(pointer, name))) : [];
}

/**
 * Checks that every removed value of a person whose fields are shown is among them.
 * @throws Refused if one is not, or belongs to nobody.
 */
export function checkHoles(entry: JsonObject, opened: readonly Opened[]): void {
  for (const name of ["changes", "properties"]) {
    for (const [pointer, number] of holes(entry.get(name) ?? null, `/${name}`)) {
      const person = opened[number];
      need(person !== undefined, `the value removed at ${pointer} belongs to nobody`);
      const shown = person.closed === 0 || person.kinds.includes("fields");
      need(!shown || person.values.has(pointer), `the value removed at ${pointer} is missing`);
    }
  }
}

/** The position of the person whose value was removed here; `undefined` where none was. */
export function holeOf(value: Json | undefined): number | undefined {
  const number = isObject(value) && value.size === 1 ? value.get("$personal") : undefined;
  return number instanceof JsonNumber ? Number(number.text) : undefined;
}

function* holes(value: Json, pointer: string): Generator<readonly [string, number]> {
  const number = holeOf(value);
  if (number !== undefined) yield [pointer, number];
  else if (isArray(value)) for (const [n, element] of value.entries()) yield* holes(element, below(pointer, n));
  else if (isObject(value)) for (const [name, member] of value) yield* holes(member, below(pointer, name));
}

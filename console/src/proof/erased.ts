/**
 * What is shown for values that are not there: withheld, or gone with an erased person's key.
 * Source: spec/disclosure.md, "Persons", "Showing".
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { concat, hex, utf8 } from "./bytes.js";
import type { Opened } from "./disclosure.js";
import { stringMember } from "./json.js";
import type { Line } from "./line.js";
import { pointerOfValue } from "./placeholder.js";
import { at } from "./pointer.js";

/** Positions in `personal` of the persons whose keys are taken to be destroyed. Nothing in a line says so. */
export type Erased = ReadonlySet<number>;

/** Types whose actors are persons. */
const PERSONS: ReadonlySet<string> = new Set(["user", "agent", "anonymous"]);

/** The name shown for an erased person, the same in all entries: `Erased person 7f3a`. */
export function erasedName(line: Line, of: string): string {
  const organization = stringMember(at(line.entry, "/organization"), "id");
  const scope = organization ?? stringMember(line.entry, "source") ?? "";
  const [type, id] = [of.slice(0, of.indexOf(":")), of.slice(of.indexOf(":") + 1)];
  const mark = organization === undefined ? "s" : "o";
  const person = concat(utf8(mark), withLength(scope), withLength(type), utf8(id));
  return `Erased person ${hex(sha256(person)).slice(0, 4)}`;
}

/** What a placeholder shows whose value is not there. */
export function standIn(line: Line, opened: readonly Opened[], erased: Erased, named: string): string {
  const pointer = pointerOfValue(named);
  const owner = ownerOf(line, pointer);
  if (owner === undefined) {
    // Anybody may have declared it: gone if somebody is erased, unless it may be somebody's who is withheld.
    const withheld = opened.some((person, number) => person.values.size === 0 && !erased.has(number));
    return erased.size > 0 && !withheld ? "[erased]" : "[withheld]";
  }
  if (!erased.has(owner)) return "[withheld]";
  return pointer.endsWith("/name") ? erasedName(line, line.personal[owner]?.of ?? "") : "[erased]";
}

/** Whether `of` names whoever stands at this place of the line; an anonymous id names its type itself. */
export function isOf(line: Line, of: string, place: "/actor" | "/actor/on_behalf_of"): boolean {
  const named = at(line.entry, place);
  const [type, id] = [stringMember(named, "type"), stringMember(named, "id")];
  return id !== undefined && (of === `${type}:${id}` || (type === "anonymous" && of === id));
}

function ownerOf(line: Line, pointer: string): number | undefined {
  const position = (place: "/actor" | "/actor/on_behalf_of"): number | undefined => {
    const found = line.personal.findIndex((person) => isOf(line, person.of, place));
    return found < 0 ? undefined : found;
  };
  const declared = /^\/personal\/(\d+)\/of$/.exec(pointer)?.[1];
  if (declared !== undefined) return Number(declared);
  if (pointer.startsWith("/actor/on_behalf_of/")) return position("/actor/on_behalf_of");
  if (pointer.startsWith("/actor/")) return position("/actor");
  if (!pointer.startsWith("/client/")) return undefined;
  const behalf = stringMember(at(line.entry, "/actor/on_behalf_of"), "type");
  return position(behalf !== undefined && PERSONS.has(behalf) ? "/actor/on_behalf_of" : "/actor");
}

function withLength(text: string): Uint8Array {
  const bytes = utf8(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}

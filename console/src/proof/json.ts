/**
 * JSON without loss: numbers keep their text (a double would make 1.0 and 1 the same, and cut large numbers), objects
 * hold any name, and a name that stands twice is refused, as two readers could take two values for it.
 * Source: RFC 8259; RFC 6901; spec/entry.md.
 */

import { need, Refused } from "./refused.js";

/** A JSON value. */
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** A JSON object, members in the order of the text. */
export type JsonObject = ReadonlyMap<string, Json>;

/** A number by its text. `rounded`: the text is a double's, all that is left of a number that a program has parsed. */
export class JsonNumber {
  constructor(
    readonly text: string,
    readonly rounded = false,
  ) {}
}

/** Nesting at most: entries have 65 levels below `changes`, and some around them. */
const DEPTH_MAX = 100;

/**
 * Reads exactly one JSON value.
 * @throws Refused if the text is none.
 */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Whether the value is an object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Whether the value is an array. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The string that is the object's member; `undefined` if there is none. */
export function stringMember(object: Json | undefined, name: string): string | undefined {
  const value = isObject(object) ? object.get(name) : undefined;
  return typeof value === "string" ? value : undefined;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
const WORDS: ReadonlyMap<string, Json> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): Json {
    need(depth <= DEPTH_MAX, "it is nested too deeply");
    this.space();
    const next = this.text.charAt(this.at);
    if (next === "{") return this.object(depth);
    if (next === "[") return this.array(depth);
    if (next === '"') return this.string();
    for (const [word, value] of WORDS) if (this.take(word)) return value;
    const number = this.match(NUMBER);
    need(number !== "", `there is no JSON value at character ${this.at}`);
    return new JsonNumber(number);
  }

  end(): void {
    this.space();
    need(this.at === this.text.length, `there is more behind the JSON at character ${this.at}`);
  }

  private object(depth: number): JsonObject {
    const members = new Map<string, Json>();
    this.list("{", "}", () => {
      this.space();
      const name = this.string();
      need(!members.has(name), `the member ${JSON.stringify(name)} stands twice`);
      this.space();
      this.expect(":");
      members.set(name, this.value(depth + 1));
    });
    return members;
  }

  private array(depth: number): readonly Json[] {
    const elements: Json[] = [];
    this.list("[", "]", () => elements.push(this.value(depth + 1)));
    return elements;
  }

  private list(open: string, close: string, element: () => void): void {
    this.expect(open);
    this.space();
    if (this.take(close)) return;
    do {
      element();
      this.space();
    } while (this.take(","));
    this.expect(close);
  }

  private string(): string {
    const start = this.at;
    this.expect('"');
    // The built-in parser knows all escapes; only where the string ends has to be found.
    for (;;) {
      const end = this.text.indexOf('"', this.at);
      need(end >= 0, "a string does not end");
      this.at = end + 1;
      let backslashes = 0;
      while (this.text[end - 1 - backslashes] === "\\") backslashes++;
      if (backslashes % 2 === 0) break;
    }
    return decodeString(this.text.slice(start, this.at));
  }

  private space(): void {
    this.match(SPACE);
  }

  private match(form: RegExp): string {
    form.lastIndex = this.at;
    const found = form.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }

  private take(token: string): boolean {
    const found = this.text.startsWith(token, this.at);
    if (found) this.at += token.length;
    return found;
  }

  private expect(token: string): void {
    need(this.take(token), `there is no ${token} at character ${this.at}`);
  }
}

function decodeString(token: string): string {
  let decoded: unknown;
  try {
    decoded = JSON.parse(token);
  } catch {
    throw new Refused("a string holds what JSON strings may not");
  }
  need(typeof decoded === "string" && !/\p{Surrogate}/u.test(decoded), "a string holds half a surrogate pair");
  return decoded;
}

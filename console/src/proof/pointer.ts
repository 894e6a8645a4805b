/** JSON pointers. Source: RFC 6901. */

import { isArray, isObject, type Json } from "./json.js";

/** The pointer of a member or element of what `base` points to. */
export function below(base: string, name: string | number): string {
  return `${base}/${String(name).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** What a pointer names in a value; `undefined` if nothing. */
export function at(value: Json, pointer: string): Json | undefined {
  let here: Json | undefined = value;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (isObject(here)) here = here.get(name);
    else if (isArray(here) && /^(0|[1-9][0-9]*)$/.test(name)) here = here[Number(name)];
    else return undefined;
  }
  return here;
}

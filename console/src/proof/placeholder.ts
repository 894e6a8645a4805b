/**
 * Texts with placeholders: `{/actor/name}` stands for a personal value, `{{` for a brace.
 * Source: spec/disclosure.md, "Personal values elsewhere", "Reading a text back".
 */

/** How a value is spelled where it stood. */
export type Spelling = "plain" | "percent" | "form";

// A brace that begins neither of the two stands for itself; no line has one.
const PIECE = /\{\{|\{([%+]?)(\/[^}]*)\}/g;

/** Reads a text back; `shown` says what stands for the value of a pointer. */
export function readBack(text: string, shown: (pointer: string, spelling: Spelling) => string): string {
  return text.replace(PIECE, (_, mark: string | undefined, pointer: string | undefined) => {
    if (pointer === undefined) return "{";
    // A pointer may hold a brace, and the placeholder ends at the first one.
    return shown(pointer.replaceAll("~2", "}"), mark === "%" ? "percent" : mark === "+" ? "form" : "plain");
  });
}

/** The pointer of the value that `pointer` names another spelling of; `pointer` itself, if it names a value. */
export function pointerOfValue(pointer: string): string {
  return pointer.replace(/~4[0-9]+$/, "");
}

/** A value in a spelling: all bytes but ASCII letters, digits and `-._~` as `%XX`; a space is `+` in forms. */
export function spell(value: string, spelling: Spelling): string {
  if (spelling === "plain") return value;
  const percent = encodeURIComponent(value).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return spelling === "form" ? percent.replaceAll("%20", "+") : percent;
}

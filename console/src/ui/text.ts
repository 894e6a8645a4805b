/** Text of strangers, shown as what it is: characters that hide or reorder others are made visible. */
import { html, type TemplateResult } from "lit";

/**
 * Controls (C0, C1 but for tab and line feed), bidirectional marks and overrides, zero-width characters, and the tags of
 * plane 14. Source: Unicode 16, general categories Cc and Cf; UTR 36.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with each hidden character as its number in a frame. */
export function visible(text: string): string | (string | TemplateResult)[] {
  // Not `test`: it would move the place from which the matches below are looked for.
  if (text.search(HIDDEN) < 0) return text;
  const parts: (string | TemplateResult)[] = [];
  let at = 0;
  for (const found of text.matchAll(HIDDEN)) {
    parts.push(text.slice(at, found.index));
    const name = `U+${(found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
    parts.push(html`<span class="control" title="hidden character ${name}">${name}</span>`);
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

/** As {@link visible}, for places that hold text alone, such as titles. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (found) => `[U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`);
}

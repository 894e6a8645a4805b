/** Words of the query language around a caret: what is being typed, and what a suggestion puts in its place. */

/** A word as it is typed. `from` and `to` are its place in the text, `key` what stands before its colon. */
export interface Word {
  readonly from: number;
  readonly to: number;
  readonly key: string | undefined;
  readonly typed: string;
}

/** Keys under which the interface offers values, where the language has another word for them. */
const ALIASES: Readonly<Record<string, string>> = { status: "outcome", "http.status": "http_status", "sequence.stream": "sequence_stream", resource: "resource_type" };

/** The word at the caret. Quotes hold a value with spaces together; `-` and parentheses stand outside of it. */
export function wordAt(text: string, caret: number): Word {
  let [from, quoted] = [0, false];
  for (let at = 0; at < caret; at += 1) {
    const char = text[at];
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === " " || char === "(" || char === ")")) from = at + 1;
  }
  if (text[from] === "-") from += 1;
  const word = text.slice(from, caret);
  const colon = word.indexOf(":");
  if (colon < 0) return { from, to: caret, key: undefined, typed: word };
  const key = word.slice(0, colon);
  return { from: from + colon + 1, to: caret, key: ALIASES[key] ?? key, typed: word.slice(colon + 1).replaceAll('"', "") };
}

/** The text with the word replaced, and where the caret then stands. A key ends with its colon, a value with a space. */
export function replaceWord(text: string, word: Word, value: string): { text: string; caret: number } {
  const put = word.key === undefined ? `${value}:` : `${quoted(value)} `;
  const rest = text.slice(word.to);
  const joined = word.key !== undefined && rest.startsWith(" ") ? rest.slice(1) : rest;
  return { text: text.slice(0, word.from) + put + joined, caret: word.from + put.length };
}

/** A value as the language takes it: in quotes where it holds what would end it. */
export function quoted(value: string): string {
  return /^[\p{L}\p{N}_.@/-]+$/u.test(value) && !value.startsWith("-") ? value : `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

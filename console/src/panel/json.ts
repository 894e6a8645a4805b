/** JSON as it was received, laid out to be read: every number keeps its digits and every member its place. */

/** Deepest nesting laid out on lines of its own; what lies deeper stays on one line. */
const DEPTH_MAX = 64;

/** The text of a JSON value with a line for each member. What is not JSON comes back as it is. */
export function laidOut(text: string): string {
  let [out, depth, quoted] = ["", 0, false];
  const newline = (): string => `\n${"  ".repeat(Math.min(depth, DEPTH_MAX))}`;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quoted) {
      out += char;
      if (char === "\\") out += text.charAt((at += 1));
      else if (char === '"') quoted = false;
    } else if (char === '"') {
      quoted = true;
      out += char;
    } else if (char === "{" || char === "[") {
      const close = char === "{" ? "}" : "]";
      if (text.charAt(at + 1) === close) out += char + text.charAt((at += 1));
      else {
        depth += 1;
        out += char + newline();
      }
    } else if (char === "}" || char === "]") {
      depth = Math.max(0, depth - 1);
      out += newline() + char;
    } else if (char === ",") out += char + newline();
    else if (char === ":") out += ": ";
    else if (!/\s/.test(char)) out += char;
  }
  return out;
}

/** The text of one member's value in an object's text, as it stands there; undefined where it has no such member. */
export function memberText(text: string, name: string): string | undefined {
  return membersOf(text).find(([known]) => known === name)?.[1];
}

/** Every member of an object's text: its name, and the text of its value as it stands there. */
export function membersOf(text: string): [name: string, value: string][] {
  const members: [string, string][] = [];
  let [depth, at] = [0, 0];
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') {
      const end = stringEnd(text, at);
      const named = depth === 1 && text.charAt(end) === ":";
      const behind = named ? valueEnd(text, end + 1) : end;
      if (named) members.push([JSON.parse(text.slice(at, end)) as string, text.slice(end + 1, behind)]);
      at = behind;
    } else {
      if (char === "{" || char === "[") depth += 1;
      else if (char === "}" || char === "]") depth -= 1;
      at += 1;
    }
  }
  return members;
}

/** Behind the closing quote of the string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === "\\" ? 2 : 1;
  return end + 1;
}

function valueEnd(text: string, from: number): number {
  let [depth, at] = [0, from];
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (char === "{" || char === "[") depth += 1;
    else if (char === "}" || char === "]") depth -= 1;
    if (depth < 0 || (depth === 0 && char === ",")) return at;
    at += 1;
  }
  return at;
}

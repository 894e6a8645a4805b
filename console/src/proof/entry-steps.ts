/** The steps that look at the entry: its line, its personal values, and the page that shows it. */

import { hex } from "./bytes.js";
import { digestOf } from "./digest.js";
import { nothingOpened, openDisclosures, type Opened } from "./disclosure.js";
import { type Line, parseLine } from "./line.js";
import { need } from "./refused.js";
import { checkShown } from "./shown.js";
import type { Steps } from "./steps.js";

/** Reads the line, if it is one, and that of the entry asked for. */
export function checkLine(steps: Steps, bytes: Uint8Array, id: string | undefined): Line | undefined {
  return steps.try("line", "What the log gave is not the line of this entry", () => {
    const line = parseLine(bytes);
    need(id === undefined || line.id === id, `it is that of ${line.id}`);
    steps.pass("line", `The line has ${bytes.length} bytes; their SHA-256 is ${hex(digestOf(bytes))}.`);
    return line;
  });
}

/** Opens the personal values given, if they are the line's. */
export function checkDisclosures(steps: Steps, line: Line | undefined, body: string | undefined): Opened[] | undefined {
  if (line === undefined) {
    steps.fail(
      "disclosures",
      "The personal values were not checked, as there is no sound line to check them with.",
      false,
    );
    return undefined;
  }
  if (body === undefined) {
    const some = line.personal.length > 0;
    steps.pass(
      "disclosures",
      some ? "No personal values were given to check." : "No personal values left this line.",
      false,
    );
    return nothingOpened(line);
  }
  return steps.try("disclosures", "The personal values are not those of the line", () => {
    const opened = openDisclosures(line, body);
    const count = opened.reduce((sum, person) => sum + person.values.size, 0);
    const hidden = opened.some((person) => person.closed > 0);
    const given = `Personal values given: ${count}; the line was written with them.`;
    const detail = line.personal.length === 0 ? "No personal values left this line." : given;
    const rest = hidden ? " Others are withheld or erased; the line holds their digests." : "";
    steps.pass("disclosures", detail + rest);
    return opened;
  });
}

/** Compares what the page shows, if it was given. */
export function checkPage(
  steps: Steps,
  line: Line | undefined,
  opened: Opened[] | undefined,
  shown: unknown,
  index: number | undefined,
): void {
  if (shown === undefined) return;
  if (line === undefined || opened === undefined) {
    steps.fail(
      "shown",
      "The page was not compared, as there is no sound line with its values to compare it with.",
      false,
    );
    return;
  }
  steps.try("shown", "The page is not what was recorded", () => {
    checkShown(line, opened, shown, index);
    steps.pass("shown", "What the page shows is what the line and its personal values say.");
  });
}

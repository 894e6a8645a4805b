/** Blocks of the pages beside the log, as a reader sees them. */
import type { Locator } from "playwright-core";
import type { Opened } from "./scenario.js";

/** A block of a page, by its heading. */
export function block(log: Opened, title: string): Locator {
  return log.page.getByRole("region", { name: title, exact: true });
}

/** The text of each of the rows' cells. */
export async function rows(log: Opened, title: string): Promise<string[][]> {
  const found = await block(log, title).locator("tbody tr").all();
  return Promise.all(found.map(async (row) => (await row.locator("th, td").allInnerTexts()).map((text) => text.trim())));
}

/** A count as it is written. */
export const number = (count: number): string => count.toLocaleString("en-GB");

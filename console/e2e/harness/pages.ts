/** The console's pages by their paths, and when each is done loading. */
import type { Opened } from "./scenario.js";

export const PAGES = ["", "overview", "catalogue", "integrity"] as const;

/** Waits for a page's own content. A log that is followed is never without a request, other pages are. */
export async function settled(log: Opened, page: (typeof PAGES)[number]): Promise<void> {
  if (page === "") await log.ready();
  else {
    await log.page.locator(`ind-${page} h1`).waitFor();
    await log.page.waitForLoadState("networkidle");
  }
}

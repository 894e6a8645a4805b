/** The console's pages and their addresses. */

export interface Page {
  readonly path: string;
  readonly label: string;
}

export const PAGES: readonly Page[] = [
  { path: "/", label: "Log" },
  { path: "/overview", label: "Overview" },
  { path: "/catalogue", label: "Catalogue" },
  { path: "/integrity", label: "Integrity" },
];

/** The page of an address; unknown ones are the log. */
export function pageOf(path: string): Page {
  return PAGES.find((page) => page.path === path) ?? (PAGES[0] as Page);
}

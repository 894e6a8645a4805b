/** The console's pages, their addresses, and to whom each is shown. */
import { PARTS } from "../pages/access/parts.js";
import { may, type SessionInfo } from "../session/types.js";

export interface Page {
  readonly path: string;
  readonly label: string;
  /** Whether it has anything for this principal. */
  readonly isFor: (session: SessionInfo) => boolean;
  /** Whether it is reached from the menu of the session, and not from the head. */
  readonly aside?: boolean;
}

const reads = (session: SessionInfo): boolean => may(session, "read");
/** Under `--dev` everybody may do everything, and nobody is granted anything. */
const isDevelopment = ({ principal }: SessionInfo): boolean => principal.type === "operator" && principal.id === "dev";
const isPerson = ({ principal }: SessionInfo): boolean => principal.type === "person";

const LOG: Page = { path: "/", label: "Log", isFor: reads };

export const PAGES: readonly Page[] = [
  LOG,
  { path: "/overview", label: "Overview", isFor: reads },
  { path: "/catalogue", label: "Catalogue", isFor: reads },
  { path: "/integrity", label: "Integrity", isFor: () => true },
  { path: "/access", label: "Access", isFor: (session) => !isDevelopment(session) && PARTS.some((part) => part.isFor(session)) },
  { path: "/activity", label: "My activity", isFor: (session) => isPerson(session) && reads(session) },
  { path: "/account", label: "Account", isFor: isPerson, aside: true },
];

/** The page of an address; unknown ones are the log. */
export function pageOf(path: string): Page {
  return PAGES.find((page) => page.path === path) ?? LOG;
}

/** Pages of the head that this principal has. */
export function pagesFor(session: SessionInfo): readonly Page[] {
  return PAGES.filter((page) => page.aside !== true && page.isFor(session));
}

/** What the reader may see of a log: which parts of the element are there at all. The server withholds the rest anyway. */
import { may, type SessionInfo } from "../session/types.js";
import { BUILT_IN, type Layout } from "./layouts.js";

/** Columns that hold what a connection tells of a person. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set(["ip", "location"]);

/** Longest and least time before its end at which a token is asked for anew, in milliseconds. */
const LEAD_MS_MAX = 60_000;
const LEAD_PART = 0.2;

export class Rights {
  readonly #session: SessionInfo | undefined;

  /** Without a session nothing is known: everything is shown that the server gives. */
  constructor(session?: SessionInfo) {
    this.#session = session;
  }

  /** How the first event gets here: by a command as it stands, by one with a token that the reader can make, or by others. */
  get firstStep(): "command" | "token" | "wait" {
    if (this.#session === undefined || this.#session.principal.type === "operator") return "command";
    return may(this.#session, "access") ? "token" : "wait";
  }

  get connections(): boolean {
    return this.#session === undefined || may(this.#session, "connections");
  }

  get exports(): boolean {
    return this.#session === undefined || may(this.#session, "export");
  }

  /** Whether the page says which layouts there are; then no others can be made. */
  get fixed(): boolean {
    return this.#session?.layouts !== undefined;
  }

  /** Layouts to choose from. */
  layouts(own: readonly Layout[]): readonly Layout[] {
    const allowed = this.#session?.layouts;
    if (allowed === undefined) return [...BUILT_IN, ...own];
    const found = BUILT_IN.filter(({ name }) => allowed.includes(name));
    return found.length === 0 ? BUILT_IN.slice(0, 1) : found;
  }

  /** The layout without columns that are empty for this reader. */
  shown(layout: Layout): Layout {
    const columns = layout.columns.filter(({ name }) => this.column(name));
    return columns.length === layout.columns.length || columns.length === 0 ? layout : { ...layout, columns };
  }

  column(name: string): boolean {
    return this.connections || !OF_CONNECTIONS.has(name);
  }

  /** When to ask for another token, in milliseconds from now; undefined where the token says no end. */
  renewalMs(nowMs: number): number | undefined {
    const left = Date.parse(this.#session?.expires ?? "") - nowMs;
    return Number.isNaN(left) ? undefined : Math.max(0, left - Math.min(LEAD_MS_MAX, left * LEAD_PART));
  }

  /** Whether another token shows the same of the log, so that what is in sight can stay. */
  sees(other: Rights): boolean {
    const what = ({ grants, permissions, layouts }: SessionInfo): string => JSON.stringify([grants.map(({ role, scope }) => [role, scope]), permissions, layouts]);
    const [one, two] = [this.#session, other.#session];
    return one === two || (one !== undefined && two !== undefined && what(one) === what(two));
  }
}

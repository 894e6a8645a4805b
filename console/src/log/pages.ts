/** The entries a question finds, fetched page by page as the reader scrolls, and given up again far from there. */
import type { Api } from "../api/client.js";
import type { Entry, EntryPage } from "../api/types.js";

/** Entries of one page: some screens full, so that scrolling seldom waits. */
export const PAGE_ROWS = 200;

/** Pages kept in memory; farther ones are fetched again by their cursor, which stays the same as the log grows. */
export const PAGES_KEPT_MAX = 100;

interface Page {
  readonly cursor: string | undefined;
  entries: readonly Entry[] | undefined;
  loading: boolean;
}

/** Pages of one question. A new question is a new object. */
export class Pages {
  readonly #api: Api;
  readonly #params: URLSearchParams;
  readonly #changed: () => void;
  readonly #abort = new AbortController();
  readonly #pages: Page[] = [];
  #rows = 0;
  #count: number | undefined;
  #complete = false;
  #failed: unknown;

  /** `params` are the filters alone; `changed` is told whenever there is more to show. */
  constructor(api: Api, params: URLSearchParams, changed: () => void) {
    this.#api = api;
    this.#params = params;
    this.#changed = changed;
  }

  /** Rows known so far: every page up to the last fetched one. */
  get rows(): number {
    return this.#rows;
  }

  /** Entries that match, as of the first page. */
  get count(): number | undefined {
    return this.#count;
  }

  get complete(): boolean {
    return this.#complete;
  }

  get failed(): unknown {
    return this.#failed;
  }

  get loading(): boolean {
    return this.#pages.some((page) => page.loading);
  }

  /** The entry of a row, where its page is here. */
  entry(row: number): Entry | undefined {
    return this.#pages[Math.floor(row / PAGE_ROWS)]?.entries?.[row % PAGE_ROWS];
  }

  /** The row of an entry among the pages that are here. */
  rowOf(id: string): number | undefined {
    for (const [at, page] of this.#pages.entries()) {
      const found = page.entries?.findIndex((entry) => entry.id === id) ?? -1;
      if (found >= 0) return at * PAGE_ROWS + found;
    }
    return undefined;
  }

  /** Whether the entry at this place in the log is among the pages that are here. */
  holds(leaf: number): boolean {
    return this.#pages.some((page) => page.entries?.some((entry) => entry.leaf_index === leaf) ?? false);
  }

  /** Fetches the first page and the exact count. */
  async begin(): Promise<void> {
    this.#pages.push({ cursor: undefined, entries: undefined, loading: false });
    await this.#load(0);
  }

  /** Says which rows are in sight: their pages are fetched, the next one too, and far ones given up. */
  want(first: number, last: number): void {
    if (this.#failed !== undefined) return;
    const [from, to] = [Math.floor(first / PAGE_ROWS), Math.floor(last / PAGE_ROWS) + 1];
    for (let at = Math.max(0, from - 1); at <= Math.min(to, this.#pages.length - 1); at += 1) {
      if (this.#pages[at]?.entries === undefined) void this.#load(at);
    }
    const far = Math.floor(PAGES_KEPT_MAX / 2);
    for (const [at, page] of this.#pages.entries()) {
      if (at < from - far || at > to + far) page.entries = undefined;
    }
  }

  /** Asks again what failed. */
  retry(): void {
    this.#failed = undefined;
    const at = this.#pages.findIndex((page) => page.entries === undefined);
    void this.#load(Math.max(0, at));
  }

  /** Ends whatever is still asked. */
  close(): void {
    this.#abort.abort();
  }

  async #load(at: number): Promise<void> {
    const page = this.#pages[at];
    if (page === undefined || page.loading || page.entries !== undefined) return;
    page.loading = true;
    const params = new URLSearchParams(this.#params);
    params.set("limit", String(PAGE_ROWS));
    if (page.cursor !== undefined) params.set("cursor", page.cursor);
    if (at === 0 && this.#count === undefined) params.set("count", "true");
    try {
      const { entries, count, next } = await this.#api.json<EntryPage>("/v1/entries", params, { signal: this.#abort.signal });
      page.entries = entries;
      this.#count ??= count;
      if (at === this.#pages.length - 1) {
        this.#rows = at * PAGE_ROWS + entries.length;
        this.#complete = next === undefined;
        if (next !== undefined) this.#pages.push({ cursor: next, entries: undefined, loading: false });
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#failed = error;
    } finally {
      page.loading = false;
    }
    if (!this.#abort.signal.aborted) this.#changed();
  }
}

/**
 * `<indelible-log>`: the log, searchable, in any page.
 *
 * Attributes: `endpoint` (origin of the log's server; absent for the page's own), `token` (sent as bearer token), `layout`
 * (`records`, `platform`, `events`, `access`), `filters` (a query such as `channel=auth&outcome=failure`), `locale` (as BCP 47;
 * absent for the reader's). Theme: the `--indelible-*` properties of `ui/tokens.ts`. Event: `view-change` (detail: {@link View})
 * whenever the reader asks something else; `push` in the detail says whether that is a step to come back from.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { Api, AskError } from "../api/client.js";
import type { Histogram } from "../api/types.js";
import type { Pivot } from "../panel/pivots.js";
import "../panel/entry-panel.js";
import { Filters } from "../state/filters.js";
import { asked } from "../state/range.js";
import { readView, type View, VIEW_DEFAULT, writeView } from "../state/view.js";
import { badgeStyles } from "../ui/badges.js";
import { count as number } from "../ui/time.js";
import { skeleton, tokens } from "../ui/tokens.js";
import type { Interval } from "./buckets.js";
import { chips } from "./chips.js";
import { emptyState, failedState } from "./empty.js";
import "./export-menu.js";
import "./filter-menu.js";
import { help } from "./help.js";
import { histogramOf, type Shape } from "./histogram.js";
import "./layout-menu.js";
import { dropLayout, exportLayout, findLayout, keepLayout, type Layout, ownLayouts } from "./layouts.js";
import { Live } from "./live.js";
import { logStyles } from "./log-styles.js";
import { Pages } from "./pages.js";
import "./range-picker.js";
import "./search-box.js";
import type { SearchBox } from "./search-box.js";
import "./table.js";
import type { Table } from "./table.js";
import "./timeline.js";

/** Filters that have a button, in their order. */
const MENUS: readonly (readonly [string, string])[] = [
  ["actor", "User"],
  ["resource_type", "Resource type"],
  ["resource_name", "Resource name"],
  ["event", "Event"],
  ["channel", "Channel"],
  ["severity", "Severity"],
  ["outcome", "Outcome"],
  ["organization", "Organization"],
  ["workspace", "Workspace"],
  ["project", "Project"],
];

/** Least time between two looks at what came, in milliseconds. */
const LIVE_MS = 1_000;

/** Values the timeline is divided by, in the order they are stacked. */
const DIVISIONS = { severity: ["info", "warning", "critical"], outcome: ["success", "failure"] } as const;

@customElement("indelible-log")
export class IndelibleLog extends LitElement {
  static override styles = [tokens, skeleton, badgeStyles, logStyles];

  @property() endpoint = "";
  @property() token = "";
  @property() layout = "";
  @property() filters = "";
  @property() locale = navigator.language || "en";
  /** The whole view, for pages that keep it in their URL. Counts for more than `layout` and `filters`. */
  @property({ attribute: false }) view: View = VIEW_DEFAULT;
  /** The address of a view, so that pivots and rows can be opened beside. */
  @property({ attribute: false }) hrefOf: (view: View) => string = (view) => `?${writeView(view).toString()}`;

  @state() private api = new Api();
  @state() private pages: Pages | undefined;
  @state() private version = 0;
  @state() private count: number | undefined;
  @state() private shape: Shape | undefined;
  @state() private arrived = 0;
  @state() private connected = true;
  @state() private own: readonly Layout[] = [];
  /** The layout with widths and columns as changed since it was chosen. */
  @state() private changed: Layout | undefined;
  @state() private problem = "";
  @state() private failure: AskError | undefined;
  @state() private asking = false;
  @query("ind-table") private readonly table!: Table | null;
  @query("ind-search") private readonly search!: SearchBox;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  #nowMs = Date.now();
  #asked = "";
  #next: Pages | undefined;
  #live: Live | undefined;
  #looked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.own = ownLayouts(storage());
    document.addEventListener("keydown", this.#keyed);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#keyed);
    for (const open of [this.pages, this.#next, this.#live]) open?.close();
    clearTimeout(this.#timer);
    this.#asked = "";
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("endpoint") || changed.has("token")) {
      this.api = new Api(this.endpoint, this.token);
      this.#asked = "";
    }
    if (changed.has("filters") && this.filters !== "") this.view = { ...this.view, filters: Filters.of(new URLSearchParams(this.filters)) };
    if (changed.has("layout") && this.layout !== "") this.view = { ...this.view, layout: this.layout };
    const before = changed.get("view") as View | undefined;
    if (before !== undefined && before.layout !== this.view.layout) this.changed = undefined;
    const question = `${this.view.filters}|${this.view.division}`;
    if (question !== this.#asked) {
      this.#asked = question;
      this.#ask(false);
    }
  }

  get #shown(): Layout {
    return this.changed ?? findLayout(this.view.layout, this.own);
  }

  /** Tells the page that the reader wants to see something else. */
  #go(part: Partial<View>, push = true): void {
    this.view = { ...this.view, ...part };
    this.dispatchEvent(new CustomEvent("view-change", { detail: { view: this.view, push } }));
  }

  /** Asks anew; `again` keeps the reader's place, for the same question at a later moment. */
  #ask(again: boolean): void {
    this.#nowMs = Date.now();
    const params = asked(this.view.filters, this.#nowMs);
    this.#next?.close();
    const pages = new Pages(this.api, params, () => this.#came(pages, again));
    this.#next = pages;
    [this.asking, this.arrived, this.#looked] = [true, 0, Date.now()];
    void pages.begin();
    void this.#askHistogram(params);
    if (!again) this.#follow(params);
  }

  #came(pages: Pages, again: boolean): void {
    if (pages === this.#next) {
      this.#next = undefined;
      this.asking = false;
      const failed = pages.failed;
      this.problem = failed instanceof AskError && failed.problem.status >= 400 && failed.problem.status < 500 ? failed.message : "";
      this.failure = failed instanceof AskError && this.problem === "" ? failed : undefined;
      if (failed === undefined) {
        this.pages?.close();
        if (this.table !== null) this.table.keepsPlace = again;
        [this.pages, this.count] = [pages, pages.count];
      }
    }
    this.version += 1;
  }

  async #askHistogram(params: URLSearchParams): Promise<void> {
    try {
      const shape = await histogramOf(this.api, params, this.view.division);
      if (params.toString() === asked(this.view.filters, this.#nowMs).toString()) this.shape = shape;
    } catch {
      // What is wrong with the question is said beside the search box, where the pages asked the same.
      this.shape = undefined;
    }
  }

  #follow(params: URLSearchParams): void {
    this.#live?.close();
    const feed = new URLSearchParams([...params].filter(([name]) => name !== "to"));
    // Opening an entry is recorded as well, but no news to the reader who opened it.
    if (this.view.filters.all("channel").length === 0) feed.append("-channel", "pii-read");
    const arrived = (entries: number): void => {
      this.arrived += entries;
      if (this.view.live && this.table?.atTop !== false) this.#lookSoon();
    };
    const back = (on: boolean): void => {
      if (on && !this.connected) this.#ask(true);
      this.connected = on;
    };
    this.#live = new Live(this.api, feed, arrived, back);
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(true), Math.max(0, this.#looked + LIVE_MS - Date.now()));
  }

  readonly #keyed = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0] as HTMLElement;
    const typing = target.matches("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && !typing && this.view.entry !== undefined && !this.dialog.open) {
      this.#close();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys: Readonly<Record<string, () => void>> = {
      "/": () => this.search.focus(),
      j: () => this.#step(1),
      k: () => this.#step(-1),
      "?": () => this.dialog.showModal(),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  /** Moves to the next row; while an entry is open, that row's is opened in its place. */
  #step(by: number): void {
    const id = this.table?.move(by);
    if (id !== undefined && this.view.entry !== undefined) this.#go({ entry: id }, false);
  }

  #close(): void {
    this.#go({ entry: undefined });
    void this.updateComplete.then(() => this.table?.move(0));
  }

  #filter(name: string, values: readonly string[]): void {
    this.#go({ filters: this.view.filters.with(name, values) });
  }

  #keep(layout: Layout): void {
    keepLayout(storage(), layout);
    this.own = ownLayouts(storage());
    this.changed = undefined;
    this.#go({ layout: layout.name });
  }

  #drop(name: string): void {
    dropLayout(storage(), name);
    this.own = ownLayouts(storage());
    if (this.view.layout === name) this.#go({ layout: VIEW_DEFAULT.layout });
  }

  #toolbar(layout: Layout, params: URLSearchParams): TemplateResult {
    const { filters, live } = this.view;
    return html`<div class="bar">
      <ind-search .api=${this.api} .value=${filters.one("q") ?? ""} .locale=${this.locale} .problem=${this.problem} .filters=${params}
        @search=${({ detail }: CustomEvent<string>) => this.#filter("q", detail === "" ? [] : [detail])}></ind-search>
      <ind-range .filters=${filters} .locale=${this.locale} @range=${({ detail }: CustomEvent<Record<string, string>>) => this.#go({ filters: filters.within(detail) })}></ind-range>
      <button class="button" aria-pressed=${live} title="Show new entries as they come" @click=${() => this.#live_(!live)}>
        <span class="dot ${this.connected ? (live ? "on" : "") : "off"}" aria-hidden="true"></span>Live
      </button>
      <ind-layout .layout=${layout} .own=${this.own} @layout=${({ detail }: CustomEvent<string>) => this.#go({ layout: detail })}
        @layout-change=${({ detail }: CustomEvent<Layout>) => (this.changed = detail)} @layout-keep=${({ detail }: CustomEvent<Layout>) => this.#keep(detail)}
        @layout-drop=${({ detail }: CustomEvent<string>) => this.#drop(detail)}></ind-layout>
      <ind-export .api=${this.api} .params=${params} .layout=${exportLayout(layout)} .count=${this.count} .locale=${this.locale}></ind-export>
    </div>`;
  }

  #live_(on: boolean): void {
    this.#go({ live: on }, false);
    if (on && this.arrived > 0) this.#lookSoon();
  }

  #filterBar(): TemplateResult {
    const { filters } = this.view;
    return html`<div class="filters" role="group" aria-label="Filters">
      ${MENUS.map(
        ([name, label]) =>
          html`<ind-filter .api=${this.api} .name=${name} .label=${label} .filters=${filters} .locale=${this.locale}
            @filter=${({ detail }: CustomEvent<{ name: string; values: string[] }>) => this.#filter(detail.name, detail.values)}></ind-filter>`,
      )}
      ${chips(filters, new Set([...MENUS.map(([name]) => name), "q", "since", "from", "to"]), (next) => this.#go({ filters: next }))}
      ${filters.empty ? nothing : html`<button class="quiet clear" @click=${() => this.#go({ filters: Filters.none })}>Clear</button>`}
    </div>`;
  }

  #counted(): TemplateResult {
    const { count, arrived } = this;
    const text = count === undefined ? "…" : `${number(count, this.locale)} ${count === 1 ? "entry" : "entries"}`;
    return html`<div class="counted">
      <strong role="status" class="count">${text}</strong>
      ${this.connected ? nothing : html`<span class="gone" role="alert">The server does not answer; trying again …</span>`}
      ${arrived > 0 && !(this.view.live && this.table?.atTop !== false)
        ? html`<button class="quiet fresh" @click=${() => this.#ask(true)}>${number(arrived, this.locale)} new ${arrived === 1 ? "entry" : "entries"} – show</button>`
        : nothing}
      <span class="by">
        <button class="quiet" @click=${() => this.#go({ division: this.view.division === "severity" ? "outcome" : "severity" }, false)}>
          By ${this.view.division === "severity" ? "outcome" : "severity"} instead
        </button>
      </span>
    </div>`;
  }

  #body(layout: Layout): TemplateResult {
    if (this.failure !== undefined && this.pages === undefined) return failedState(this.failure.problem, () => this.#ask(false));
    if (this.count === 0) return emptyState(this.view.filters, this.api, () => this.#go({ filters: Filters.none }));
    const failed = this.pages?.failed instanceof AskError ? this.pages.failed : this.failure;
    const again = (): void => (this.failure === undefined ? this.pages?.retry() : this.#ask(false));
    return html`<div class="table">${failed === undefined ? nothing : html`<p class="failed" role="alert">${failed.message} <button class="quiet" @click=${again}>Try again</button></p>`}
      <ind-table .pages=${this.pages} .version=${this.version} .layout=${layout} .locale=${this.locale} .opened=${this.view.entry} ?busy=${this.asking}
      @entry-open=${({ detail }: CustomEvent<string>) => this.#go({ entry: detail }, this.view.entry === undefined)}
      @layout-resize=${({ detail }: CustomEvent<Layout>) => (this.changed = detail)}></ind-table></div>`;
  }

  override render(): TemplateResult {
    const { entry, division } = this.view;
    const layout = this.#shown;
    const params = asked(this.view.filters, this.#nowMs);
    return html`<div class="log ${entry === undefined ? "" : "opened"}">
        <div class="main">
          ${this.#toolbar(layout, params)} ${this.#filterBar()} ${this.#counted()}
          <ind-timeline .histogram=${this.shape?.histogram as Histogram | undefined} .interval=${(this.shape?.interval ?? "day") as Interval} .from=${this.shape?.from} .to=${this.shape?.to} .values=${DIVISIONS[division]} .locale=${this.locale}
            @zoom=${({ detail }: CustomEvent<{ from: string; to: string }>) => this.#go({ filters: this.view.filters.within(detail) })}></ind-timeline>
          ${this.#body(layout)}
        </div>
        ${entry === undefined
          ? nothing
          : html`<ind-entry class="panel" role="complementary" aria-label="Entry" .api=${this.api} .entry=${entry} .locale=${this.locale}
              .hrefOf=${(pivot: Pivot) => this.hrefOf({ ...this.view, filters: pivot.filters, entry: undefined })}
              @close=${() => this.#close()} @step=${({ detail }: CustomEvent<number>) => this.#step(detail)}
              @pivot=${({ detail }: CustomEvent<Filters>) => this.#go({ filters: detail, entry: undefined })}></ind-entry>`}
      </div>
      ${help()}`;
  }
}

function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    // A page that may keep nothing: layouts last as long as it is open.
    return undefined;
  }
}

export { readView, writeView };

declare global {
  interface HTMLElementTagNameMap {
    "indelible-log": IndelibleLog;
  }
}

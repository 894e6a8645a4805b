/**
 * `<indelible-log>`: the log, searchable, in any page.
 *
 * Attributes: `base` (origin of the log's server, also as `endpoint`; absent for the page's own), `token` (sent as bearer
 * token; no cookie ever is), `layout` (`records`, `platform`, `events`, `access`), `filters` (a query such as
 * `channel=auth&outcome=failure`), `locale` (as BCP 47; absent for the reader's). Theme: the `--indelible-*` properties of
 * `ui/tokens.ts`. Events: `view-change` (detail: {@link View}) whenever the reader asks something else; `push` in the detail
 * says whether that is a step to come back from. `indelible-log-token` (detail: `reason`, `expiring` or `refused`) when the page
 * is to set `token` anew: all that the reader sees and chose stays.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { Bearer } from "../api/bearer.js";
import { Api, AskError } from "../api/client.js";
import type { Pivot } from "../panel/pivots.js";
import "../panel/entry-panel.js";
import { whoAmI } from "../session/ask.js";
import type { SessionInfo } from "../session/types.js";
import { Filters } from "../state/filters.js";
import { rangeLabel } from "../state/range.js";
import { type View, VIEW_DEFAULT, writeView } from "../state/view.js";
import { badgeStyles } from "../ui/badges.js";
import { visible } from "../ui/text.js";
import { count as number, localTime } from "../ui/time.js";
import { skeleton, tokens } from "../ui/tokens.js";
import { chips } from "./chips.js";
import { failedState, firstEvent, noMatch, nothingWithin, onlyItsOwn } from "./empty.js";
import "./export-menu.js";
import "./filter-menu.js";
import { help } from "./help.js";
import "./layout-menu.js";
import { dropLayout, exportLayout, findLayout, keepLayout, type Layout, ownLayouts } from "./layouts.js";
import { logStyles } from "./log-styles.js";
import { Question } from "./question.js";
import "./range-picker.js";
import { Rights } from "./rights.js";
import "./search-box.js";
import type { SearchBox } from "./search-box.js";
import "./table.js";
import type { Table } from "./table.js";
import "./timeline.js";

/** Filters that have a button, in their order. */
const MENUS: readonly (readonly [string, string])[] = [
  ["actor", "User"],
  ["actor_type", "Actor type"],
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

/** Values the timeline is divided by, in the order they are stacked. */
const DIVISIONS = { severity: ["info", "warning", "critical"], outcome: ["success", "failure"] } as const;

/** What the first token is counted as: there was nothing in sight before it. */
const FIRST_TOKEN = 1;

@customElement("indelible-log")
export class IndelibleLog extends LitElement {
  static override styles = [tokens, skeleton, badgeStyles, logStyles];

  @property() endpoint = "";
  @property() base = "";
  @property() token = "";
  @property() layout = "";
  @property() filters = "";
  @property() locale = navigator.language || "en";
  /** The whole view, for pages that keep it in their URL. Counts for more than `layout` and `filters`. */
  @property({ attribute: false }) view: View = VIEW_DEFAULT;
  /** The address of a view, so that pivots and rows can be opened beside. */
  @property({ attribute: false }) hrefOf: (view: View) => string = (view) => `?${writeView(view).toString()}`;

  /** Whether the page is this log's alone: its keys work wherever the focus is, else only within. */
  @property({ attribute: false }) wholePage = false;

  /** The page's own way to ask, where it has one; else `base` and `token` say how. */
  @property({ attribute: false }) api: Api | undefined;
  /** Who is signed in, where the page knows. */
  @property({ attribute: false }) session: SessionInfo | undefined;
  /** Filters that are always asked within, and are not the reader's to take off. */
  @property({ attribute: false }) within: Filters = Filters.none;

  @state() private rights = new Rights();
  @state() private own: readonly Layout[] = [];
  /** The layout with widths and columns as changed since it was chosen. */
  @state() private changed: Layout | undefined;
  @query("ind-table") private readonly table!: Table | null;
  @query("ind-search") private readonly search!: SearchBox;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  readonly #bearer = new Bearer(() => this.#needsToken("refused"));
  #api = new Api("", this.#bearer);
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #asked = "";
  /** New entries take the place of those in sight only where the newest are in sight. */
  readonly #question = new Question(this, this.#api, () => this.view.live && this.table?.atTop !== false);

  override connectedCallback(): void {
    super.connectedCallback();
    this.own = ownLayouts(storage());
    document.addEventListener("keydown", this.#keyed);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#keyed);
    clearTimeout(this.#renewal);
    this.#asked = "";
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("token")) this.#bearer.renew(this.token);
    if (changed.has("api") || changed.has("endpoint") || changed.has("base")) {
      this.#api = this.api ?? new Api(this.base || this.endpoint, this.#bearer);
      this.#asked = "";
    }
    if (changed.has("session")) this.rights = new Rights(this.session);
    if (this.api === undefined && (changed.has("token") || changed.has("endpoint") || changed.has("base"))) void this.#learn();
    if (changed.has("filters") && this.filters !== "") this.view = { ...this.view, filters: Filters.of(new URLSearchParams(this.filters)) };
    if (changed.has("layout") && this.layout !== "") this.view = { ...this.view, layout: this.layout };
    const before = changed.get("view") as View | undefined;
    if (before !== undefined && before.layout !== this.view.layout) this.changed = undefined;
    const question = `${this.view.filters}|${this.within}|${this.view.division}`;
    if (question !== this.#asked) {
      this.#asked = question;
      this.#question.ask(this.#api, this.view.filters.and(this.within), this.view.division);
    }
  }

  get #shown(): Layout {
    const layouts = this.rights.layouts(this.own);
    return this.rights.shown(this.changed ?? findLayout(this.view.layout, layouts));
  }

  /** Asks what the token allows. What is in sight stays if another token allows the same. */
  async #learn(): Promise<void> {
    const { mark } = this.#bearer;
    const rights = await whoAmI(this.#api).then((session) => new Rights(session), () => undefined);
    if (mark !== this.#bearer.mark || rights === undefined || !this.isConnected) return;
    if (mark > FIRST_TOKEN && rights.sees(this.rights)) this.#question.renew();
    else if (mark > FIRST_TOKEN) this.#asked = "";
    this.rights = rights;
    clearTimeout(this.#renewal);
    const renewalMs = rights.renewalMs(Date.now());
    if (renewalMs !== undefined) this.#renewal = setTimeout(() => this.#needsToken("expiring"), renewalMs);
  }

  #needsToken(reason: "expiring" | "refused"): void {
    this.dispatchEvent(new CustomEvent("indelible-log-token", { detail: { reason }, bubbles: true, composed: true }));
  }

  /** Tells the page that the reader wants to see something else. */
  #go(part: Partial<View>, push = true): void {
    this.view = { ...this.view, ...part };
    this.dispatchEvent(new CustomEvent("view-change", { detail: { view: this.view, push } }));
  }

  readonly #keyed = (event: KeyboardEvent): void => {
    const path = event.composedPath();
    if (!this.wholePage && !path.includes(this)) return;
    const target = path[0] as HTMLElement;
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
      <ind-search .api=${this.#api} .value=${filters.one("q") ?? ""} .locale=${this.locale} .problem=${this.#question.problem} .filters=${params}
        @search=${({ detail }: CustomEvent<string>) => this.#filter("q", detail === "" ? [] : [detail])}></ind-search>
      <ind-range .filters=${filters} .locale=${this.locale} @range=${({ detail }: CustomEvent<Record<string, string>>) => this.#go({ filters: filters.within(detail) })}></ind-range>
      <button class="button" aria-pressed=${live} title="Show new entries as they come" @click=${() => this.#follow(!live)}>
        <span class="dot ${this.#question.connected ? (live ? "on" : "") : "off"}" aria-hidden="true"></span>Live
      </button>
      <ind-layout .layout=${layout} .rights=${this.rights} .own=${this.own} @layout=${({ detail }: CustomEvent<string>) => this.#go({ layout: detail })}
        @layout-change=${({ detail }: CustomEvent<Layout>) => (this.changed = detail)} @layout-keep=${({ detail }: CustomEvent<Layout>) => this.#keep(detail)}
        @layout-drop=${({ detail }: CustomEvent<string>) => this.#drop(detail)}></ind-layout>
      ${this.rights.exports ? html`<ind-export .api=${this.#api} .params=${params} .layout=${exportLayout(layout)} .count=${this.#question.count} .locale=${this.locale}></ind-export>` : nothing}
    </div>`;
  }

  #follow(on: boolean): void {
    this.#go({ live: on }, false);
    if (on && this.#question.arrived > 0) this.#question.lookSoon();
  }

  #showNew(): void {
    this.table?.goto(0);
    this.#question.askAgain();
  }

  #filterBar(): TemplateResult {
    const { filters } = this.view;
    return html`<div class="filters" role="group" aria-label="Filters">
      ${MENUS.map(
        ([name, label]) =>
          html`<ind-filter .api=${this.#api} .name=${name} .label=${label} .filters=${filters} .within=${this.within} .locale=${this.locale}
            @filter=${({ detail }: CustomEvent<{ name: string; values: string[] }>) => this.#filter(detail.name, detail.values)}></ind-filter>`,
      )}
      ${chips(filters, new Set([...MENUS.map(([name]) => name), "q", "since", "from", "to"]), (next) => this.#go({ filters: next }))}
      ${filters.empty ? nothing : html`<button class="quiet clear" @click=${() => this.#go({ filters: Filters.none })}>Clear</button>`}
    </div>`;
  }

  #counted(): TemplateResult {
    const { count, arrived, connected, nowMs } = this.#question;
    const text = count === undefined ? "…" : `${number(count, this.locale)} ${count === 1 ? "entry" : "entries"}`;
    return html`<div class="counted">
      <strong role="status" class="count">${text}</strong>
      <span class="paper">${rangeLabel(this.view.filters, this.locale)}${paperSearch(this.view.filters)}, as of ${localTime(new Date(nowMs).toISOString(), this.locale)}; the rows in sight, an export holds all</span>
      ${connected ? nothing : html`<span class="gone" role="alert">The server does not answer; trying again …</span>`}
      ${arrived > 0 && !(this.view.live && this.table?.atTop !== false)
        ? html`<button class="quiet fresh" @click=${() => this.#showNew()}>${number(arrived, this.locale)} new ${arrived === 1 ? "entry" : "entries"} – show</button>`
        : nothing}
      <span class="by">
        <button class="quiet" @click=${() => this.#go({ division: this.view.division === "severity" ? "outcome" : "severity" }, false)}>
          By ${this.view.division === "severity" ? "outcome" : "severity"} instead
        </button>
      </span>
    </div>`;
  }

  #first(): TemplateResult {
    return this.within.empty ? firstEvent(this.#api, this.rights) : nothingWithin();
  }

  #body(layout: Layout): TemplateResult {
    const { pages, failure, count, version, again, asking } = this.#question;
    if (failure !== undefined && pages === undefined) return failedState(failure.problem, () => this.#question.askAgain());
    const { filters } = this.view;
    if (count === 0) return filters.empty ? this.#first() : noMatch(() => this.#go({ filters: Filters.none }));
    const failed = failure ?? (pages?.failed instanceof AskError ? pages.failed : undefined);
    const retry = (): void => (failure === undefined ? pages?.retry() : this.#question.askAgain());
    return html`<div class="table">
      ${filters.empty && this.within.empty && onlyItsOwn(pages) ? this.#first() : nothing}
      ${failed === undefined ? nothing : html`<p class="failed" role="alert">${failed.message} <button class="quiet" @click=${retry}>Try again</button></p>`}
      <ind-table .pages=${pages} .version=${version} .keepsPlace=${again} .layout=${layout} .locale=${this.locale} .opened=${this.view.entry} ?busy=${asking}
        @entry-open=${({ detail }: CustomEvent<string>) => this.#go({ entry: detail }, this.view.entry === undefined)}
        @layout-resize=${({ detail }: CustomEvent<Layout>) => (this.changed = detail)}></ind-table>
    </div>`;
  }

  override render(): TemplateResult {
    const { entry, division } = this.view;
    const layout = this.#shown;
    const { params, shape } = this.#question;
    return html`<div class="log ${entry === undefined ? "" : "opened"}">
        <div class="main">
          ${this.#toolbar(layout, params)} ${this.#filterBar()} ${this.#counted()}
          <ind-timeline .histogram=${shape?.histogram} .interval=${shape?.interval ?? "day"} .from=${shape?.from} .to=${shape?.to} .values=${DIVISIONS[division]} .locale=${this.locale}
            @zoom=${({ detail }: CustomEvent<{ from: string; to: string }>) => this.#go({ filters: this.view.filters.within(detail) })}></ind-timeline>
          ${this.#body(layout)}
        </div>
        ${entry === undefined
          ? nothing
          : html`<ind-entry class="panel" role="complementary" aria-label="Entry" .api=${this.#api} .entry=${entry} .locale=${this.locale}
              .hrefOf=${(pivot: Pivot) => this.hrefOf({ ...this.view, filters: pivot.filters, entry: undefined })}
              @close=${() => this.#close()} @step=${({ detail }: CustomEvent<number>) => this.#step(detail)}
              @pivot=${({ detail }: CustomEvent<Filters>) => this.#go({ filters: detail, entry: undefined })}></ind-entry>`}
      </div>
      ${help()}`;
  }
}

/** On paper the search box is not there to say what was searched for. */
function paperSearch(filters: Filters): unknown {
  const query = filters.one("q");
  return query === undefined ? nothing : html`, search: <span class="mono">${visible(query)}</span>`;
}

function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    // A page that may keep nothing: layouts last as long as it is open.
    return undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "indelible-log": IndelibleLog;
  }
}

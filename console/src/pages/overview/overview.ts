/** The overview: what happened in a range of time, who did most of it, what failed, and when. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import type { Counted, Heatmap } from "../../api/types.js";
import { failedState } from "../../log/empty.js";
import { Rights } from "../../log/rights.js";
import { histogramOf, type Shape } from "../../log/histogram.js";
import "../../log/timeline.js";
import { Filters } from "../../state/filters.js";
import { asked, zone } from "../../state/range.js";
import type { Division } from "../../state/view.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { block } from "../block.js";
import { pageStyles } from "../page-styles.js";
import { Answer } from "../answer.js";
import { narrowed, nothingHere, scopeBar } from "../scope.js";
import { actorNames } from "./actor-names.js";
import { figureList, figureStyles } from "./figures.js";
import "./heat-map.js";
import { failuresOf, type Figures, figuresOf, heatmapOf, valuesOf } from "./questions.js";
import { RANKED_MAX, rankedList, rankedStyles } from "./ranked-list.js";
import { repeated, REPEATED_MIN, type Repeated } from "./ranking.js";
import "./repeated.js";

/** Fields that are ranked, and what their lists are called. */
const TOPS = { actor: "Top actors", resource_type: "Top resource types", action: "Top actions" } as const;

const DIVISIONS = { severity: ["info", "warning", "critical"], outcome: ["success", "failure"] } as const;

/** `<ind-overview>`. Events: `ask` and `narrow` (detail: filters, for the log and for this page). */
@customElement("ind-overview")
export class Overview extends LitElement {
  static override styles = [tokens, skeleton, pageStyles, figureStyles, rankedStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) filters: Filters = Filters.none;
  @property({ attribute: false }) rights = new Rights();
  @property() locale = navigator.language || "en";
  @state() private division: Division = "severity";

  readonly #figures = new Answer<Figures>(this);
  readonly #shape = new Answer<Shape>(this);
  readonly #tops = { actor: this.#counted(), resource_type: this.#counted(), action: this.#counted() };
  readonly #failures = { actor: this.#counted(), ip: this.#counted() };
  readonly #heat = new Answer<Heatmap | undefined>(this);
  readonly #names = new Answer<ReadonlyMap<string, string>>(this);
  #nowMs = 0;
  #repeated: { readonly of: readonly unknown[]; readonly rows: readonly Repeated[] } = { of: [], rows: [] };

  #counted(): Answer<readonly Counted[] | undefined> {
    return new Answer(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#ask();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("filters");
    if (changed.has("api") || (changed.has("filters") && before?.equals(this.filters) !== true)) this.#ask();
    const of = [this.#failures.actor.value, this.#failures.ip.value];
    if (of.some((value, at) => value !== this.#repeated.of[at])) this.#repeated = { of, rows: repeated({ actor: of[0], ip: of[1] }) };
  }

  readonly #ask = (): void => {
    this.#nowMs = Date.now();
    const [api, params] = [this.api, asked(this.filters, this.#nowMs)];
    void this.#figures.ask((signal) => figuresOf(api, params, signal));
    this.#askShape();
    const ranking = (field: keyof typeof TOPS): Promise<void> => this.#tops[field].ask((signal) => valuesOf(api, params, field, RANKED_MAX, signal));
    void this.#askNames(params, [ranking("actor"), this.#failures.actor.ask((signal) => failuresOf(api, params, "actor", signal))]);
    void ranking("resource_type");
    void ranking("action");
    if (this.rights.connections) void this.#failures.ip.ask((signal) => failuresOf(api, params, "ip", signal));
    void this.#heat.ask((signal) => heatmapOf(api, params, signal));
  };

  /** Once it is known who is listed. */
  async #askNames(params: URLSearchParams, listed: readonly Promise<void>[]): Promise<void> {
    const asked = this.#nowMs;
    await Promise.all(listed);
    if (asked !== this.#nowMs || !this.isConnected) return;
    const ids = [this.#tops.actor, this.#failures.actor].flatMap(({ value }) => (value ?? []).slice(0, RANKED_MAX).map((row) => row.value));
    await this.#names.ask((signal) => actorNames(this.api, params, ids, signal));
  }

  #askShape(): void {
    void this.#shape.ask(() => histogramOf(this.api, asked(this.filters, this.#nowMs), this.division));
  }

  #divide(): void {
    this.division = this.division === "severity" ? "outcome" : "severity";
    this.#askShape();
  }

  #activity(): TemplateResult | typeof nothing {
    const tools = html`<button class="quiet" @click=${() => this.#divide()}>By ${this.division === "severity" ? "outcome" : "severity"} instead</button>`;
    const zoom = ({ detail }: CustomEvent<{ from: string; to: string }>): void => void this.dispatchEvent(new CustomEvent("narrow", { detail: this.filters.within(detail) }));
    const show = ({ histogram, interval, from, to }: Shape): TemplateResult =>
      html`<ind-timeline .histogram=${histogram} .interval=${interval} .from=${from} .to=${to} .values=${DIVISIONS[this.division]} .locale=${this.locale} @zoom=${zoom}></ind-timeline>`;
    return block("Activity", this.#shape, show, { tools, lines: 4 });
  }

  #top(field: keyof typeof TOPS): TemplateResult | typeof nothing {
    const filtersOf = (value: string): Filters => narrowed(this.filters, [field, value]);
    return block(TOPS[field], this.#tops[field], (values) => rankedList(values, { locale: this.locale, filtersOf, unit: "entries", names: field === "actor" ? this.#names.value : undefined, none: "No entry here has this." }), { room: "third", lines: 8 });
  }

  #failed(field: "actor" | "ip", title: string): TemplateResult | typeof nothing {
    const filtersOf = (value: string): Filters => narrowed(this.filters, [field, value], ["outcome", "failure"]);
    // Beside nothing, a list takes the whole width.
    const alone = this.#failures.ip.value === undefined && !this.#failures.ip.asking && this.#failures.ip.failure === undefined;
    return block(title, this.#failures[field], (values) => rankedList(values, { locale: this.locale, filtersOf, unit: "failures", names: field === "actor" ? this.#names.value : undefined, none: "No failures." }), { room: alone ? "wide" : "half" });
  }

  #blocks(): TemplateResult {
    const note = `Actors and addresses with ${REPEATED_MIN} failures or more: worth a look, whoever it was.`;
    return html`<div class="blocks">
      ${block("In short", this.#figures, (figures) => figureList(figures, this.filters, this.locale), { lines: 2 })} ${this.#activity()} ${this.#top("actor")} ${this.#top("resource_type")}
      ${this.#top("action")} ${this.#failed("actor", "Failures by actor")} ${this.#failed("ip", "Failures by address")}
      ${block(
        "Repeated failed attempts",
        this.#failures.actor,
        () => html`<ind-repeated .api=${this.api} .filters=${this.filters} .rows=${this.#repeated.rows} .nowMs=${this.#nowMs} .locale=${this.locale}></ind-repeated>`,
        { note },
      )}
      ${block("When in the week", this.#heat, ({ cells }) => html`<ind-heat-map .cells=${cells} .locale=${this.locale} .zone=${zone()}></ind-heat-map>`, { note: `Weekdays and hours in ${zone()}.`, lines: 7 })}
    </div>`;
  }

  override render(): TemplateResult {
    const { value, failure, asking } = this.#figures;
    // Where nothing can be asked at all, each block would say the same.
    const whole = !asking && failure !== undefined && [0, 400, 401, 403].includes(failure.status) ? failedState(failure, this.#ask) : undefined;
    const nobody = value?.entries === 0 || (this.filters.empty && value?.onlyItsOwn === true);
    const empty = !asking && nobody ? nothingHere(this, this.filters, this.api, this.rights) : undefined;
    return html`<div class="page">
      <div class="top"><h1>Overview</h1>${scopeBar(this, this.filters, this.locale, { nowMs: this.#nowMs, again: this.#ask })}</div>
      ${whole ?? empty ?? this.#blocks()}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-overview": Overview;
  }
}

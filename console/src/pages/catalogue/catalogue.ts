/** The catalogue: which channels, actions and resource types the log holds, how often, since when and until when. */
import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import type { Catalogue, CatalogueKind } from "../../api/types.js";
import { failedState } from "../../log/empty.js";
import { Rights } from "../../log/rights.js";
import { Filters } from "../../state/filters.js";
import { asked } from "../../state/range.js";
import { badgeStyles } from "../../ui/badges.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { section, waiting } from "../block.js";
import { pageStyles } from "../page-styles.js";
import { Answer } from "../answer.js";
import { nothingHere, scopeBar } from "../scope.js";
import { expectedList } from "./expected.js";
import "./recorded-table.js";

/** The tables in their order: what the answer calls them, the filter, the heading. */
const TABLES: readonly (readonly [CatalogueKind, string, string])[] = [
  ["channels", "channel", "Channels"],
  ["resource_types", "resource_type", "Resource types"],
  ["actions", "action", "Actions"],
];

/** `<ind-catalogue>`. Events: `ask` and `narrow` (detail: filters, for the log and for this page). */
@customElement("ind-catalogue")
export class CataloguePage extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    badgeStyles,
    pageStyles,
    css`
      .find {
        width: min(320px, 100%);
        margin-top: 14px;
      }
      .expected {
        display: grid;
        grid-template-columns: max-content minmax(0, max-content) max-content minmax(max-content, 1fr);
        list-style: none;
        margin: 0;
        padding: 0;
      }
      .expected li {
        display: grid;
        grid-column: 1 / -1;
        grid-template-columns: subgrid;
        gap: 0 24px;
        align-items: baseline;
        padding: 5px 0;
        border-bottom: 1px solid var(--line);
      }
      .expected .badge {
        justify-self: start;
      }
      @media (max-width: 700px) {
        .expected {
          grid-template-columns: max-content minmax(0, 1fr);
        }
        .expected .use {
          grid-column: 1 / -1;
          grid-row: 2;
        }
        .expected .last {
          grid-column: 1 / -1;
          grid-row: 3;
        }
        .expected .badge {
          justify-self: end;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) filters: Filters = Filters.none;
  @property({ attribute: false }) rights = new Rights();
  @property() locale = navigator.language || "en";
  @state() private find = "";
  readonly #catalogue = new Answer<Catalogue>(this);
  #nowMs = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#ask();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("filters");
    if (changed.has("api") || (changed.has("filters") && before?.equals(this.filters) !== true)) this.#ask();
  }

  readonly #ask = (): void => {
    this.#nowMs = Date.now();
    void this.#catalogue.ask((signal) => this.api.json<Catalogue>("/v1/catalogue", asked(this.filters, this.#nowMs), { signal }));
  };

  #table(catalogue: Catalogue, [kind, field, label]: (typeof TABLES)[number]): TemplateResult {
    const rows = html`<ind-recorded .field=${field} .label=${label} .rows=${catalogue[kind]} .omitted=${catalogue.omitted?.[kind] ?? 0} .filters=${this.filters} .find=${this.find}
      .nowMs=${this.#nowMs} .locale=${this.locale}></ind-recorded>`;
    return section(label, rows, { room: kind === "actions" ? "wide" : "half" }, this.#catalogue.asking);
  }

  #tables(catalogue: Catalogue): TemplateResult {
    const note = this.filters.empty ? "Whether what is asked for most often is recorded at all." : "Whether what is asked for most often is recorded, within these filters.";
    return html`<input class="field find" type="search" aria-label="Find a channel, resource type or action" placeholder="Find a channel, resource type or action" autocomplete="off"
        .value=${this.find} @input=${(event: Event) => (this.find = (event.target as HTMLInputElement).value)} />
      <div class="blocks">
        ${section("What audits ask for", expectedList(catalogue.channels, this.filters, this.#nowMs, this.locale), { note })} ${TABLES.map((table) => this.#table(catalogue, table))}
      </div>`;
  }

  #content(): TemplateResult {
    const { value, failure, asking } = this.#catalogue;
    if (failure !== undefined && !asking) return failedState(failure, this.#catalogue.again);
    if (value === undefined) return html`<div class="blocks">${TABLES.map(([kind, , label]) => section(label, waiting(8), { room: kind === "actions" ? "wide" : "half" }, true))}</div>`;
    const empty = TABLES.every(([kind]) => value[kind].length === 0);
    return empty && !asking ? nothingHere(this, this.filters, this.api, this.rights) : this.#tables(value);
  }

  override render(): TemplateResult {
    return html`<div class="page">
      <div class="top"><h1>Catalogue</h1>${scopeBar(this, this.filters, this.locale, { nowMs: this.#nowMs, again: this.#ask })}</div>
      <p class="lead">The map of what is recorded: every channel, resource type and action that entries really have. What is not listed here was not recorded${this.filters.empty ? "" : ", within these filters"}.</p>
      ${this.#content()}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-catalogue": CataloguePage;
  }
}

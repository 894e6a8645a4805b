/** One kind of values the log holds: a sortable table, each row a way to its entries. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Recorded } from "../../api/types.js";
import type { Filters } from "../../state/filters.js";
import { visible } from "../../ui/text.js";
import { age, count as number, utcTime } from "../../ui/time.js";
import { tokens } from "../../ui/tokens.js";
import { logLink } from "../links.js";
import { narrowed } from "../scope.js";
import { tableStyles } from "../table-styles.js";
import { found, SORT_DEFAULT, type Sort, sorted, sortedBy, type SortKey } from "./sorting.js";

/** Rows shown before the reader asks for all of them, and how many more are shown at once rather than left behind a button. */
const ROWS = 25;
const ROWS_SPARED = 10;

const COLUMNS: readonly (readonly [SortKey, string, string])[] = [
  ["value", "Name", ""],
  ["count", "Entries", "number"],
  ["first_seen", "First seen", "spare"],
  ["last_seen", "Last seen", ""],
];

/** `<ind-recorded>`. */
@customElement("ind-recorded")
export class RecordedTable extends LitElement {
  static override styles = [
    tokens,
    tableStyles,
    css`
      .sort {
        padding: 0;
        border: 0;
        background: none;
        color: inherit;
        border-radius: 4px;
      }
      .sort:hover {
        color: var(--text);
      }
      .arrow {
        display: inline-block;
        width: 10px;
        color: var(--accent);
      }
    `,
  ];

  /** The filter's name: `channel`, `action`, `resource_type`. */
  @property() field = "";
  @property() label = "";
  @property({ attribute: false }) rows: readonly Recorded[] = [];
  /** How many more the server has, beyond what it lists. */
  @property({ type: Number }) omitted = 0;
  @property({ attribute: false }) filters!: Filters;
  /** What the reader looks for. */
  @property() find = "";
  @property({ attribute: false }) nowMs = 0;
  @property() locale = "en";
  @state() private sort: Sort = SORT_DEFAULT;
  @state() private all = false;
  #shown: readonly Recorded[] = [];

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("rows") || changed.has("find") || changed.has("sort")) this.#shown = sorted(found(this.rows, this.find), this.sort, this.locale);
  }

  #head([key, label, style]: (typeof COLUMNS)[number]): TemplateResult {
    const { descending } = this.sort;
    const by = this.sort.key === key;
    return html`<th scope="col" class=${style} aria-sort=${by ? (descending ? "descending" : "ascending") : nothing}>
      <button class="sort" @click=${() => (this.sort = sortedBy(this.sort, key))}>${label}<span class="arrow" aria-hidden="true">${by ? (descending ? "↓" : "↑") : ""}</span></button>
    </th>`;
  }

  #time(time: string): TemplateResult {
    return html`<time datetime=${time} title=${utcTime(time)}>${age(time, this.nowMs, this.locale)}</time>`;
  }

  #row({ value, count, first_seen, last_seen }: Recorded): TemplateResult {
    return html`<tr>
      <th scope="row">${logLink(narrowed(this.filters, [this.field, value]), visible(value))}</th>
      <td class="number">${number(count, this.locale)}</td>
      <td class="spare">${this.#time(first_seen)}</td>
      <td>${this.#time(last_seen)}</td>
    </tr>`;
  }

  /** How many there are, and what is not in the list. */
  #caption(): TemplateResult {
    const [all, listed] = [number(this.rows.length, this.locale), number(this.#shown.length, this.locale)];
    const counted = this.find.trim() === "" ? all : `${listed} of ${all}`;
    const more = this.omitted > 0 ? html`, the most frequent; ${number(this.omitted, this.locale)} rarer ones are not listed: narrow the filters to see them` : nothing;
    return html`<caption><span class="hidden">${this.label}: </span><span role="status">${counted}${more}</span></caption>`;
  }

  override render(): TemplateResult {
    if (this.rows.length === 0) return html`<p class="muted">None: no entry here has one.</p>`;
    const many = this.#shown.length > ROWS + ROWS_SPARED;
    const rows = this.all || !many ? this.#shown : this.#shown.slice(0, ROWS);
    return html`<div class="scroll">
        <table class="rows">
          ${this.#caption()}
          <thead>
            <tr>${COLUMNS.map((column) => this.#head(column))}</tr>
          </thead>
          <tbody>
            ${rows.length === 0 ? html`<tr><td colspan="4" class="muted">Nothing is called so.</td></tr>` : rows.map((row) => this.#row(row))}
          </tbody>
        </table>
      </div>
      ${many
        ? html`<p><button class="quiet" aria-expanded=${this.all} @click=${() => (this.all = !this.all)}>${this.all ? `Only the first ${ROWS}` : `All ${number(this.#shown.length, this.locale)}`}</button></p>`
        : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-recorded": RecordedTable;
  }
}

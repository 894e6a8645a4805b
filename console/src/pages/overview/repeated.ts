/** Repeated failed attempts: who, or which address, failed again and again, and when last. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import type { Entry, EntryPage } from "../../api/types.js";
import type { Filters } from "../../state/filters.js";
import { asked } from "../../state/range.js";
import { visible } from "../../ui/text.js";
import { age, count as number, utcTime } from "../../ui/time.js";
import { tokens } from "../../ui/tokens.js";
import { logLink } from "../links.js";
import { Answer } from "../answer.js";
import { narrowed } from "../scope.js";
import { tableStyles } from "../table-styles.js";
import { nameOf } from "./actor-names.js";
import { REPEATED_MIN, type Repeated } from "./ranking.js";

/** Rows at first, and rows that the button adds: each asks a question of its own for when it was last seen. */
const ROWS = 10;

/** `<ind-repeated>`. */
@customElement("ind-repeated")
export class RepeatedFailures extends LitElement {
  static override styles = [tokens, tableStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) filters!: Filters;
  @property({ attribute: false }) rows: readonly Repeated[] = [];
  @property({ attribute: false }) nowMs = 0;
  @property() locale = "en";
  @state() private shown = ROWS;
  readonly #seen = new Answer<ReadonlyMap<Repeated, Entry>>(this);

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("rows")) this.shown = ROWS;
    if (changed.has("rows") || changed.has("shown")) void this.#seen.ask((signal) => this.#lastSeen(signal));
  }

  async #lastSeen(signal: AbortSignal): Promise<ReadonlyMap<Repeated, Entry>> {
    const rows = this.rows.slice(0, this.shown);
    const last = await Promise.all(
      rows.map(async (row) => {
        const params = asked(this.#filtersOf(row), this.nowMs);
        params.set("limit", "1");
        const { entries } = await this.api.json<EntryPage>("/v1/entries", params, { signal });
        return entries[0];
      }),
    );
    return new Map(rows.flatMap((row, at) => (last[at] === undefined ? [] : [[row, last[at]] as const])));
  }

  #filtersOf({ field, value }: Repeated): Filters {
    return narrowed(this.filters, [field, value], ["outcome", "failure"]);
  }

  #row(row: Repeated): TemplateResult {
    const last = this.#seen.value?.get(row);
    const [time, name] = [last?.time, row.field === "actor" && last !== undefined ? nameOf(last.actor, row.value) : undefined];
    return html`<tr>
      <th scope="row">${logLink(this.#filtersOf(row), visible(name ?? row.value))}${name === undefined ? nothing : html` <span class="muted">${visible(row.value)}</span>`}</th>
      <td class="spare">${row.field === "actor" ? "Actor" : "Address"}</td>
      <td class="number">${number(row.count, this.locale)}</td>
      <td>${time === undefined ? (this.#seen.asking ? "…" : "—") : html`<time datetime=${time} title=${utcTime(time)}>${age(time, this.nowMs, this.locale)}</time>`}</td>
    </tr>`;
  }

  override render(): TemplateResult {
    if (this.rows.length === 0) return html`<p class="muted">Nobody failed ${REPEATED_MIN} times or more.</p>`;
    const more = this.rows.length - this.shown;
    return html`<div class="scroll">
        <table class="rows">
          <caption class="hidden">Actors and addresses with ${REPEATED_MIN} failures or more</caption>
          <thead>
            <tr>
              <th scope="col">Who or where from</th>
              <th scope="col" class="spare">Kind</th>
              <th scope="col" class="number">Failures</th>
              <th scope="col">Last one</th>
            </tr>
          </thead>
          <tbody>${this.rows.slice(0, this.shown).map((row) => this.#row(row))}</tbody>
        </table>
      </div>
      ${more > 0 ? html`<p><button class="quiet" @click=${() => (this.shown += ROWS)}>Show ${number(Math.min(ROWS, more), this.locale)} more of ${number(more, this.locale)}</button></p>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-repeated": RepeatedFailures;
  }
}

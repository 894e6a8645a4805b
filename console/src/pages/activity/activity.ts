/** My activity: the log's own table over one's own entries, and who looked at them. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import "../../log/indelible-log.js";
import type { SessionInfo } from "../../session/types.js";
import { Filters } from "../../state/filters.js";
import { type View, VIEW_DEFAULT } from "../../state/view.js";
import { visible } from "../../ui/text.js";
import { age, localTime, utcTime } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { Answer } from "../answer.js";
import { failed, waiting } from "../block.js";
import { logLink } from "../links.js";
import { pageStyles } from "../page-styles.js";
import { tableStyles } from "../table-styles.js";
import { tabs, tabStyles } from "../tabs.js";
import { type Look, LOOKED_AT_MAX, type Looks, looksAt, ownFilters } from "./own.js";

const TABS = [
  { name: "mine", label: "In my name" },
  { name: "looks", label: "Who looked" },
] as const;

/** `<ind-activity>`. Events: `view-change` as of `<indelible-log>`, `turn` (detail: the address's parameters), `ask`. */
@customElement("ind-activity")
export class Activity extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    pageStyles,
    tableStyles,
    tabStyles,
    css`
      :host {
        display: flex;
        flex: 1 !important;
        flex-direction: column;
        min-height: 0;
      }
      .head {
        padding: 12px 16px 0;
        margin: 0;
        display: block;
      }
      indelible-log {
        flex: 1;
        min-height: 420px;
      }
      .looks {
        padding: 12px 16px 48px;
        overflow: auto;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: SessionInfo;
  @property({ attribute: false }) view: View = VIEW_DEFAULT;
  @property({ attribute: false }) hrefOf!: (view: View) => string;
  /** `show=looks` for the second part. */
  @property({ attribute: false }) params = new URLSearchParams();
  @property() locale = navigator.language || "en";
  readonly #looks = new Answer<Looks>(this);
  #within = Filters.none;

  get #shown(): string {
    return this.params.get("show") === "looks" ? "looks" : "mine";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("session")) this.#within = ownFilters(this.session);
    if ((changed.has("params") || changed.has("session")) && this.#shown === "looks" && this.#looks.value === undefined && !this.#looks.asking) this.#ask();
  }

  readonly #ask = (): void => void this.#looks.ask((signal) => looksAt(this.api, this.session, signal));

  #turn(show: string): void {
    this.dispatchEvent(new CustomEvent("turn", { detail: new URLSearchParams(show === "looks" ? { show } : {}) }));
  }

  #row({ look, entry }: Look): TemplateResult {
    const { actor, time, reason } = look;
    const me = actor.id === this.session.principal.id;
    return html`<tr>
      <th scope="row">${visible(actor.name ?? actor.email ?? actor.id)} ${me ? html`<span class="muted">(you)</span>` : actor.name === undefined && actor.email === undefined ? nothing : html`<span class="muted mono">${visible(actor.id)}</span>`}</th>
      <td><time datetime=${time} title=${utcTime(time)}>${localTime(time, this.locale)}</time> <span class="muted">${age(time, Date.now(), this.locale)}</span></td>
      <td>${logLink(Filters.of([["id", entry.id]]), visible(entry.description))}</td>
      <td>${reason === undefined ? html`<span class="muted">—</span>` : visible(reason)}</td>
    </tr>`;
  }

  #whoLooked(): TemplateResult {
    const { value, failure, asking } = this.#looks;
    const again = html`<button class="quiet" @click=${this.#ask}>Look again</button>`;
    const lead = html`<p class="lead">Whoever opens an entry with personal values in it is on record. Here is who opened one of the newest ${LOOKED_AT_MAX} in your name, as far as you may see it. ${again}</p>`;
    if (failure !== undefined && !asking) return html`${lead}${failed(failure, this.#looks.again)}`;
    if (value === undefined) return html`${lead}${waiting(5)}`;
    if (value.entries === 0) return html`${lead}<p class="none">No entry is in your name so far.</p>`;
    if (value.looks.length === 0) return html`${lead}<p class="none">No look at one of them is on record for you.</p>`;
    return html`${lead}<div class="scroll" tabindex="0" role="group" aria-label="Who looked"><table class="rows">
      <thead><tr><th scope="col">Who</th><th scope="col">When</th><th scope="col">At what</th><th scope="col">Why</th></tr></thead>
      <tbody>${value.looks.map((look) => this.#row(look))}</tbody>
    </table></div>`;
  }

  override render(): TemplateResult {
    const { api, session, view, hrefOf } = this;
    const part = this.#shown;
    return html`<div class="head"><h1>My activity</h1>${tabs("Parts of my activity", TABS, part, (name) => (name === "looks" ? "/activity?show=looks" : "/activity"), (name) => this.#turn(name))}</div>
      ${part === "looks"
        ? html`<div class="looks">${this.#whoLooked()}</div>`
        : html`<indelible-log .wholePage=${true} .api=${api} .session=${session} .within=${this.#within} .view=${view} .hrefOf=${hrefOf}
            @view-change=${({ detail }: CustomEvent) => this.dispatchEvent(new CustomEvent("view-change", { detail }))}></indelible-log>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-activity": Activity;
  }
}

/** What the parts of the page Access have in common: one of many may be open, deeds are done, then all is asked anew. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import { may, type SessionInfo } from "../../session/types.js";
import { badgeStyles } from "../../ui/badges.js";
import { age, localTime, utcTime } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import type { Answer } from "../answer.js";
import { failed, waiting } from "../block.js";
import { Deed, deedStyles } from "../deed.js";
import { pageStyles } from "../page-styles.js";
import { tableStyles } from "../table-styles.js";
import { accessStyles } from "./access-styles.js";
import "./history.js";

/** Event of each: `open` (detail: the part, and the id of one in it; `""` for the list). */
export abstract class Pane extends LitElement {
  static override styles = [tokens, skeleton, badgeStyles, pageStyles, tableStyles, accessStyles, deedStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: SessionInfo;
  @property() locale = "en";
  /** Id of what is open; empty for the list. */
  @property() shown = "";
  /** Counts the deeds that were done. */
  @state() protected version = 0;
  protected readonly deed = new Deed(this, () => {
    this.version += 1;
    this.ask();
  });

  /** Asks for all that the pane shows. */
  protected abstract ask(): void;

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("api")) this.ask();
  }

  protected show(show: string, id: string): void {
    this.dispatchEvent(new CustomEvent<[string, string]>("open", { detail: [show, id] }));
  }

  /** A link to one of the list. */
  protected opener(show: string, id: string, content: unknown): TemplateResult {
    return html`<a href=${`/access?${new URLSearchParams({ show, id })}`} @click=${(event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      this.show(show, id);
    }}>${content}</a>`;
  }

  protected back(show: string, label: string): TemplateResult {
    return html`<p><button class="quiet" @click=${() => this.show(show, "")}>← ${label}</button></p>`;
  }

  /** What is shown of an answer, or why there is none. */
  protected shownOf<T>(answer: Answer<T>, show: (value: T) => unknown): unknown {
    const { value, failure, asking } = answer;
    if (failure !== undefined && !asking) return failed(failure, answer.again);
    return value === undefined ? waiting(5) : show(value);
  }

  protected history(type: string, of: string): TemplateResult | typeof nothing {
    if (!may(this.session, "read")) return nothing;
    return html`<h3>History</h3><ind-history .api=${this.api} .type=${type} .of=${of} .version=${this.version} .locale=${this.locale}></ind-history>`;
  }

  protected time(time: string | undefined, none = "—"): unknown {
    if (time === undefined) return html`<span class="muted">${none}</span>`;
    return html`<time datetime=${time} title=${utcTime(time)}>${localTime(time, this.locale)}</time> <span class="muted">${age(time, Date.now(), this.locale)}</span>`;
  }
}

/** A table of the page: heads, then rows whose first cell is their name. `gone`: what is over. */
export function table(caption: string, heads: readonly string[], rows: readonly { readonly cells: readonly unknown[]; readonly gone?: boolean }[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${caption}><table class="rows">
    <caption class="hidden">${caption}</caption>
    <thead><tr>${heads.map((head) => (head === "" ? html`<td></td>` : html`<th scope="col">${head}</th>`))}</tr></thead>
    <tbody>
      ${rows.map(({ cells: [name, ...cells], gone }) => html`<tr class=${gone === true ? "gone" : ""}><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
    </tbody>
  </table></div>`;
}

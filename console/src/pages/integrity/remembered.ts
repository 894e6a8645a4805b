/** What this browser remembers of the log, and whether the log still continues it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import { parseCheckpoint } from "../../proof/checkpoint.js";
import { ProofMemory, type Remembered, type Step } from "../../proof/index.js";
import { quietly } from "../../proof/refused.js";
import { badgeStyles } from "../../ui/badges.js";
import { visible } from "../../ui/text.js";
import { count as number } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { Answer } from "../answer.js";
import { failed, waiting } from "../block.js";
import { blockStyles } from "../page-styles.js";
import { integrityStyles } from "./integrity-styles.js";
import { checkLog, fetchClaims, type LogCheck } from "./log-check.js";

const NAMES: Readonly<Partial<Record<Step["step"], string>>> = { key: "Key", signature: "Signature", consistency: "Earlier checkpoint" };

/** `<ind-remembered>`. */
@customElement("ind-remembered")
export class RememberedBlock extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    badgeStyles,
    blockStyles,
    integrityStyles,
    css`
      .steps {
        margin: 0 0 8px;
        padding: 0;
        list-style: none;
      }
      .steps li {
        display: grid;
        grid-template-columns: 18px minmax(0, 1fr);
        padding: 3px 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() locale = "en";
  /** Whether the reader was asked if the log is to be forgotten. */
  @state() private forgetting = false;
  readonly #memory = new ProofMemory();
  readonly #check = new Answer<LogCheck>(this);

  #compare(): void {
    const remembered = this.#memory.recall(this.api.base);
    void this.#check.ask(async (signal) => {
      const check = checkLog(await fetchClaims(this.api, remembered, signal));
      if (check.ok) this.#memory.remember(this.api.base, check.claims);
      return check;
    });
  }

  #forget(): void {
    this.#memory.forget(this.api.base);
    this.#check.drop();
    this.forgetting = false;
  }

  #step({ step, ok, checked, detail }: Step): TemplateResult {
    const [sign, word] = !checked ? ["–", "not checked"] : ok ? ["✓", "holds"] : ["✗", "failed"];
    return html`<li><span aria-hidden="true">${sign}</span><span><strong>${NAMES[step] ?? step}</strong><span class="hidden"> ${word}:</span> ${visible(detail)}</span></li>`;
  }

  #result({ ok, steps, claims }: LogCheck): TemplateResult {
    const first = claims.remembered === undefined;
    const badge = ok
      ? html`<span class="badge emerald"><span aria-hidden="true">✓</span>${first ? "signed, and remembered from now on" : "the log continues what was seen of it"}</span>`
      : html`<span class="badge rose"><span aria-hidden="true">✗</span>the log does not continue what was seen of it</span>`;
    return html`<p>${badge}</p>
      <ol class="steps">${steps.map((step) => this.#step(step))}</ol>
      ${ok ? nothing : html`<p>Keep this checkpoint and the newest one, and ask whoever runs the log why. What was remembered stays as it was.</p>`}`;
  }

  #facts({ vkey, checkpoint }: Remembered): TemplateResult {
    const size = quietly(() => parseCheckpoint(checkpoint).size);
    return html`<dl class="facts">
      <dt>Key, since first seen</dt>
      <dd class="mono">${visible(vkey)}</dd>
      <dt>Largest checkpoint</dt>
      <dd>${size === undefined ? "unreadable" : `${number(size, this.locale)} ${size === 1 ? "entry" : "entries"}`} <ind-copy .value=${checkpoint} label="Copy the note"></ind-copy></dd>
    </dl>`;
  }

  #forgetButtons(): TemplateResult {
    if (!this.forgetting) return html`<button class="quiet" @click=${() => (this.forgetting = true)}>Forget it</button>`;
    return html`<span role="group" aria-label="Forget what is remembered?">Only if you know why this log is another one than before, such as one made anew at this address.
      <button class="quiet" @click=${() => this.#forget()}>Forget</button><button class="quiet" @click=${() => (this.forgetting = false)}>Keep</button></span>`;
  }

  override render(): TemplateResult {
    const remembered = this.#memory.recall(this.api.base);
    const { value, failure, asking } = this.#check;
    const label = remembered === undefined ? "Check and remember" : "Check consistency";
    return html`${remembered === undefined ? html`<p class="muted">Nothing yet: opening an entry checks it and remembers the log; so does the button.</p>` : this.#facts(remembered)}
      ${this.#memory.lasting ? nothing : html`<p class="muted">This browser keeps nothing for this page: it forgets the log's key and size when the page is closed.</p>`}
      <div role="status">${asking && value === undefined ? waiting(3) : value === undefined ? nothing : this.#result(value)}</div>
      ${failure !== undefined && !asking ? failed(failure, this.#check.again) : nothing}
      <div class="actions">
        <button class="button" @click=${() => this.#compare()}>${label}</button>
        ${remembered === undefined ? nothing : this.#forgetButtons()}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-remembered": RememberedBlock;
  }
}

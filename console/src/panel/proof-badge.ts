/** The proof badge: the browser itself checks the open entry, and hands out what proves it. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Api } from "../api/client.js";
import { save } from "../log/download.js";
import { checkEntry, type Checked, makeEvidence, ProofMemory, Unavailable, type Source, type Step } from "../proof/index.js";
import { badgeStyles } from "../ui/badges.js";
import { count as number } from "../ui/time.js";
import { tokens } from "../ui/tokens.js";

/** What each step is called beside its sign. */
const NAMES: Readonly<Record<Step["step"], string>> = {
  line: "Line",
  disclosures: "Personal values",
  shown: "What you see",
  inclusion: "Place in the tree",
  signature: "Signature",
  key: "Key",
  consistency: "Earlier checkpoint",
};

/** One memory for every badge of the page. */
const memory = new ProofMemory();

/** `<ind-proof>`: `entry` is the id, `text` the entry as the page got it and shows it. */
@customElement("ind-proof")
export class ProofBadge extends LitElement {
  static override styles = [
    tokens,
    badgeStyles,
    css`
      :host {
        display: block;
        margin-top: 8px;
      }
      details {
        border: 1px solid var(--line);
        border-radius: var(--radius);
        padding: 6px 10px;
      }
      details[data-state="bad"] {
        border-color: var(--rose);
      }
      summary {
        cursor: pointer;
      }
      ol {
        margin: 8px 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 18px 1fr;
        padding: 3px 0;
        overflow-wrap: anywhere;
      }
      p {
        margin: 6px 0;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() entry = "";
  @property() text = "";
  @property() locale = "en";
  @state() private checked: Checked | undefined;
  @state() private failure = "";
  #abort: AbortController | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("text") && this.text !== "") void this.#check();
  }

  override disconnectedCallback(): void {
    this.#abort?.abort();
    super.disconnectedCallback();
  }

  async #check(): Promise<void> {
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    [this.checked, this.failure] = [undefined, ""];
    try {
      const checked = await checkEntry(this.#source(signal), this.entry, memory, this.text);
      if (!signal.aborted) this.checked = checked;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Unavailable)) throw error;
      this.failure = error.message;
    }
  }

  #source(signal: AbortSignal): Source {
    return { base: this.api.base, signal, fetch: (url, init) => this.api.send(url, init) };
  }

  #forget(): void {
    memory.forget(this.api.base);
    void this.#check();
  }

  #save(): void {
    if (this.checked === undefined) return;
    const { name, type, bytes } = makeEvidence(this.checked.fetched, this.checked.verification, new Date());
    save(new Blob([bytes], { type }), name);
  }

  #summary(): TemplateResult {
    if (this.failure !== "") return html`<span class="badge amber"><span aria-hidden="true">?</span>not verified</span> ${this.failure}`;
    if (this.checked === undefined) return html`<span class="badge">verifying …</span>`;
    const { ok, keyName, treeSize, failed } = this.checked.verification;
    if (!ok) return html`<span class="badge rose"><span aria-hidden="true">✗</span>not proved</span> failed at: ${failed === undefined ? "?" : NAMES[failed]}`;
    return html`<span class="badge emerald"><span aria-hidden="true">✓</span>verified</span> against key <span class="mono">${keyName}</span> at size ${number(treeSize ?? 0, this.locale)}`;
  }

  #step({ step, ok, checked, detail }: Step): TemplateResult {
    const [sign, word] = !checked ? ["–", "not checked"] : ok ? ["✓", "holds"] : ["✗", "failed"];
    return html`<li data-step=${step} data-ok=${ok}><span aria-hidden="true">${sign}</span><span><strong>${NAMES[step]}</strong><span class="hidden"> ${word}:</span> ${detail}</span></li>`;
  }

  override render(): TemplateResult {
    const found = this.checked?.verification;
    return html`<details data-state=${found === undefined ? "open" : found.ok ? "good" : "bad"} ?open=${found?.ok === false}>
      <summary role="button"><span role="status">${this.#summary()}</span></summary>
      ${found === undefined
        ? html`<p class="muted">This browser fetches the line, the proof and the checkpoint, and checks them itself.</p>`
        : html`<ol>
              ${found.steps.map((step) => this.#step(step))}
            </ol>
            ${this.checked?.notes.map((note) => html`<p class="muted">${note}</p>`)}`}
      ${this.failure === "" ? nothing : html`<button class="button" @click=${() => void this.#check()}>Try again</button>`}
      ${found?.failed === "key" || found?.failed === "consistency"
        ? html`<p>If you know why this log is another one than before (it was made anew at this address), this browser can forget the old one.</p>
            <button class="button" @click=${() => this.#forget()}>Forget the log seen before</button>`
        : nothing}
      ${found === undefined ? nothing : html`<button class="button" @click=${() => this.#save()}>Download evidence</button>`}
    </details>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-proof": ProofBadge;
  }
}

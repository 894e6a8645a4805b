/** Integrity: what the log signs of itself, and how to check that it holds. */
import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import { save } from "../../log/download.js";
import { badgeStyles } from "../../ui/badges.js";
import "../../ui/copy.js";
import { visible } from "../../ui/text.js";
import { count as number } from "../../ui/time.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { block, section } from "../block.js";
import { pageStyles } from "../page-styles.js";
import { Answer } from "../answer.js";
import { integrityStyles } from "./integrity-styles.js";
import { readNote } from "./note.js";
import { outside } from "./outside.js";
import "./verification.js";

/** `<ind-integrity>`. Event: `ask` (detail: filters for the log). */
@customElement("ind-integrity")
export class Integrity extends LitElement {
  static override styles = [tokens, skeleton, badgeStyles, pageStyles, integrityStyles];

  @property({ attribute: false }) api!: Api;
  @property() locale = navigator.language || "en";
  readonly #checkpoint = new Answer<string>(this);
  readonly #key = new Answer<string>(this);

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#ask();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("api")) this.#ask();
  }

  #ask(): void {
    void this.#checkpoint.ask((signal) => this.api.text("/checkpoint", undefined, { signal, cache: "no-store" }));
    void this.#key.ask(async (signal) => (await this.api.text("/vkey", undefined, { signal, cache: "no-store" })).trim());
  }

  #newest(text: string): TemplateResult {
    const note = readNote(text);
    const name = `checkpoint-${note?.size ?? "log"}.txt`;
    return html`${note === undefined
        ? html`<p role="alert">What the server gave is no checkpoint.</p>`
        : html`<dl class="facts">
            <dt>Entries</dt>
            <dd><strong>${number(note.size, this.locale)}</strong></dd>
            <dt>Log</dt>
            <dd class="mono">${visible(note.origin)}</dd>
            <dt>Root hash</dt>
            <dd class="mono">${visible(note.root)} <ind-copy .value=${note.root}></ind-copy></dd>
            <dt>Signed by</dt>
            <dd class="mono">${note.signatures.map(({ name: signer, keyId }) => html`<div>${visible(signer)} <span class="muted">key ${keyId}</span></div>`)}</dd>
          </dl>`}
      <h3>As signed</h3>
      <pre tabindex="0" aria-label="Signed note">${visible(text.trimEnd())}</pre>
      <div class="actions">
        <ind-copy .value=${text} label="Copy the note"></ind-copy>
        <button class="quiet" @click=${() => save(new Blob([text], { type: "text/plain" }), name)}>Download it</button>
      </div>`;
  }

  #shownKey(vkey: string): TemplateResult {
    return html`<pre tabindex="0" aria-label="Verifier key">${visible(vkey)}</pre>
      <div class="actions"><ind-copy .value=${vkey} label="Copy the key"></ind-copy></div>`;
  }

  override render(): TemplateResult {
    const again = html`<button class="quiet" @click=${() => this.#ask()}>Look again</button>`;
    const notes = {
      checkpoint: "The log's state in one signed hash: whoever keeps it can tell later whether any entry up to there was changed or taken out.",
      key: "Every checkpoint is signed with it. Keep it where the server's operator cannot change it, and compare.",
      verification: "The server reads every entry again and checks it against the tree and the newest checkpoint. The run is recorded.",
      outside: "A server that checks itself could lie. These commands trust nothing but the key.",
    };
    const address = this.api.endpoint === "" ? location.origin : this.api.endpoint;
    return html`<div class="page">
      <div class="top"><h1>Integrity</h1></div>
      <p class="lead">Entries are leaves of a tree that only grows, and the log signs its root. What that comes to, and how to check it.</p>
      <div class="sides">
        <div class="side">
          ${block("Newest checkpoint", this.#checkpoint, (text) => this.#newest(text), { note: notes.checkpoint, tools: again, lines: 8 })}
          ${block("The log's key", this.#key, (vkey) => this.#shownKey(vkey), { note: notes.key, lines: 2 })}
        </div>
        <div class="side">
          ${section("Verification", html`<ind-verification .api=${this.api} .locale=${this.locale}></ind-verification>`, { note: notes.verification })}
          ${section("Verify from outside", outside(address, this.#key.value), { note: notes.outside })}
        </div>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-integrity": Integrity;
  }
}

/** Integrity: what the log signs of itself, and how to check that it holds. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Api } from "../../api/client.js";
import { badgeStyles } from "../../ui/badges.js";
import "../../ui/copy.js";
import { visible } from "../../ui/text.js";
import { skeleton, tokens } from "../../ui/tokens.js";
import { Answer } from "../answer.js";
import { block, section } from "../block.js";
import { pageStyles } from "../page-styles.js";
import { asOf } from "../scope.js";
import { checkpointFacts, signedNote } from "./checkpoint-facts.js";
import { integrityStyles } from "./integrity-styles.js";
import { outside } from "./outside.js";
import "./remembered.js";
import "./verification.js";

/** What each block is for. */
const NOTES = {
  checkpoint: "The log's state in one signed hash: whoever keeps it can tell later whether any entry up to there was changed or taken out.",
  key: "Every checkpoint is signed with it. Keep it where the server's operator cannot change it, and compare.",
  remembered: "The key this browser saw first and the largest checkpoint it checked: a log that is rewritten cannot join them.",
  verification: "The server reads every entry again and checks it against the tree and the newest checkpoint. The run is recorded.",
  outside: "A server that checks itself could lie. These commands trust nothing but the key.",
};

/** `<ind-integrity>`. Event: `ask` (detail: filters for the log). */
@customElement("ind-integrity")
export class Integrity extends LitElement {
  static override styles = [tokens, skeleton, badgeStyles, pageStyles, integrityStyles];

  @property({ attribute: false }) api!: Api;
  @property() locale = navigator.language || "en";
  /** Whether the reader may have the log verified. */
  @property({ attribute: false }) verifies = true;
  readonly #checkpoint = new Answer<string>(this);
  readonly #key = new Answer<string>(this);
  readonly #ready = new Answer<string>(this);
  #nowMs = Date.now();

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#ask();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("api")) this.#ask();
  }

  readonly #ask = (): void => {
    this.#nowMs = Date.now();
    void this.#checkpoint.ask((signal) => this.api.text("/checkpoint", undefined, { signal }));
    void this.#ready.ask((signal) => this.api.text("/readyz", undefined, { signal }));
    void this.#key.ask(async (signal) => (await this.api.text("/vkey", undefined, { signal })).trim());
  };

  #shownKey(vkey: string): TemplateResult {
    return html`<pre tabindex="0" aria-label="Verifier key">${visible(vkey)}</pre>
      <div class="actions"><ind-copy .value=${vkey} label="Copy the key"></ind-copy></div>`;
  }

  /** What the log says it cannot do at the moment; nothing while all is well. */
  #degraded(): TemplateResult[] {
    const lines = (this.#ready.value ?? "").split("\n").filter((line) => line.startsWith("degraded: "));
    return lines.map((line) => html`<p class="lead" role="status">${visible(line.replace(/^degraded: [a-z_]+: /, "At the moment: "))}</p>`);
  }

  override render(): TemplateResult {
    const address = this.api.base;
    const { api, locale } = this;
    return html`<div class="page">
      <div class="top"><h1>Integrity</h1><div class="scope">${asOf({ nowMs: this.#nowMs, again: this.#ask }, locale)}</div></div>
      <p class="lead">Entries are leaves of a tree that only grows, and the log signs its root. What that comes to, and how to check it.</p>
      ${this.#degraded()}
      <div class="sides">
        <div class="side">
          ${block("Newest checkpoint", this.#checkpoint, (text) => [checkpointFacts(text, locale), signedNote(text)], { note: NOTES.checkpoint, lines: 8 })}
          ${block("The log's key", this.#key, (vkey) => this.#shownKey(vkey), { note: NOTES.key, lines: 2 })}
        </div>
        <div class="side">
          ${!this.verifies ? nothing : section("Verification", html`<ind-verification .api=${api} .asOfMs=${this.#nowMs} .locale=${locale}></ind-verification>`, { note: NOTES.verification })}
          ${section("What this browser remembers", html`<ind-remembered .api=${api} .locale=${locale}></ind-remembered>`, { note: NOTES.remembered })}
          ${section("Verify from outside", outside(address, this.#key.value), { note: NOTES.outside })}
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

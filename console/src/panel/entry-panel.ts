/** One entry with everything that is known of it, beside the table. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { type Api, AskError } from "../api/client.js";
import type { Entry } from "../api/types.js";
import { badgeStyles } from "../ui/badges.js";
import "../ui/copy.js";
import { visible } from "../ui/text.js";
import { skeleton, tokens } from "../ui/tokens.js";
import { diff, diffStyles } from "./diff.js";
import { fieldsOf } from "./fields.js";
import { laidOut, memberText } from "./json.js";
import { type Pivot, pivotsOf } from "./pivots.js";
import "./proof-badge.js";

/** `<ind-entry>`. Events: `close`, `pivot` (detail: filters), `step` (detail: 1 or -1). */
@customElement("ind-entry")
export class EntryPanel extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    badgeStyles,
    diffStyles,
    css`
      :host {
        display: block;
        overflow: auto;
        overscroll-behavior: contain;
        padding: 12px 16px 24px;
        background: var(--bg);
        border-left: 1px solid var(--line);
      }
      header {
        display: flex;
        align-items: flex-start;
        gap: 8px;
      }
      h2 {
        flex: 1;
        margin: 0 0 4px;
        font-size: 16px;
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      h3 {
        margin: 20px 0 6px;
        font-size: 12px;
        color: var(--muted);
        display: flex;
        justify-content: space-between;
        align-items: center;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(96px, 116px) 1fr;
        gap: 5px 12px;
        margin: 12px 0 0;
      }
      dt {
        color: var(--muted);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
        min-width: 0;
      }
      pre {
        margin: 0;
        padding: 10px;
        max-height: 420px;
        overflow: auto;
        background: var(--surface);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      nav .button {
        min-height: 26px;
        font-size: 12px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() entry = "";
  @property() locale = "en";
  /** The address of a question, so that pivots are links. */
  @property({ attribute: false }) hrefOf: (pivot: Pivot) => string = () => "";
  @state() private text = "";
  @state() private failure: AskError | undefined;
  #abort: AbortController | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("entry")) void this.#load();
  }

  override disconnectedCallback(): void {
    this.#abort?.abort();
    super.disconnectedCallback();
  }

  async #load(): Promise<void> {
    this.#abort?.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    [this.text, this.failure] = ["", undefined];
    try {
      const text = await this.api.text(`/v1/entries/${encodeURIComponent(this.entry)}`, undefined, { signal });
      if (!signal.aborted) this.text = text;
    } catch (error) {
      if (!signal.aborted && error instanceof AskError) this.failure = error;
    }
  }

  #say(event: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }

  #follow(event: MouseEvent, pivot: Pivot): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#say("pivot", pivot.filters);
  }

  #buttons(): TemplateResult {
    return html`<button class="quiet" aria-label="Next newer entry" title="Newer (k)" @click=${() => this.#say("step", -1)}>↑</button>
      <button class="quiet" aria-label="Next older entry" title="Older (j)" @click=${() => this.#say("step", 1)}>↓</button>
      <button class="quiet close" aria-label="Close" title="Close (Esc)" @click=${() => this.#say("close")}>✕</button>`;
  }

  #whole(entry: Entry): TemplateResult {
    const [changes, properties] = [memberText(this.text, "changes"), memberText(this.text, "properties")];
    return html`<header>
        <h2>${visible(entry.description)}</h2>
        ${this.#buttons()}
      </header>
      <ind-proof .api=${this.api} .entry=${entry.id} .text=${this.text} .locale=${this.locale}></ind-proof>
      <dl>${fieldsOf(entry, this.locale, Date.now()).map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>
      ${changes === undefined ? nothing : html`<h3 id="changes">Changes</h3>${diff(changes)}`}
      ${properties === undefined ? nothing : html`<h3>Details <ind-copy .value=${laidOut(properties)}></ind-copy></h3><pre tabindex="0" aria-label="Details as JSON">${visible(laidOut(properties))}</pre>`}
      <h3>Go on from here</h3>
      <nav aria-label="Questions about this entry">
        ${pivotsOf(entry).map((pivot) => html`<a class="button" href=${this.hrefOf(pivot)} @click=${(event: MouseEvent) => this.#follow(event, pivot)}>${pivot.label}</a>`)}
      </nav>
      <h3>Raw JSON <ind-copy .value=${laidOut(this.text)}></ind-copy></h3>
      <pre class="raw" tabindex="0" aria-label="The entry as JSON">${visible(laidOut(this.text))}</pre>`;
  }

  override render(): TemplateResult {
    if (this.failure !== undefined) {
      const { title, detail } = this.failure.problem;
      return html`<header><h2>${title}</h2>${this.#buttons()}</header><p role="alert">${detail}</p><button class="button" @click=${() => void this.#load()}>Try again</button>`;
    }
    if (this.text === "") {
      const bars = [60, 40, 80, 70, 50, 65].map((width) => html`<p><span class="skeleton" .style=${`width:${width}%`}></span></p>`);
      return html`<header><h2><span class="hidden">Loading the entry</span></h2>${this.#buttons()}</header>${bars}`;
    }
    return this.#whole(JSON.parse(this.text) as Entry);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-entry": EntryPanel;
  }
}

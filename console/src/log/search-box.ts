/** The search box: the query language, with keys and values that are really there offered while one types. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Api } from "../api/client.js";
import type { Suggestions } from "../api/types.js";
import { count as number } from "../ui/time.js";
import { visible } from "../ui/text.js";
import { tokens } from "../ui/tokens.js";
import { replaceWord, wordAt, type Word } from "./words.js";

/** Pause in typing after which a search is applied, in milliseconds; and the shorter one after which values are offered. */
const APPLY_MS = 350;
const SUGGEST_MS = 80;

const SUGGESTIONS = 8;

interface Offer {
  readonly value: string;
  readonly count?: number;
}

/** `<ind-search>`. Event: `search` (detail: the query). */
@customElement("ind-search")
export class SearchBox extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: block;
        position: relative;
        flex: 1 1 260px;
        min-width: 0;
      }
      input.field {
        width: 100%;
        height: 34px;
        padding: 0 40px 0 10px;
      }
      kbd {
        position: absolute;
        right: 8px;
        top: 7px;
        padding: 0 6px;
        font: 12px/18px var(--mono);
        color: var(--muted);
        border: 1px solid var(--line);
        border-radius: 4px;
      }
      input:focus + kbd,
      input:not(:placeholder-shown) + kbd {
        display: none;
      }
      ul {
        position: absolute;
        z-index: 10;
        top: 100%;
        left: 0;
        right: 0;
        max-width: 520px;
        margin: 4px 0 0;
        padding: 4px;
        list-style: none;
        border: 1px solid var(--line);
        border-radius: 8px;
        background: var(--bg);
        box-shadow: 0 8px 28px rgb(0 0 0 / 18%);
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        padding: 4px 8px;
        border-radius: 4px;
        cursor: pointer;
      }
      li[aria-selected="true"],
      li:hover {
        background: var(--chosen);
      }
      .problem {
        margin: 4px 0 0;
        color: var(--rose);
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() value = "";
  @property() locale = "en";
  /** What is wrong with the query, in words; empty where nothing is. */
  @property() problem = "";
  /** Filters beside the query: only values among their entries are offered. */
  @property({ attribute: false }) filters = new URLSearchParams();

  @state() private offers: readonly Offer[] = [];
  @state() private chosen = -1;
  @query("input") private readonly input!: HTMLInputElement;

  #word: Word | undefined;
  #apply: ReturnType<typeof setTimeout> | undefined;
  #suggest: ReturnType<typeof setTimeout> | undefined;
  #abort: AbortController | undefined;

  override focus(): void {
    this.input.focus();
    this.input.select();
  }

  protected override updated(changed: PropertyValues<this>): void {
    // A space at the end is no other query, but the beginning of the next word: it stays.
    if (changed.has("value") && this.input.value.trim() !== this.value) this.input.value = this.value;
  }

  #say(value: string): void {
    clearTimeout(this.#apply);
    if (value !== this.value) this.dispatchEvent(new CustomEvent("search", { detail: value }));
  }

  readonly #typed = (): void => {
    clearTimeout(this.#apply);
    clearTimeout(this.#suggest);
    this.#apply = setTimeout(() => this.#say(this.input.value.trim()), APPLY_MS);
    this.#suggest = setTimeout(() => void this.#offer(), SUGGEST_MS);
  };

  async #offer(): Promise<void> {
    this.#abort?.abort();
    this.#abort = new AbortController();
    const word = wordAt(this.input.value, this.input.selectionStart ?? this.input.value.length);
    const params = new URLSearchParams(word.key === undefined ? [] : [...this.filters].filter(([name]) => name !== "q"));
    if (word.key !== undefined) params.set("field", word.key);
    params.set("prefix", word.typed);
    params.set("limit", String(SUGGESTIONS));
    try {
      const { suggestions } = await this.api.json<Suggestions>("/v1/suggestions", params, { signal: this.#abort.signal });
      this.#word = word;
      const said = suggestions.length === 1 && suggestions[0]?.value === word.typed;
      this.offers = said || (word.key === undefined && word.typed === "") ? [] : suggestions;
    } catch {
      // Nothing is offered for a key that has no list; the search itself says what is wrong with it.
      this.offers = [];
    }
    this.chosen = -1;
  }

  /** Closes the suggestions, those still asked for too. */
  #offerNothing(): void {
    clearTimeout(this.#suggest);
    this.#abort?.abort();
    this.offers = [];
  }

  #take(offer: Offer): void {
    if (this.#word === undefined) return;
    clearTimeout(this.#apply);
    const { text, caret } = replaceWord(this.input.value, this.#word, offer.value);
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.offers = [];
    this.input.focus();
    if (this.#word.key === undefined) void this.#offer();
    else this.#say(text.trim());
  }

  readonly #keyed = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const offer = this.offers[this.chosen];
    if (step !== 0 && this.offers.length > 0) {
      this.chosen = (this.chosen + step + this.offers.length + 1) % (this.offers.length + 1);
      if (this.chosen === this.offers.length) this.chosen = -1;
    } else if ((event.key === "Enter" || event.key === "Tab") && offer !== undefined) this.#take(offer);
    else if (event.key === "Enter") {
      this.#offerNothing();
      this.#say(this.input.value.trim());
    } else if (event.key === "Escape" && this.offers.length > 0) this.#offerNothing();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  override render(): TemplateResult {
    const open = this.offers.length > 0;
    return html`<input class="field" type="search" role="combobox" aria-label="Search" aria-autocomplete="list" aria-expanded=${open} aria-controls="offers"
        aria-activedescendant=${this.chosen >= 0 ? `offer-${this.chosen}` : nothing} aria-invalid=${this.problem !== ""} aria-describedby="problem" autocomplete="off" autocapitalize="off" spellcheck="false"
        placeholder="Search descriptions, or key:value – channel:auth outcome:failure -actor:root"
        @input=${this.#typed} @keydown=${this.#keyed} @blur=${() => this.#offerNothing()} @search=${() => this.#say(this.input.value.trim())} />
      <kbd aria-hidden="true">/</kbd>
      <ul id="offers" role="listbox" aria-label="Suggestions" ?hidden=${!open}>
        ${this.offers.map(
          (offer, at) =>
            html`<li id="offer-${at}" role="option" aria-selected=${at === this.chosen} @pointerdown=${(event: Event) => {
              event.preventDefault();
              this.#take(offer);
            }}>
              <span>${visible(offer.value)}${this.#word?.key === undefined ? ":" : ""}</span>
              ${offer.count === undefined ? nothing : html`<span class="muted">${number(offer.count, this.locale)}</span>`}
            </li>`,
        )}
      </ul>
      <p class="problem" id="problem" role="status" ?hidden=${this.problem === ""}>${this.problem}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-search": SearchBox;
  }
}

/** One filter: a button that opens the values really present, with their counts among the entries asked for otherwise. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Api } from "../api/client.js";
import { AskError } from "../api/client.js";
import type { Counted, Facets, Suggestions } from "../api/types.js";
import type { Filters } from "../state/filters.js";
import { asked } from "../state/range.js";
import type { Popover } from "../ui/popover.js";
import "../ui/popover.js";
import { count as number } from "../ui/time.js";
import { visible } from "../ui/text.js";
import { skeleton, tokens } from "../ui/tokens.js";

/** Values listed; whoever looks for another one types its beginning. */
const VALUES_MAX = 100;

/** Pause after which typing looks for values, in milliseconds. */
const TYPED_MS = 120;

/** Filters whose names are substrings: they have no list, but a box to type in. */
const TYPED_ONLY: ReadonlySet<string> = new Set(["resource_name"]);

/** `<ind-filter>`. Event: `filter` (detail: `{name, values}`). */
@customElement("ind-filter")
export class FilterMenu extends LitElement {
  static override styles = [
    tokens,
    skeleton,
    css`
      :host {
        display: inline-block;
      }
      form {
        width: 290px;
        max-width: 100%;
      }
      .field {
        width: 100%;
        margin-bottom: 6px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 3px 4px;
        border-radius: 4px;
      }
      label:hover {
        background: var(--hover);
      }
      label span:first-of-type {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      fieldset {
        margin: 0;
        padding: 0;
        border: 0;
        min-width: 0;
      }
      input[type="checkbox"] {
        accent-color: var(--accent);
      }
      .skeleton {
        margin: 10px 4px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property() name = "";
  @property() label = "";
  @property() locale = "en";
  @property({ attribute: false }) filters!: Filters;
  /** Values are those of entries within these, too. */
  @property({ attribute: false }) within!: Filters;
  @state() private values: readonly Counted[] | undefined;
  @state() private typed = "";
  @state() private failure = "";
  @query("ind-popover") private readonly menu!: Popover;
  #timer: ReturnType<typeof setTimeout> | undefined;

  async #load(): Promise<void> {
    if (TYPED_ONLY.has(this.name)) return;
    const params = asked(this.filters.without(this.name, `-${this.name}`).and(this.within), Date.now());
    this.failure = "";
    try {
      if (this.typed === "") {
        params.set("field", this.name);
        params.set("limit", String(VALUES_MAX));
        const { facets } = await this.api.json<Facets>("/v1/facets", params);
        this.values = facets[this.name] ?? [];
      } else {
        params.set("field", this.name);
        params.set("prefix", this.typed);
        params.set("limit", "50");
        const { suggestions } = await this.api.json<Suggestions>("/v1/suggestions", params);
        this.values = suggestions.map(({ value, count = 0 }) => ({ value, count }));
      }
    } catch (error) {
      this.failure = error instanceof AskError ? error.message : String(error);
    }
  }

  readonly #opened = (): void => {
    this.typed = "";
    this.values = undefined;
    void this.#load();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>(".field")?.focus());
  };

  readonly #look = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), TYPED_MS);
  };

  #toggle(value: string, on: boolean): void {
    const values = this.filters.all(this.name).filter((kept) => kept !== value);
    this.#say(on ? [...values, value] : values);
  }

  #say(values: readonly string[]): void {
    this.dispatchEvent(new CustomEvent("filter", { detail: { name: this.name, values } }));
  }

  readonly #submitted = (event: Event): void => {
    event.preventDefault();
    if (this.typed === "") return;
    const first = this.values?.[0];
    if (TYPED_ONLY.has(this.name)) this.#say([this.typed]);
    else if (first !== undefined) this.#say([...new Set([...this.filters.all(this.name), first.value])]);
    this.menu.close();
  };

  #list(chosen: readonly string[]): TemplateResult | typeof nothing {
    if (TYPED_ONLY.has(this.name)) return html`<p class="muted">Enter finds names that contain this, whatever their case.</p>`;
    if (this.failure !== "") return html`<p role="alert">${this.failure}</p>`;
    if (this.values === undefined) return html`${[80, 60, 70].map((width) => html`<span class="skeleton" .style=${`width:${width}%`}></span>`)}`;
    const missing = chosen.filter((value) => !this.values?.some((known) => known.value === value)).map((value) => ({ value, count: undefined }));
    const listed = this.typed === "" ? [...missing, ...this.values] : this.values;
    if (listed.length === 0) return html`<p class="muted">${this.typed === "" ? "No entry here has this." : "Nothing begins like this."}</p>`;
    return html`<fieldset>
      <legend class="hidden">${this.label}</legend>
      ${listed.map(
        ({ value, count }) =>
          html`<label
            ><input type="checkbox" .checked=${chosen.includes(value)} @change=${(event: Event) => this.#toggle(value, (event.target as HTMLInputElement).checked)} /><span title=${value}
              >${visible(value)}</span
            ><span class="muted">${count === undefined ? "" : number(count, this.locale)}</span></label
          >`,
      )}
    </fieldset>`;
  }

  override render(): TemplateResult {
    const chosen = this.filters.all(this.name);
    const shown = chosen.length === 0 ? "" : chosen.length === 1 ? `: ${chosen[0]}` : `: ${chosen.length} chosen`;
    return html`<ind-popover .label=${this.label} ?active=${chosen.length > 0} @open=${this.#opened}>
      <span slot="face">${this.label}${visible(shown)} <span aria-hidden="true" class="muted">▾</span></span>
      <form @submit=${this.#submitted}>
        <input class="field" aria-label="Find in ${this.label}" placeholder=${TYPED_ONLY.has(this.name) ? "Part of the name" : "Find"} .value=${this.typed} autocomplete="off" @input=${this.#look} />
        ${this.#list(chosen)} ${chosen.length > 0 ? html`<button type="button" class="quiet" @click=${() => this.#say([])}>Any</button>` : nothing}
      </form>
    </ind-popover>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-filter": FilterMenu;
  }
}

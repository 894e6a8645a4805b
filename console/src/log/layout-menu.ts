/** Which layout the table has, and one's own: choose columns, order them, save them under a name. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Popover } from "../ui/popover.js";
import "../ui/popover.js";
import { tokens } from "../ui/tokens.js";
import { COLUMNS } from "./columns.js";
import type { Layout, Shown } from "./layouts.js";
import type { Rights } from "./rights.js";

/** Longest name of a layout, in characters. */
const NAME_MAX = 40;

/**
 * `<ind-layout>`. Events: `layout` (detail: name), `layout-change` (detail: the layout as it is now), `layout-keep`
 * (detail: layout), `layout-drop` (detail: name).
 */
@customElement("ind-layout")
export class LayoutMenu extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
      }
      .layouts,
      .keep {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        align-items: center;
      }
      h2 {
        margin: 12px 0 4px;
        font-size: 12px;
        color: var(--muted);
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
        max-height: 320px;
        overflow: auto;
        width: 340px;
        max-width: 100%;
      }
      li {
        display: flex;
        align-items: center;
        gap: 2px;
      }
      label {
        flex: 1;
        padding: 2px 4px;
      }
      .keep .field {
        flex: 1;
        min-width: 120px;
      }
    `,
  ];

  @property({ attribute: false }) layout!: Layout;
  @property({ attribute: false }) own: readonly Layout[] = [];
  /** What there is to choose from. */
  @property({ attribute: false }) rights!: Rights;
  @state() private name = "";
  @query("ind-popover") private readonly menu!: Popover;

  #say(event: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }

  #change(columns: readonly Shown[]): void {
    if (columns.length > 0) this.#say("layout-change", { ...this.layout, columns });
  }

  #toggle(name: string, on: boolean): void {
    const kept = this.layout.columns.filter((column) => column.name !== name);
    this.#change(on ? [...kept, { name, width: COLUMNS.get(name)?.width ?? 150 }] : kept);
  }

  #move(at: number, by: number): void {
    const columns = [...this.layout.columns];
    const [moved] = columns.splice(at, 1);
    if (moved !== undefined) columns.splice(at + by, 0, moved);
    this.#change(columns);
  }

  readonly #kept = (event: Event): void => {
    event.preventDefault();
    const label = this.name.trim();
    if (label === "") return;
    // Built-in names stay what they are.
    const name = `own:${label}`;
    this.#say("layout-keep", { ...this.layout, name, label, own: true });
    this.name = "";
    this.menu.close();
  };

  #column(name: string, at: number): TemplateResult {
    const label = COLUMNS.get(name)?.label ?? name;
    const [shown, last] = [at >= 0, at === this.layout.columns.length - 1];
    return html`<li>
      <label><input type="checkbox" .checked=${shown} @change=${(event: Event) => this.#toggle(name, (event.target as HTMLInputElement).checked)} /> ${label} <span class="muted mono">${name}</span></label>
      ${shown
        ? html`<button class="quiet" aria-label="Move ${name} to the left" ?disabled=${at === 0} @click=${() => this.#move(at, -1)}>↑</button>
            <button class="quiet" aria-label="Move ${name} to the right" ?disabled=${last} @click=${() => this.#move(at, 1)}>↓</button>`
        : nothing}
    </li>`;
  }

  #columns(shown: readonly string[], others: readonly string[]): TemplateResult {
    return html`<h2>Columns, left to right</h2>
      <ul aria-label="Columns">
        ${shown.map((name, at) => this.#column(name, at))} ${others.map((name) => this.#column(name, -1))}
      </ul>
      <h2>Keep these columns</h2>
      <form class="keep" @submit=${this.#kept}>
        <input class="field" aria-label="Name of the layout" maxlength=${NAME_MAX} .value=${this.name} @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)} />
        <button class="button" ?disabled=${this.name.trim() === ""}>Save</button>
      </form>`;
  }

  override render(): TemplateResult {
    const shown = this.layout.columns.map(({ name }) => name);
    const others = [...COLUMNS.keys()].filter((name) => !shown.includes(name) && this.rights.column(name));
    return html`<ind-popover label="Layout">
      <span slot="face">Layout: ${this.layout.label} <span aria-hidden="true" class="muted">▾</span></span>
      <div class="layouts" role="group" aria-label="Layouts">
        ${this.rights.layouts(this.own).map(
          ({ name, label, own }) =>
            html`<span><button class="button" aria-pressed=${name === this.layout.name} @click=${() => this.#say("layout", name)}>${label}</button
              >${own ? html`<button class="quiet" aria-label="Forget ${label}" @click=${() => this.#say("layout-drop", name)}>×</button>` : nothing}</span>`,
        )}
      </div>
      ${this.rights.fixed ? nothing : this.#columns(shown, others)}
    </ind-popover>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-layout": LayoutMenu;
  }
}

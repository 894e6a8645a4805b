/** The table: newest first, as many rows as there are, of which only those in sight are elements. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { badgeStyles } from "../ui/badges.js";
import { skeleton, tokens } from "../ui/tokens.js";
import { cellOf, COLUMNS } from "./columns.js";
import { bounded, type Layout } from "./layouts.js";
import type { Pages } from "./pages.js";
import { tableStyles } from "./table-styles.js";

/** Height of a row, in pixels; every row has it, so that places are known without measuring. */
const ROW_PX = 34;

/** Width of the last column, in pixels. */
const DETAILS_PX = 76;

/** Rows made beyond those in sight, above and below. */
const OVERSCAN = 20;

/** How far an arrow key moves a column's edge, in pixels. */
const RESIZE_STEP_PX = 20;

/**
 * `<ind-table>`. Events: `entry-open` (detail: id), `layout-resize` (detail: layout with new widths).
 */
@customElement("ind-table")
export class Table extends LitElement {
  static override styles = [tokens, skeleton, badgeStyles, tableStyles];

  @property({ attribute: false }) pages: Pages | undefined;
  /** Counts up whenever `pages` has something new. */
  @property({ type: Number }) version = 0;
  @property({ attribute: false }) layout!: Layout;
  @property() locale = "en";
  /** Id of the open entry. */
  @property() opened: string | undefined;
  @property({ type: Boolean }) busy = false;
  /** Whether new pages are the same question asked again, so that the reader stays where they are. */
  @property({ attribute: false }) keepsPlace = false;
  @state() private row = 0;
  @query(".scroll") private readonly scroller!: HTMLElement;

  #virtual: Virtualizer<HTMLElement, HTMLElement> | undefined;
  #unmount: (() => void) | undefined;

  override firstUpdated(): void {
    this.#virtual = new Virtualizer<HTMLElement, HTMLElement>(this.#options());
    this.#unmount = this.#virtual._didMount();
    this.#virtual._willUpdate();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    this.#unmount?.();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("pages")) this.row = 0;
    this.#virtual?.setOptions(this.#options());
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#virtual?._willUpdate();
    if (changed.has("pages") && changed.get("pages") !== undefined && !this.keepsPlace) this.scroller.scrollTop = 0;
    const items = this.#virtual?.getVirtualItems() ?? [];
    if (items.length > 0) this.pages?.want(items[0]?.index ?? 0, items[items.length - 1]?.index ?? 0);
  }

  #options(): ConstructorParameters<typeof Virtualizer<HTMLElement, HTMLElement>>[0] {
    return {
      count: this.pages?.rows ?? 0,
      getScrollElement: () => this.scroller,
      estimateSize: () => ROW_PX,
      overscan: OVERSCAN,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => this.requestUpdate(),
    };
  }

  /** Moves the mark by some rows and keeps it in sight. Returns the entry there. */
  move(by: number): string | undefined {
    return this.goto(this.row + by);
  }

  goto(row: number): string | undefined {
    const last = (this.pages?.rows ?? 0) - 1;
    if (last < 0) return undefined;
    this.row = Math.max(0, Math.min(last, row));
    this.#virtual?.scrollToIndex(this.row, { align: "auto" });
    void this.updateComplete.then(() => this.#focusRow());
    return this.pages?.entry(this.row)?.id;
  }

  /** Whether the reader looks at the newest entries, so that newer ones may take their place. */
  get atTop(): boolean {
    return this.scroller.scrollTop < ROW_PX;
  }

  #focusRow(): void {
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-row="${this.row}"]`);
    if (row !== null) row.focus({ preventScroll: true });
    // A row that was far away is made only once the list has scrolled there.
    else requestAnimationFrame(() => this.renderRoot.querySelector<HTMLElement>(`[data-row="${this.row}"]`)?.focus({ preventScroll: true }));
  }

  #open(row: number): void {
    this.row = row;
    const id = this.pages?.entry(row)?.id;
    if (id !== undefined) this.dispatchEvent(new CustomEvent("entry-open", { detail: id }));
  }

  readonly #keyed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const screen = Math.max(1, Math.floor(this.scroller.clientHeight / ROW_PX) - 1);
    const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: screen, PageUp: -screen, Home: -Infinity, End: Infinity };
    const by = moves[event.key];
    if (by !== undefined && !(event.target as HTMLElement).matches("[role=separator]")) this.move(by);
    else if (event.key === "Enter" && (event.target as HTMLElement).matches("[data-row]")) this.#open(this.row);
    else return;
    event.preventDefault();
  };

  #resized(at: number, width: number): void {
    const columns = this.layout.columns.map((column, index) => (index === at ? { ...column, width: bounded(width) } : column));
    this.dispatchEvent(new CustomEvent("layout-resize", { detail: { ...this.layout, columns } }));
  }

  #drag(event: PointerEvent, at: number): void {
    const edge = event.currentTarget as HTMLElement;
    const [from, width] = [event.clientX, this.layout.columns[at]?.width ?? 0];
    const moved = (move: PointerEvent): void => this.#resized(at, width + move.clientX - from);
    edge.setPointerCapture(event.pointerId);
    edge.addEventListener("pointermove", moved);
    edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", moved), { once: true });
  }

  #head(): TemplateResult {
    const edge = (at: number, width: number, label: string): TemplateResult =>
      html`<span class="edge" role="separator" tabindex="0" aria-orientation="vertical" aria-label="Width of ${label}" aria-valuenow=${width} aria-valuemin="60" aria-valuemax="900"
        @pointerdown=${(event: PointerEvent) => this.#drag(event, at)}
        @keydown=${(event: KeyboardEvent) => {
          const by = event.key === "ArrowRight" ? RESIZE_STEP_PX : event.key === "ArrowLeft" ? -RESIZE_STEP_PX : 0;
          if (by !== 0) this.#resized(at, width + by);
        }}></span>`;
    return html`<div class="head" role="row">
      ${this.layout.columns.map(({ name, width }, at) => {
        const label = COLUMNS.get(name)?.label ?? name;
        return html`<div role="columnheader" class="cell">${label}${edge(at, width, label)}</div>`;
      })}
      <div role="columnheader" class="cell"><span class="hidden">Details</span></div>
    </div>`;
  }

  #row(row: number, start: number, nowMs: number): TemplateResult {
    const entry = this.pages?.entry(row);
    const cells =
      entry === undefined
        ? this.layout.columns.map(() => html`<div class="cell" role="gridcell"><span class="skeleton"></span></div>`)
        : this.layout.columns.map(({ name }) => html`<div class="cell" role="gridcell">${cellOf(name, entry, { locale: this.locale, nowMs })}</div>`);
    const open = entry !== undefined && entry.id === this.opened;
    return html`<div class="row ${open ? "open" : ""} ${entry?.severity ?? ""}" role="row" data-row=${row} aria-rowindex=${row + 2} aria-selected=${open}
      tabindex=${row === this.row ? 0 : -1} .style=${`transform: translateY(${start}px)`} @click=${() => this.#open(row)} @focus=${() => (this.row = row)}>
      ${cells}
      <div class="cell" role="gridcell">
        ${entry?.details !== true ? nothing : html`<button class="quiet details" tabindex="-1" aria-label="Details of ${entry.description.slice(0, 80)}">Details</button>`}
      </div>
    </div>`;
  }

  override render(): TemplateResult {
    const [nowMs, items] = [Date.now(), this.#virtual?.getVirtualItems() ?? []];
    const widths = this.layout.columns.map(({ width }) => `minmax(${width}px, ${width}fr)`).join(" ");
    const least = this.layout.columns.reduce((sum, { width }) => sum + width, DETAILS_PX);
    const total = this.#virtual?.getTotalSize() ?? 0;
    return html`<div class="scroll" role="grid" aria-label="Entries, newest first" aria-rowcount=${(this.pages?.count ?? 0) + 1} aria-busy=${this.busy} tabindex=${items.length === 0 ? 0 : -1}
      .style=${`--columns: ${widths} ${DETAILS_PX}px; --total: ${least}px`} @keydown=${this.#keyed}>
      ${this.#head()}
      <div class="body" role="rowgroup" .style=${`height: ${total}px`}>
        ${repeat(items, ({ index }) => index, ({ index, start }) => this.#row(index, start, nowMs))}
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-table": Table;
  }
}


/** When in the week: a table of weekdays and hours whose cells carry their number and, for the eye, a colour. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { count as number } from "../../ui/time.js";
import { tokens } from "../../ui/tokens.js";
import { busiest, DAYS, heatBounds, heatOf, HOURS, hourSpan, mostOf, weekdays } from "./heat.js";
import { heatStyles } from "./heat-styles.js";

const KEYS: Readonly<Record<string, readonly [number, number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

interface Cell {
  readonly day: number;
  readonly hour: number;
}

/** `<ind-heat-map>`. One stop for the tab key; arrows go from hour to hour. */
@customElement("ind-heat-map")
export class HeatMap extends LitElement {
  static override styles = [tokens, heatStyles];

  @property({ attribute: false }) cells: readonly (readonly number[])[] = [];
  @property() locale = "en";
  @property() zone = "UTC";
  /** The cell that is pointed at. */
  @state() private pointed: Cell | undefined;
  /** The cell the tab key comes to. */
  @state() private stop: Cell = { day: 0, hour: 0 };

  #say({ day, hour }: Cell): string {
    const count = this.cells[day]?.[hour] ?? 0;
    return `${weekdays(this.locale, "long")[day]} ${hourSpan(hour)}: ${number(count, this.locale)} ${count === 1 ? "entry" : "entries"}`;
  }

  readonly #keyed = (event: KeyboardEvent): void => {
    const by = KEYS[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
    this.stop = { day: clamp(this.stop.day + by[0], DAYS), hour: clamp(this.stop.hour + by[1], HOURS) };
    const { day, hour } = this.stop;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`[data-at="${day} ${hour}"]`)?.focus());
  };

  #row(day: number, bounds: readonly number[], compact: Intl.NumberFormat): TemplateResult {
    const name = weekdays(this.locale, "short")[day];
    return html`<tr>
      <th scope="row">${name}</th>
      ${Array.from({ length: HOURS }, (_, hour) => {
        const [count, cell] = [this.cells[day]?.[hour] ?? 0, { day, hour }];
        const at = this.stop.day === day && this.stop.hour === hour;
        return html`<td class="h${heatOf(count, bounds)}" data-at="${day} ${hour}" tabindex=${at ? 0 : -1} title=${this.#say(cell)}
          @pointerenter=${() => (this.pointed = cell)} @focus=${() => ([this.pointed, this.stop] = [cell, cell])}><span>${count < 1_000 ? count : compact.format(count)}</span></td>`;
      })}
    </tr>`;
  }

  #legend(bounds: readonly number[]): TemplateResult {
    return html`<ul class="legend" aria-label="Colours">
      <li><i class="h0" aria-hidden="true"></i>0</li>
      ${bounds.map((from, at) => {
        const to = (bounds[at + 1] ?? mostOf(this.cells) + 1) - 1;
        return html`<li><i class="h${heatOf(from, bounds)}" aria-hidden="true"></i>${number(from, this.locale)}${to > from ? `–${number(to, this.locale)}` : nothing}</li>`;
      })}
    </ul>`;
  }

  override render(): TemplateResult {
    const bounds = heatBounds(this.cells);
    const shown = this.pointed ?? busiest(this.cells);
    const compact = new Intl.NumberFormat(this.locale, { notation: "compact", maximumSignificantDigits: 2 });
    return html`<p class="said">${shown === undefined ? "No entries" : html`${this.pointed === undefined ? "Most: " : nothing}${this.#say(shown)}`}</p>
      <table role="grid" @keydown=${this.#keyed} @pointerleave=${() => (this.pointed = undefined)} @focusout=${() => (this.pointed = undefined)}>
        <caption class="hidden">Entries by weekday and hour in ${this.zone}; arrow keys go from hour to hour</caption>
        <thead>
          <tr>
            <th scope="col"><span class="hidden">Day</span></th>
            ${Array.from({ length: HOURS }, (_, hour) => html`<th scope="col"><abbr title=${hourSpan(hour)} class=${hour % 6 === 0 ? "sixth" : hour % 3 === 0 ? "third" : ""}>${hour}</abbr></th>`)}
          </tr>
        </thead>
        <tbody>${Array.from({ length: DAYS }, (_, day) => this.#row(day, bounds, compact))}</tbody>
      </table>
      ${bounds.length === 0 ? nothing : this.#legend(bounds)}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-heat-map": HeatMap;
  }
}

/** The range of time: quick ones, whole days, or instants to the minute. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Filters } from "../state/filters.js";
import { QUICK_RANGES, rangeLabel, zone } from "../state/range.js";
import type { Popover } from "../ui/popover.js";
import "../ui/popover.js";
import { tokens } from "../ui/tokens.js";

/** `<ind-range>`. Event: `range` (detail: `{since?, from?, to?}`). */
@customElement("ind-range")
export class RangePicker extends LitElement {
  static override styles = [
    tokens,
    css`
      :host {
        display: inline-block;
      }
      .quick {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 4px;
        margin-bottom: 10px;
      }
      .exact {
        display: grid;
        grid-template-columns: auto 1fr 1fr;
        gap: 6px;
        align-items: center;
      }
      p {
        margin: 8px 0 0;
        max-width: 320px;
      }
    `,
  ];

  @property({ attribute: false }) filters!: Filters;
  @property() locale = "en";
  @query("ind-popover") private readonly menu!: Popover;

  #say(range: { since?: string; from?: string | undefined; to?: string | undefined }): void {
    this.dispatchEvent(new CustomEvent("range", { detail: range }));
  }

  #quick(since: string): void {
    this.#say(since === "" ? {} : { since });
    this.menu.close();
  }

  readonly #changed = (): void => {
    const value = (name: string): string => this.renderRoot.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
    const instant = (side: "from" | "to"): string | undefined => {
      const [day, time] = [value(side), value(`${side}-time`)];
      if (day === "") return undefined;
      return time === "" ? day : new Date(`${day}T${time}`).toISOString();
    };
    this.#say({ from: instant("from"), to: instant("to") });
  };

  #side(name: "from" | "to", label: string): TemplateResult {
    const value = this.filters.one(name) ?? "";
    const at = value.length === 10 || value === "" ? undefined : new Date(value);
    const two = (part: number): string => String(part).padStart(2, "0");
    const day = at === undefined ? value : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
    const time = at === undefined ? "" : `${two(at.getHours())}:${two(at.getMinutes())}`;
    return html`<span>${label}</span>
      <input class="field" type="date" name=${name} aria-label="${label}, day" .value=${day} @change=${this.#changed} />
      <input class="field" type="time" name="${name}-time" aria-label="${label}, time" .value=${time} @change=${this.#changed} />`;
  }

  override render(): TemplateResult {
    const [since, label] = [this.filters.one("since"), rangeLabel(this.filters, this.locale)];
    return html`<ind-popover label="Range of time" ?active=${label !== "Any time"}>
      <span slot="face">${label} <span aria-hidden="true" class="muted">▾</span></span>
      <div class="quick">
        ${[...QUICK_RANGES, ["", "Any time"] as const].map(
          ([value, name]) => html`<button class="button" aria-pressed=${value === (since ?? (label === "Any time" ? "" : "-"))} @click=${() => this.#quick(value)}>${name}</button>`,
        )}
      </div>
      <div class="exact">${this.#side("from", "From")} ${this.#side("to", "To")}</div>
      <p class="muted">Days are whole days in ${zone()}, the last one included; with a time, up to that instant.</p>
    </ind-popover>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "ind-range": RangePicker;
  }
}

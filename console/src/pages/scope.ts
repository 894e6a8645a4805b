/** Which entries a page is about: the range of time, the filters as chips, and a way back to all. */
import { html, nothing, type TemplateResult } from "lit";
import type { Api } from "../api/client.js";
import { chips } from "../log/chips.js";
import { firstEvent, noMatch } from "../log/empty.js";
import "../log/range-picker.js";
import type { Rights } from "../log/rights.js";
import { Filters } from "../state/filters.js";
import { rangeLabel } from "../state/range.js";
import { localTime, utcTime } from "../ui/time.js";

const RANGE: ReadonlySet<string> = new Set(["since", "from", "to"]);

/** When a page was asked, and how to ask it again. */
export interface AsOf {
  readonly nowMs: number;
  readonly again: () => void;
}

/** Event of `host`: `narrow` (detail: the filters to stay on the page with). On paper the range stands as text. */
export function scopeBar(host: EventTarget, filters: Filters, locale: string, when: AsOf): TemplateResult {
  const narrow = (next: Filters): void => void host.dispatchEvent(new CustomEvent("narrow", { detail: next }));
  return html`<div class="scope" role="group" aria-label="Which entries">
    <ind-range .filters=${filters} .locale=${locale} @range=${({ detail }: CustomEvent<Record<string, string>>) => narrow(filters.within(detail))}></ind-range>
    ${chips(filters, RANGE, narrow)} ${filters.empty ? nothing : html`<button class="quiet" @click=${() => narrow(Filters.none)}>Clear</button>`}
    <strong class="printed">${rangeLabel(filters, locale)}</strong>
    ${asOf(when, locale)}
  </div>`;
}

/** When the page was asked, and a button that asks again. */
export function asOf({ nowMs, again }: AsOf, locale: string): TemplateResult {
  const at = new Date(nowMs).toISOString();
  return html`<span class="as-of muted">as of <time datetime=${at} title=${utcTime(at)}>${localTime(at, locale)}</time> <button class="quiet" @click=${again}>Refresh</button></span>`;
}

/** What a page says when there is nothing to show. Event of `host`: as above. */
export function nothingHere(host: EventTarget, filters: Filters, api: Api, rights: Rights): TemplateResult {
  return filters.empty ? firstEvent(api, rights) : noMatch(() => void host.dispatchEvent(new CustomEvent("narrow", { detail: Filters.none })));
}

/** The filters with exactly this value under that name, whatever stood there before. */
export function narrowed(filters: Filters, ...pairs: readonly (readonly [string, string])[]): Filters {
  return pairs.reduce((all, [name, value]) => all.with(name, [value]), filters);
}

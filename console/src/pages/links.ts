/** Links to the log: real addresses, so that they can be copied and opened beside; followed without loading the page anew. */
import { html, nothing, type TemplateResult } from "lit";
import type { Filters } from "../state/filters.js";

/** The log's address with these filters. */
export function logHref(filters: Filters): string {
  const query = filters.toString();
  return query === "" ? "/" : `/?${query}`;
}

/** Follows a link within the console: event `ask` (detail: the filters). With a key that opens beside, the browser does it. */
export function followed(event: MouseEvent, filters: Filters): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  event.currentTarget?.dispatchEvent(new CustomEvent("ask", { detail: filters, bubbles: true, composed: true }));
}

/** A link to the log with these filters. */
export function logLink(filters: Filters, content: unknown, title?: string): TemplateResult {
  return html`<a href=${logHref(filters)} title=${title ?? nothing} @click=${(event: MouseEvent) => followed(event, filters)}>${content}</a>`;
}

/** Filters that have no button of their own, each with a way to take it off. */
import { html, type TemplateResult } from "lit";
import type { Filters } from "../state/filters.js";
import { visible } from "../ui/text.js";

const LABELS: Readonly<Record<string, string>> = { q: "Search", search: "Description", ip: "Address", http_status: "HTTP status", request_id: "Request", session_id: "Session", sequence_stream: "Stream", sequence_n: "Number in its stream", id: "ID" };

function label(name: string): string {
  const bare = name.replace(/^-/, "");
  const words = LABELS[bare] ?? bare.charAt(0).toUpperCase() + bare.slice(1).replaceAll("_", " ");
  return name.startsWith("-") ? `Not ${words}` : words;
}

/** A chip for each value of a filter that is not among `shown`. */
export function chips(filters: Filters, shown: ReadonlySet<string>, changed: (filters: Filters) => void): TemplateResult[] {
  return filters.pairs
    .filter(([name]) => !shown.has(name))
    .map(([name, value]) => {
      const rest = filters.all(name).filter((kept) => kept !== value);
      return html`<span class="chip">${label(name)}: ${visible(value)} <button class="quiet" aria-label="Without ${label(name)} ${value}" @click=${() => changed(filters.with(name, rest))}>×</button></span>`;
    });
}

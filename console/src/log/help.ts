/** The keys, and the query language in a few lines. */
import { html, type TemplateResult } from "lit";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search"],
  ["j  k", "next and previous row; with an entry open, that entry"],
  ["↓ ↑ PgDn PgUp Home End", "move among the rows"],
  ["Enter", "open the row"],
  ["Esc", "close"],
  ["?", "this help"],
];

const QUERIES: readonly (readonly [string, string])[] = [
  ["assigned", "descriptions that contain it"],
  ['"assigned to"', "with the space"],
  ["channel:auth outcome:failure", "both"],
  ["-actor:root", "not this"],
  ["severity:>=warning", "warning or critical"],
  ["http_status:4xx", "any 4xx"],
  ["since:7d", "the last seven days"],
  ["actor_type:agent reason:T-142", "what agents did for that reason"],
  ["(event:deleted OR event:updated) resource_type:user", "either, on users"],
];

export function help(): TemplateResult {
  const list = (pairs: readonly (readonly [string, string])[]): TemplateResult => html`<dl>
    ${pairs.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}
  </dl>`;
  return html`<dialog aria-labelledby="help">
    <form method="dialog"><button class="quiet" aria-label="Close" autofocus>✕</button></form>
    <h2 id="help">Keys</h2>
    ${list(KEYS)}
    <h2>Searching</h2>
    ${list(QUERIES)}
  </dialog>`;
}

/** What stands in the table's place when there is nothing to show: why, and what to do. */
import { html, nothing, type TemplateResult } from "lit";
import type { Api, Problem } from "../api/client.js";
import "../ui/copy.js";
import { PAGE_ROWS, type Pages } from "./pages.js";
import type { Rights } from "./rights.js";

/** No entry fits. */
export function noMatch(clear: () => void): TemplateResult {
  return html`<div class="state">
    <h2>No entry matches</h2>
    <p>Nothing that was recorded fits all of these filters. Widen the range of time, or take a filter off.</p>
    <button class="button" @click=${clear}>Clear all filters</button>
  </div>`;
}

/** Nothing that this page shows was recorded yet. */
export function nothingWithin(): TemplateResult {
  return html`<div class="state"><h2>Nothing is here so far</h2><p>No entry that belongs here and that you may see was recorded yet.</p></div>`;
}

/** Nothing was recorded yet but what the log says of itself; what to do about it depends on what the reader may do. */
export function firstEvent(api: Api, { firstStep }: Rights): TemplateResult {
  if (firstStep === "wait") return nothingWithin();
  const url = `${api.base}/v1/events`;
  const token = firstStep === "token" ? "-H 'Authorization: Bearer ind_…' " : "";
  const command = `curl ${token}-H 'Content-Type: application/json' -d '{"action":"door.opened","actor":{"type":"user","id":"ada"}}' ${url}`;
  return html`<div class="state first">
    <h2>Nothing was recorded yet</h2>
    ${firstStep === "token" ? html`<p>Make a token with the role Writer (<a href="/access?show=programs">Access, Programs</a>), and put it in its place below.</p>` : nothing}
    <p>Send the first event; it stands here the moment it is acknowledged:</p>
    <pre tabindex="0">${command}</pre>
    <ind-copy .value=${command} label="Copy the command"></ind-copy>
    <p class="muted">Or import what you have: <code>indelible import --help</code> lists the formats.</p>
  </div>`;
}

/** Whether these are all entries there are, and all of them the log's own. */
export function onlyItsOwn(pages: Pages | undefined): boolean {
  if (pages === undefined || !pages.complete || pages.rows > PAGE_ROWS) return false;
  return Array.from({ length: pages.rows }, (_, row) => pages.entry(row)).every((entry) => entry?.source === "indelible");
}

/** The server is gone, or could not answer. */
export function failedState(problem: Problem, retry: () => void): TemplateResult {
  const expired = problem.status === 401;
  return html`<div class="state" role="alert">
    <h2>${expired ? "Your session has ended" : problem.title}</h2>
    <p>${expired ? "Reload the page to go on; your filters stay as they are." : problem.detail}</p>
    <button class="button" @click=${retry}>Try again</button>
  </div>`;
}

/** What audits ask a log for, and whether this one holds it: the map of what is not recorded. */
import { html, type TemplateResult } from "lit";
import type { Recorded } from "../../api/types.js";
import type { Filters } from "../../state/filters.js";
import { age, count as number, utcTime } from "../../ui/time.js";
import { logLink } from "../links.js";
import { narrowed } from "../scope.js";

/** A channel that audits ask for. */
export interface Expected {
  readonly channel: string;
  /** What belongs there. */
  readonly use: string;
}

/** Source: spec/derivations.md for the channels; SOC 2 CC6.1 and CC7.2, NIS2 Art. 21(2)(j), GDPR Art. 30 for the questions. */
export const EXPECTED: readonly Expected[] = [
  { channel: "auth", use: "Sign-ins, failed ones too, and sign-outs" },
  { channel: "security", use: "Single sign-on, provisioning, firewalls and allow-lists" },
  { channel: "pii-read", use: "Who opened a person's record" },
  { channel: "audit-log", use: "Use of this log itself: exports, verifications, starts" },
];

/** A list: each channel with what belongs there, and how much of it there is. */
export function expectedList(channels: readonly Recorded[], filters: Filters, nowMs: number, locale: string): TemplateResult {
  return html`<ul class="expected">
    ${EXPECTED.map(({ channel, use }) => {
      const row = channels.find(({ value }) => value === channel);
      const state =
        row === undefined
          ? html`<span class="badge amber"><span aria-hidden="true">!</span>nothing recorded</span>`
          : html`<span class="badge emerald"><span aria-hidden="true">✓</span>${number(row.count, locale)} ${row.count === 1 ? "entry" : "entries"}</span>
              <span class="muted last">last <time datetime=${row.last_seen} title=${utcTime(row.last_seen)}>${age(row.last_seen, nowMs, locale)}</time></span>`;
      return html`<li><strong>${row === undefined ? channel : logLink(narrowed(filters, ["channel", channel]), channel)}</strong><span class="muted use">${use}</span>${state}</li>`;
    })}
  </ul>`;
}

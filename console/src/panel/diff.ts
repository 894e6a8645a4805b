/** What was changed: each field with its value before and after. */
import { css, html, type TemplateResult } from "lit";
import { visible } from "../ui/text.js";
import { laidOut, memberText, membersOf } from "./json.js";

export const diffStyles = css`
  .diff {
    width: 100%;
    border-collapse: collapse;
    table-layout: fixed;
    font-size: 12px;
  }
  .diff th {
    text-align: left;
    font-weight: 500;
    color: var(--muted);
    padding: 3px 8px 3px 0;
  }
  .diff thead th {
    border-bottom: 1px solid var(--line);
  }
  .diff td,
  .diff tbody th {
    vertical-align: top;
    border-bottom: 1px solid var(--line);
    padding: 4px 8px 4px 0;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .diff del,
  .diff ins {
    text-decoration: none;
    border-radius: 3px;
    padding: 1px 4px;
  }
  .diff del {
    background: var(--rose-bg);
    color: var(--rose);
  }
  .diff ins {
    background: var(--emerald-bg);
    color: var(--emerald);
  }
`;

/** What stands in the place of a value that is withheld, or whose person was erased. */
const WITHHELD = "$personal";

/** A value as a reader sees it: strings as they are, all else as JSON with the digits it came with. */
function shown(value: string): string {
  return value.startsWith('"') ? (JSON.parse(value) as string) : laidOut(value);
}

function side(value: string | undefined, sign: "before" | "after"): TemplateResult {
  if (value === undefined) return html`<span class="muted">—</span>`;
  if (memberText(value, WITHHELD) !== undefined) return html`<span class="muted">withheld</span>`;
  const text = html`<span class="hidden">${sign}: </span>${visible(shown(value))}`;
  return sign === "before" ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
}

/** `changes` is the member's own text: parsed, a number would lose digits. */
export function diff(changes: string): TemplateResult {
  const rows = membersOf(changes).map(([field, change]) => {
    const whole = memberText(change, WITHHELD) !== undefined ? change : undefined;
    return html`<tr>
      <th scope="row">${visible(field)}</th>
      <td>${side(whole ?? memberText(change, "before"), "before")}</td>
      <td>${side(whole ?? memberText(change, "after"), "after")}</td>
    </tr>`;
  });
  return html`<table class="diff">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Before</th>
        <th scope="col">After</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

/** What was changed: each field with its value before and after. */
import { css, html, nothing, type TemplateResult } from "lit";
import type { Entry, Json } from "../api/types.js";
import { visible } from "../ui/text.js";

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

/** A value as text: strings as they are, all else as JSON. */
function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

export function diff(changes: NonNullable<Entry["changes"]>): TemplateResult {
  const side = (value: Json | undefined, sign: string, tag: "del" | "ins"): TemplateResult => {
    if (value === undefined) return html`<span class="muted">—</span>`;
    const text = html`<span class="hidden">${sign}</span>${visible(shown(value))}`;
    return tag === "del" ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
  };
  const rows = Object.entries(changes);
  return html`<table class="diff">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Before</th>
        <th scope="col">After</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([field, { before, after }]) =>
          html`<tr>
            <th scope="row">${visible(field)}</th>
            <td>${side(before, "before: ", "del")}</td>
            <td>${side(after, "after: ", "ins")}</td>
          </tr>`,
      )}
      ${rows.length === 0 ? html`<tr><td colspan="3" class="muted">No field</td></tr>` : nothing}
    </tbody>
  </table>`;
}

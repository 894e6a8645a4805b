/** The page's figures: how many entries, how many of them fail, how severe they are; each leads to its entries. */
import { css, html, type TemplateResult } from "lit";
import type { Filters } from "../../state/filters.js";
import { count as number } from "../../ui/time.js";
import { followed, logHref } from "../links.js";
import { narrowed } from "../scope.js";
import type { Figures } from "./questions.js";

export const figureStyles = css`
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(130px, 1fr));
    gap: 8px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .figures a {
    display: block;
    padding: 8px 12px;
    border: 1px solid var(--line);
    border-radius: 8px;
    color: inherit;
    text-decoration: none;
  }
  .figures a:hover {
    background: var(--hover);
  }
  .figures strong {
    display: block;
    font-size: 20px;
    font-weight: 600;
    line-height: 1.3;
  }
`;

export function figureList({ entries, outcome, severity }: Figures, filters: Filters, locale: string): TemplateResult {
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const figure = (label: string, count: number, to: Filters): TemplateResult => {
    const part = to === filters || entries === 0 ? "" : ` · ${percent.format(count / entries)}`;
    return html`<li>
      <a href=${logHref(to)} @click=${(event: MouseEvent) => followed(event, to)}><strong>${number(count, locale)}</strong> <span class="muted">${label}${part}</span></a>
    </li>`;
  };
  const of = (label: string, name: string, value: string, counts: ReadonlyMap<string, number>): TemplateResult => figure(label, counts.get(value) ?? 0, narrowed(filters, [name, value]));
  return html`<ul class="figures">
    ${figure(entries === 1 ? "entry" : "entries", entries, filters)} ${of("failed", "outcome", "failure", outcome)} ${of("critical", "severity", "critical", severity)}
    ${of("warnings", "severity", "warning", severity)}
  </ul>`;
}

/** A ranked list: values, their counts, and a quiet bar each; every row leads to its entries. */
import { css, html, type TemplateResult } from "lit";
import type { Counted } from "../../api/types.js";
import type { Filters } from "../../state/filters.js";
import { visible, visibleText } from "../../ui/text.js";
import { count as number } from "../../ui/time.js";
import { followed, logHref } from "../links.js";
import { ranked } from "./ranking.js";

/** Rows of a list. */
export const RANKED_MAX = 10;

export const rankedStyles = css`
  .ranked {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .ranked a {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 1px 12px;
    padding: 3px 6px 4px;
    margin: 0 -6px;
    border-radius: var(--radius);
    color: inherit;
    text-decoration: none;
  }
  .ranked a:hover {
    background: var(--hover);
  }
  .ranked .value {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .ranked a:hover .value {
    text-decoration: underline;
    text-decoration-color: var(--accent);
  }
  .track {
    grid-column: 1 / -1;
    height: 4px;
    border-radius: 2px;
    background: var(--surface);
  }
  .fill {
    display: block;
    height: 100%;
    min-width: 2px;
    border-radius: 2px;
    background: light-dark(#98a3b5, #66718a);
  }
  .fill.failure {
    background: light-dark(#cf2e4f, #ef5a78);
  }
`;

/** How the rows of a list look and where they lead. */
export interface RankedOptions {
  readonly locale: string;
  /** The log's filters for a value. */
  readonly filtersOf: (value: string) => Filters;
  /** What is counted, in words: `entries`. */
  readonly unit: string;
  /** What a value is called beside itself. */
  readonly names?: ReadonlyMap<string, string> | undefined;
  /** What is said where nothing was counted. */
  readonly none: string;
}

export function rankedList(values: readonly Counted[], { locale, filtersOf, unit, names, none }: RankedOptions): TemplateResult {
  if (values.length === 0) return html`<p class="none">${none}</p>`;
  return html`<ol class="ranked">
    ${ranked(values, RANKED_MAX).map(({ value, count, share }) => {
      const [filters, name] = [filtersOf(value), names?.get(value)];
      return html`<li>
        <a href=${logHref(filters)} title=${visibleText(name === undefined ? value : `${name} – ${value}`)} @click=${(event: MouseEvent) => followed(event, filters)}>
          <span class="value">${name === undefined ? visible(value) : html`${visible(name)} <span class="muted">${visible(value)}</span>`}</span>
          <span>${number(count, locale)}<span class="hidden"> ${unit}</span></span>
          <span class="track" aria-hidden="true"><span class="fill ${unit === "failures" ? "failure" : ""}" .style=${`width:${(share * 100).toFixed(1)}%`}></span></span>
        </a>
      </li>`;
    })}
  </ol>`;
}

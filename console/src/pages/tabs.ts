/** Parts of a page as links in a row; each has an address of its own. */
import { css, html, type TemplateResult } from "lit";

export const tabStyles = css`
  .tabs {
    display: flex;
    gap: 2px;
    margin: 14px 0 0;
    overflow-x: auto;
    border-bottom: 1px solid var(--line);
  }
  .tabs a {
    padding: 6px 12px;
    color: var(--muted);
    text-decoration: none;
    white-space: nowrap;
    border-bottom: 2px solid transparent;
    border-radius: var(--radius) var(--radius) 0 0;
  }
  .tabs a:hover {
    background: var(--hover);
    color: var(--text);
  }
  .tabs a:focus-visible {
    outline-offset: -2px;
  }
  .tabs a[aria-current="page"] {
    color: var(--text);
    border-bottom-color: var(--accent);
  }
`;

export interface Tab {
  readonly name: string;
  readonly label: string;
}

/** `turn` is told when one is followed without leaving the page. */
export function tabs(label: string, all: readonly Tab[], shown: string, hrefOf: (name: string) => string, turn: (name: string) => void): TemplateResult {
  const followed = (event: MouseEvent, name: string): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    turn(name);
  };
  return html`<nav class="tabs" aria-label=${label}>
    ${all.map((tab) => html`<a href=${hrefOf(tab.name)} aria-current=${tab.name === shown ? "page" : "false"} @click=${(event: MouseEvent) => followed(event, tab.name)}>${tab.label}</a>`)}
  </nav>`;
}

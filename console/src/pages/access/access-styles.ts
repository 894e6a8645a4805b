import { css } from "lit";

/** Lists, facts and tools of the page Access. */
export const accessStyles = css`
  :host {
    display: block;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin: 12px 0;
  }
  .pane {
    margin-top: 8px;
  }
  .rows th,
  .rows td {
    min-width: 72px;
    max-width: 380px;
    overflow-wrap: break-word;
  }
  .rows tr.gone > * {
    color: var(--muted);
  }
  .facts {
    display: grid;
    grid-template-columns: minmax(88px, 1fr) minmax(0, 3fr);
    gap: 6px 14px;
    margin: 8px 0 0;
  }
  .facts dt {
    color: var(--muted);
  }
  .facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .grants {
    margin: 0;
    padding: 0;
    list-style: none;
    display: grid;
    gap: 4px;
  }
  .levels {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(180px, 1fr));
    gap: 10px;
  }
  h2 {
    margin: 0;
    font-size: 16px;
    overflow-wrap: anywhere;
  }
  h3 {
    margin: 24px 0 6px;
    padding-top: 12px;
    border-top: 1px solid var(--line);
    font-size: 14px;
    font-weight: 600;
  }
  .sides {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(0, 2fr);
    gap: 8px 40px;
  }
  .sides > :last-child > h3:first-child,
  .pane > h3:first-of-type {
    margin-top: 12px;
    padding-top: 0;
    border-top: 0;
  }
  @media (max-width: 900px) {
    .sides {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;

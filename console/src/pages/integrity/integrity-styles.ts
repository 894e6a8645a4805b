import { css } from "lit";

/** Facts, commands and results of the page on integrity. */
export const integrityStyles = css`
  p {
    margin: 0 0 8px;
    max-width: 78ch;
  }
  h3 {
    margin: 12px 0 4px;
    font-size: 13px;
    font-weight: 600;
  }
  .facts {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 6px 16px;
    align-items: baseline;
    margin: 0 0 10px;
  }
  .facts dt {
    color: var(--muted);
  }
  .facts dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 14px;
    margin-top: 8px;
  }
  .command {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: start;
    gap: 4px 8px;
    margin: 0 0 12px;
  }
  .command p {
    grid-column: 1 / -1;
    margin: 0;
  }
  .sides {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 28px 32px;
    align-items: start;
    margin-top: 20px;
  }
  .side {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 28px;
  }
  [aria-disabled="true"] {
    opacity: 0.55;
    cursor: default;
  }
  @media (max-width: 860px) {
    .sides {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  @media print {
    button,
    ind-copy {
      display: none !important;
    }
  }
  @media (max-width: 560px) {
    .facts {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    .facts dd {
      margin-bottom: 8px;
    }
  }
`;

import { css } from "lit";

/** What stands in an answer's place: skeletons, and why there is none. */
export const blockStyles = css`
  .waiting .skeleton {
    margin: 11px 0;
  }
  .failed {
    padding: 10px 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .failed:not(:last-child) {
    margin-bottom: 10px;
  }
  .failed p {
    margin: 0 0 8px;
    overflow-wrap: anywhere;
  }
`;

/** How a page and its blocks stand: in columns where there is room, below one another where there is not, and on paper. */
export const pageStyles = css`
  ${blockStyles}
  :host {
    display: block;
    background: var(--bg);
  }
  .page {
    max-width: 1320px;
    margin: 0 auto;
    padding: 16px 16px 48px;
  }
  h1 {
    margin: 0;
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  h2 {
    margin: 0;
    font-size: 14px;
    font-weight: 600;
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px 16px;
  }
  .scope {
    display: flex;
    flex: 1;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .as-of {
    margin-left: auto;
  }
  .printed {
    display: none;
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    max-width: 100%;
    min-height: 30px;
    padding: 0 4px 0 10px;
    border: 1px solid var(--accent);
    border-radius: var(--radius);
    background: var(--chosen);
    overflow-wrap: anywhere;
  }
  .lead {
    margin: 6px 0 0;
    max-width: 78ch;
    color: var(--muted);
  }
  .blocks {
    display: grid;
    grid-template-columns: repeat(6, minmax(0, 1fr));
    gap: 28px 32px;
    margin-top: 20px;
  }
  .block {
    min-width: 0;
    border-top: 1px solid var(--line);
    padding-top: 12px;
  }
  .wide {
    grid-column: span 6;
  }
  .half {
    grid-column: span 3;
  }
  .third {
    grid-column: span 2;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    justify-content: space-between;
    gap: 4px 12px;
    margin-bottom: 8px;
  }
  .note {
    margin: -4px 0 8px;
    max-width: 78ch;
    color: var(--muted);
  }
  .block[aria-busy="true"] > :not(.head) {
    opacity: 0.6;
  }
  .none {
    margin: 0;
    color: var(--muted);
  }
  pre {
    margin: 0;
    padding: 10px 12px;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .state {
    padding: 56px 8px;
    max-width: 760px;
    margin: 0 auto;
    text-align: center;
  }
  .state pre {
    text-align: left;
  }
  @media (max-width: 1000px) {
    .third {
      grid-column: span 3;
    }
  }
  @media (max-width: 700px) {
    .page {
      padding: 12px 10px 40px;
    }
    .scope {
      flex-basis: 100%;
    }
    .as-of {
      margin-left: 0;
    }
    .blocks {
      gap: 24px;
    }
    .half,
    .third {
      grid-column: span 6;
    }
  }
  @media print {
    .page {
      max-width: none;
      padding: 0;
    }
    .block {
      break-inside: avoid;
    }
    .printed {
      display: inline;
    }
    button,
    ind-copy,
    ind-range {
      display: none;
    }
  }
`;

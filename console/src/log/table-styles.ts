import { css } from "lit";

/** Rows are grids of one set of columns; the head stays in sight while the rows scroll below it. */
export const tableStyles = css`
  :host {
    display: block;
    min-height: 0;
    overflow: hidden;
  }
  .scroll {
    height: 100%;
    overflow: auto;
    overscroll-behavior: contain;
    contain: strict;
    border-top: 1px solid var(--line);
  }
  .head,
  .row {
    display: grid;
    grid-template-columns: var(--columns);
    min-width: var(--total);
    width: 100%;
  }
  .head {
    position: sticky;
    top: 0;
    z-index: 2;
    height: 32px;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
    font-weight: 600;
    font-size: 12px;
    color: var(--muted);
  }
  .head .cell {
    position: relative;
    line-height: 31px;
  }
  .body {
    position: relative;
    min-width: var(--total);
  }
  .row {
    position: absolute;
    left: 0;
    top: 0;
    height: 34px;
    border-bottom: 1px solid var(--line);
    cursor: default;
    contain: layout style;
  }
  .row:hover {
    background: var(--hover);
  }
  .row.open {
    background: var(--chosen);
  }
  .row:focus-visible {
    outline-offset: -2px;
  }
  .cell {
    padding: 0 10px;
    line-height: 33px;
    overflow: hidden;
    white-space: nowrap;
    text-overflow: ellipsis;
    min-width: 0;
  }
  .cell .skeleton {
    margin-top: 12px;
    width: 70%;
  }
  .cell .badge {
    vertical-align: middle;
  }
  .row.critical .cell:first-child {
    box-shadow: inset 3px 0 0 var(--rose);
  }
  .edge {
    position: absolute;
    top: 6px;
    bottom: 6px;
    right: 0;
    width: 9px;
    cursor: col-resize;
    touch-action: none;
    border-right: 1px solid var(--line);
  }
  .edge:hover,
  .edge:focus-visible {
    border-right: 2px solid var(--accent);
  }
  .details {
    font-size: 12px;
  }
  @media print {
    .scroll {
      height: auto;
      overflow: visible;
      contain: none;
    }
    .body {
      height: auto !important;
    }
    .row {
      position: static;
      transform: none !important;
      break-inside: avoid;
    }
  }
`;

import { css } from "lit";

/** Tables of pages: quiet lines, numbers to the right, wide ones scroll within themselves. */
export const tableStyles = css`
  .scroll {
    position: relative;
    overflow-x: auto;
  }
  .rows {
    width: 100%;
    border-collapse: collapse;
  }
  .rows caption {
    text-align: left;
    color: var(--muted);
    padding-bottom: 6px;
  }
  .rows th,
  .rows td {
    padding: 5px 12px 5px 0;
    text-align: left;
    vertical-align: baseline;
    border-bottom: 1px solid var(--line);
    font-weight: 400;
  }
  .rows thead th {
    color: var(--muted);
    font-size: 12px;
    white-space: nowrap;
  }
  .rows .number {
    text-align: right;
    white-space: nowrap;
    padding-right: 24px;
  }
  .rows time {
    white-space: nowrap;
  }
  .rows tbody th {
    overflow-wrap: anywhere;
    min-width: 120px;
  }
  .rows tbody tr:hover {
    background: var(--hover);
  }
  .rows tbody th a:only-child:not(:hover, :focus-visible) {
    text-decoration: none;
  }
  .rows th:last-child,
  .rows td:last-child {
    padding-right: 0;
  }
  @media print {
    button.quiet {
      display: none;
    }
  }
  @media (max-width: 560px) {
    .rows th,
    .rows td {
      padding-right: 8px;
    }
    .rows .number {
      padding-right: 12px;
    }
    .rows .spare {
      display: none;
    }
  }
`;

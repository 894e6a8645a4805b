import { css } from "lit";

/** Colours and sizes of the heat map. Numbers stand in the cells where these are wide enough. */
export const heatStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    --h0: var(--surface);
    --h1: color-mix(in srgb, var(--accent) 13%, var(--bg));
    --h2: color-mix(in srgb, var(--accent) 28%, var(--bg));
    --h3: color-mix(in srgb, var(--accent) 50%, var(--bg));
    --h4: var(--accent);
    --h5: color-mix(in srgb, var(--accent) 60%, var(--text));
  }
  .said {
    margin: 0 0 6px;
    min-height: 19px;
  }
  table {
    width: 100%;
    table-layout: fixed;
    border-collapse: separate;
    border-spacing: 2px;
  }
  th {
    padding: 0;
    font-weight: 400;
    font-size: 11px;
    color: var(--muted);
  }
  th[scope="row"],
  th:first-child {
    width: 36px;
    text-align: left;
    overflow: hidden;
    white-space: nowrap;
  }
  abbr {
    text-decoration: none;
  }
  td {
    height: 24px;
    padding: 0;
    border-radius: 3px;
    text-align: center;
    font-size: 11px;
    overflow: hidden;
    white-space: nowrap;
  }
  td:hover {
    outline: 1px solid var(--text);
  }
  .h0 {
    background: var(--h0);
    color: var(--muted);
  }
  .h1 {
    background: var(--h1);
  }
  .h2 {
    background: var(--h2);
  }
  .h3 {
    background: var(--h3);
    color: light-dark(#10131c, #ffffff);
  }
  .h4 {
    background: var(--h4);
    color: var(--on-accent);
  }
  .h5 {
    background: var(--h5);
    color: var(--on-accent);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    margin: 8px 0 0;
    padding: 0;
    list-style: none;
    font-size: 12px;
    color: var(--muted);
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 5px;
  }
  .legend i {
    width: 12px;
    height: 12px;
    border-radius: 3px;
  }
  @container (max-width: 820px) {
    table {
      border-spacing: 1px;
    }
    td {
      height: 20px;
      border-radius: 2px;
    }
    td span,
    th abbr:not(.sixth, .third) {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
  @container (max-width: 480px) {
    th abbr:not(.sixth) {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    th[scope="row"],
    th:first-child {
      width: 30px;
    }
  }
  @media print {
    td {
      border: 1px solid var(--line);
      print-color-adjust: exact;
    }
  }
`;

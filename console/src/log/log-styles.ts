import { css } from "lit";

/** How the log's parts stand beside and above one another, on wide pages, narrow ones and paper. */
export const logStyles = css`
  :host {
    display: block;
    height: 100%;
    min-height: 420px;
    background: var(--bg);
  }
  .log {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    height: 100%;
  }
  .log.opened {
    grid-template-columns: minmax(0, 1fr) minmax(360px, 34%);
  }
  .main {
    display: grid;
    grid-template-rows: auto auto auto auto minmax(0, 1fr);
    min-width: 0;
    min-height: 0;
  }
  .bar,
  .filters,
  .counted {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    padding: 8px 16px 0;
  }
  .bar {
    --button-height: 34px;
    align-items: flex-start;
  }
  .counted {
    gap: 12px;
    min-height: 30px;
  }
  .count {
    font-size: 15px;
    font-weight: 600;
  }
  .by {
    margin-left: auto;
  }
  .paper {
    display: none;
  }
  .gone {
    color: var(--rose);
  }
  .chip {
    display: inline-flex;
    align-items: center;
    gap: 2px;
    max-width: 320px;
    min-height: 30px;
    padding: 0 4px 0 10px;
    border: 1px solid var(--accent);
    border-radius: var(--radius);
    background: var(--chosen);
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .dot {
    width: 8px;
    height: 8px;
    border-radius: 50%;
    background: var(--muted);
  }
  .dot.on {
    background: light-dark(#0a8a55, #3ddb96);
  }
  .dot.off {
    background: light-dark(#cf2e4f, #ef5a78);
  }
  ind-timeline {
    padding: 4px 16px 8px;
    min-width: 0;
  }
  .table {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }
  .table ind-table {
    flex: 1;
  }
  .failed {
    margin: 0;
    padding: 6px 16px;
    background: var(--rose-bg);
    color: var(--rose);
  }
  .state {
    padding: 56px 24px;
    max-width: 760px;
    margin: 0 auto;
    text-align: center;
  }
  .state.first {
    padding: 20px 24px;
  }
  .state h2 {
    margin: 0;
    font-size: 18px;
  }
  .state pre {
    text-align: left;
    padding: 12px;
    background: var(--surface);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .panel {
    min-width: 0;
    min-height: 0;
  }
  dialog {
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--bg);
    color: var(--text);
    max-width: min(640px, calc(100vw - 32px));
    padding: 16px 20px;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  dialog form {
    float: right;
  }
  dialog h2 {
    margin: 8px 0;
    font-size: 15px;
  }
  dialog dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 6px 14px;
    margin: 0 0 12px;
  }
  dialog dd {
    margin: 0;
  }
  kbd {
    font: 12px var(--mono);
  }
  @media (max-width: 900px) {
    .log.opened {
      grid-template-columns: minmax(0, 1fr);
    }
    .panel {
      position: fixed;
      inset: 0 0 0 auto;
      width: min(100vw, 520px);
      z-index: 20;
      box-shadow: -12px 0 40px rgb(0 0 0 / 25%);
    }
  }
  @media (max-width: 560px) {
    .bar,
    .filters,
    .counted,
    ind-timeline {
      padding-left: 10px;
      padding-right: 10px;
    }
    .filters {
      flex-wrap: nowrap;
      overflow-x: auto;
      padding-bottom: 4px;
    }
    .panel {
      width: 100vw;
    }
  }
  @media print {
    :host,
    .log,
    .main,
    .table {
      display: block;
      height: auto;
    }
    .paper {
      display: inline;
    }
    .bar,
    .filters .clear,
    .by,
    .fresh {
      display: none;
    }
  }
`;

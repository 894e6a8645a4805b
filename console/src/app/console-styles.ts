import { css } from "lit";

/** The head above, the page below, and what stands over both. */
export const consoleStyles = css`
  :host {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
    height: 100vh;
    height: 100dvh;
    background: var(--bg);
  }
  header {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 6px 16px;
    border-bottom: 1px solid var(--line);
    overflow-x: auto;
  }
  .brand {
    font-weight: 650;
    letter-spacing: -0.01em;
    margin-right: 14px;
  }
  nav {
    display: flex;
    gap: 2px;
  }
  nav a {
    padding: 5px 10px;
    border-radius: var(--radius);
    color: var(--muted);
    text-decoration: none;
    white-space: nowrap;
  }
  nav a:hover {
    background: var(--hover);
    color: var(--text);
  }
  nav a[aria-current="page"] {
    background: var(--chosen);
    color: var(--text);
  }
  .right {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-left: auto;
  }
  .theme {
    min-width: 28px;
    font-size: 16px;
  }
  main {
    /* What is hidden in it must not make the document longer. */
    position: relative;
    display: flex;
    flex-direction: column;
    min-height: 0;
    overflow: auto;
  }
  .skip {
    position: absolute;
    left: -9999px;
  }
  .skip:focus {
    left: 8px;
    top: 8px;
    z-index: 30;
    background: var(--bg);
    padding: 8px;
  }
  main > * {
    flex: none;
  }
  main > .content {
    flex: 1;
    min-height: 0;
  }
  .entrance {
    padding: 12vh 16px 48px;
  }
  .entrance h1 {
    width: min(380px, 100%);
    margin: 0 auto 4px;
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .entrance p {
    width: min(380px, 100%);
    margin: 0 auto 16px;
  }
  .state {
    padding: 56px 24px;
    max-width: 640px;
    margin: 0 auto;
    text-align: center;
    overflow-wrap: anywhere;
  }
  .notice {
    margin: 0;
    padding: 8px 16px;
    background: var(--amber-bg);
    color: var(--amber);
    overflow-wrap: anywhere;
  }
  dialog {
    width: min(440px, calc(100vw - 24px));
    padding: 20px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--bg);
    color: var(--text);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  dialog h2 {
    margin: 0 0 4px;
    font-size: 18px;
  }
  dialog p {
    margin: 0 0 12px;
  }
  dialog .field {
    width: 100%;
    height: 36px;
  }
  @media (max-width: 800px) {
    header {
      flex-wrap: wrap;
      overflow: visible;
    }
    nav {
      order: 1;
      flex-basis: 100%;
      overflow-x: auto;
    }
  }
  @media (max-width: 560px) {
    header {
      padding: 6px 10px;
    }
    .brand {
      margin-right: 4px;
    }
    nav a {
      padding: 5px 7px;
    }
  }
  @media (max-width: 380px) {
    nav {
      gap: 0;
    }
    nav a {
      padding: 5px;
    }
    header {
      padding: 6px 8px;
      gap: 2px;
    }
    .theme {
      min-width: 24px;
    }
  }
  @media print {
    :host {
      display: block;
      height: auto;
    }
    header {
      display: none;
    }
    main {
      overflow: visible;
    }
  }
`;

import { css } from "lit";

/** Forms one fills in to get in: one column, quiet, wide enough for an e-mail address. */
export const signInStyles = css`
  :host {
    display: block;
  }
  .card {
    width: min(380px, 100%);
    margin: 0 auto;
  }
  h1,
  h2 {
    margin: 0 0 4px;
    font-size: 20px;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  p {
    margin: 0 0 12px;
  }
  form {
    display: grid;
    gap: 12px;
    margin-top: 16px;
  }
  label {
    display: grid;
    gap: 4px;
  }
  .field {
    width: 100%;
    height: 36px;
  }
  .code {
    font: 18px var(--mono);
    letter-spacing: 0.2em;
  }
  .button {
    justify-content: center;
    min-height: 36px;
    width: 100%;
  }
  .refused {
    margin: 0;
    padding: 8px 10px;
    border-radius: var(--radius);
    background: var(--rose-bg);
    color: var(--rose);
    overflow-wrap: anywhere;
  }
  .providers {
    display: grid;
    gap: 8px;
    margin-top: 16px;
  }
  .or {
    display: flex;
    align-items: center;
    gap: 10px;
    margin: 16px 0 0;
    color: var(--muted);
  }
  .or::before,
  .or::after {
    content: "";
    flex: 1;
    border-top: 1px solid var(--line);
  }
`;

/** The look, in one place: colours, sizes and the elements every part uses. Themed by the `--indelible-*` properties. */
import { css } from "lit";

export const tokens = css`
  :host {
    --bg: var(--indelible-background, light-dark(#ffffff, #0f1115));
    --surface: var(--indelible-surface, light-dark(#f6f7f9, #171a20));
    --line: var(--indelible-line, light-dark(#e3e5ea, #2a2f38));
    --text: var(--indelible-text, light-dark(#16181d, #e8eaef));
    --muted: var(--indelible-muted, light-dark(#5a606c, #9ba3b1));
    --accent: var(--indelible-accent, light-dark(#3d4fd1, #98a5ff));
    --on-accent: var(--indelible-on-accent, light-dark(#ffffff, #10131c));
    --hover: color-mix(in srgb, var(--accent) 7%, var(--bg));
    --chosen: color-mix(in srgb, var(--accent) 14%, var(--bg));
    --emerald-bg: light-dark(#d5f5e5, #0c3a2c);
    --emerald: light-dark(#06573f, #9cf0cd);
    --sky-bg: light-dark(#dcf0fd, #0d3550);
    --sky: light-dark(#084c74, #b3e2fd);
    --rose-bg: light-dark(#ffe2e6, #4d1622);
    --rose: light-dark(#96112f, #fec6cf);
    --amber-bg: light-dark(#fdf0c3, #43330b);
    --amber: light-dark(#734508, #fbe28c);
    --slate-bg: light-dark(#e8ebf0, #262c36);
    --slate: light-dark(#3a4452, #cfd6e1);
    --radius: 6px;
    --font: var(--indelible-font, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif);
    --mono: var(--indelible-font-mono, ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace);
    color: var(--text);
    font: 13px/1.45 var(--font);
    font-variant-numeric: tabular-nums;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    cursor: pointer;
  }
  .button {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: var(--button-height, 30px);
    padding: 0 10px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--bg);
    white-space: nowrap;
    text-decoration: none;
    color: inherit;
  }
  .button:hover:not(:disabled) {
    background: var(--hover);
  }
  .button[aria-pressed="true"],
  .button.active {
    border-color: var(--accent);
    background: var(--chosen);
  }
  .button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  .button:disabled {
    opacity: 0.55;
    cursor: default;
  }
  .quiet {
    border: 0;
    background: none;
    padding: 2px 4px;
    color: var(--accent);
    border-radius: 4px;
  }
  .quiet:hover {
    text-decoration: underline;
  }
  .field {
    height: 30px;
    padding: 0 8px;
    border: 1px solid color-mix(in srgb, var(--muted) 55%, var(--line));
    border-radius: var(--radius);
    background: var(--bg);
  }
  a {
    color: var(--accent);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  code,
  pre,
  .mono {
    font-family: var(--mono);
    font-size: 12px;
  }
  .muted {
    color: var(--muted);
  }
  .hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .control {
    color: var(--rose);
    background: var(--rose-bg);
    border-radius: 3px;
    font: 10px/1 var(--mono);
    padding: 0 2px;
    unicode-bidi: isolate;
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** A grey bar where something will stand. */
export const skeleton = css`
  .skeleton {
    display: block;
    height: 10px;
    border-radius: 5px;
    background: var(--slate-bg);
    animation: breathe 1.2s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }
`;

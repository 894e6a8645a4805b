/** Badges: a colour, and always a word or a sign as well. */
import { css, html, nothing, type TemplateResult } from "lit";
import { visible } from "./text.js";

export const badgeStyles = css`
  .badge {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    padding: 0 7px;
    line-height: 19px;
    border-radius: 10px;
    font-size: 12px;
    white-space: nowrap;
    background: var(--slate-bg);
    color: var(--slate);
  }
  .badge.emerald {
    background: var(--emerald-bg);
    color: var(--emerald);
  }
  .badge.sky {
    background: var(--sky-bg);
    color: var(--sky);
  }
  .badge.rose {
    background: var(--rose-bg);
    color: var(--rose);
  }
  .badge.amber {
    background: var(--amber-bg);
    color: var(--amber);
  }
`;

const EVENTS: Readonly<Record<string, string>> = { created: "emerald", updated: "sky", deleted: "rose" };
const SEVERITIES: Readonly<Record<string, readonly [string, string]>> = {
  info: ["", "·"],
  warning: ["amber", "!"],
  critical: ["rose", "‼"],
};

export function eventBadge(event: string): TemplateResult {
  return html`<span class="badge ${EVENTS[event] ?? ""}">${visible(event.replaceAll("_", " "))}</span>`;
}

export function severityBadge(severity: string): TemplateResult {
  const [colour, sign] = SEVERITIES[severity] ?? ["", ""];
  return html`<span class="badge ${colour}"><span aria-hidden="true">${sign}</span>${severity}</span>`;
}

export function outcomeBadge(outcome: string | undefined): TemplateResult | typeof nothing {
  if (outcome === undefined) return nothing;
  const good = outcome === "success";
  return html`<span class="badge ${good ? "emerald" : "rose"}"><span aria-hidden="true">${good ? "✓" : "✗"}</span>${outcome}</span>`;
}

/** ✓ or ✗, with the word for those who do not see it. */
export function outcomeMark(outcome: string | undefined): TemplateResult | string {
  if (outcome === undefined) return "—";
  const good = outcome === "success";
  return html`<span class="badge ${good ? "emerald" : "rose"}" title=${outcome}><span aria-hidden="true">${good ? "✓" : "✗"}</span><span class="hidden">${outcome}</span></span>`;
}

/** Software that decides: told from people at a glance. */
export function agentBadge(): TemplateResult {
  return html`<span class="badge sky"><span aria-hidden="true">◆</span>Agent</span>`;
}

export function systemBadge(word = "System"): TemplateResult {
  return html`<span class="badge">${word}</span>`;
}

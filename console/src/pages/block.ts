/** A block of a page: a heading and, below it, an answer, a skeleton, or why there is neither. */
import { html, nothing, type TemplateResult } from "lit";
import type { Problem } from "../api/client.js";
import type { Answer } from "./answer.js";

/** What a block says beside its answer. */
export interface BlockOptions {
  /** A sentence below the heading. */
  readonly note?: unknown;
  /** What can be done with it, at the heading's right. */
  readonly tools?: unknown;
  /** Lines of the skeleton. */
  readonly lines?: number;
  /** Class that says how much room it takes. */
  readonly room?: "wide" | "half" | "third";
}

/** A block that is always there. */
export function section(title: string, content: unknown, { note, tools, room = "wide" }: BlockOptions = {}, busy = false): TemplateResult {
  const id = `block-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return html`<section class="block ${room}" aria-labelledby=${id} aria-busy=${busy}>
    <div class="head"><h2 id=${id}>${title}</h2>${tools ?? nothing}</div>
    ${note === undefined ? nothing : html`<p class="note">${note}</p>`} ${content}
  </section>`;
}

/** A block that shows an answer. One of `undefined` shows nothing at all: the server does not know the question. */
export function block<T>(title: string, answer: Answer<T | undefined>, show: (value: T) => unknown, options: BlockOptions = {}): TemplateResult | typeof nothing {
  const { value, failure, asking } = answer;
  if (failure !== undefined && !asking) return section(title, failed(failure, answer.again), options);
  if (value !== undefined) return section(title, show(value), options, asking);
  return asking ? section(title, waiting(options.lines ?? 5), options, true) : nothing;
}

/** Grey bars where lines will stand. */
export function waiting(lines: number): TemplateResult {
  const widths = [92, 74, 81, 58, 66];
  return html`<div class="waiting"><span class="hidden">Loading</span>${Array.from({ length: lines }, (_, line) => html`<span class="skeleton" .style=${`width:${widths[line % widths.length] ?? 70}%`}></span>`)}</div>`;
}

/** Why there is no answer, and a way to ask again. */
export function failed(problem: Problem, again: () => void): TemplateResult {
  return html`<div class="failed" role="alert">
    <p><strong>${problem.title}.</strong> ${sentence(problem.detail)}</p>
    <button class="button" @click=${again}>Try again</button>
  </div>`;
}

/** A server's detail begins like the middle of a sentence. */
function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

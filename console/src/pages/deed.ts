/** Something one does to the log's administration: asked for in a dialog, done once, and never shown as done where it was not. */
import { css, html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Problem } from "../api/client.js";
import "../ui/copy.js";
import { problemOf } from "./answer.js";

/** What goes with every change, as the interface takes it: parts of its body. */
export interface Said {
  readonly reason?: string;
  /** Whether the one who does it knows that he shuts himself out. */
  readonly confirm?: true;
}

/** A secret that the server gives once: it stands there until it was kept. */
export interface ShownOnce {
  readonly heading: string;
  readonly text: unknown;
  readonly secret: string;
}

/** The deed goes on with another step. */
export interface NextStep {
  readonly next: DeedOptions;
}

export interface DeedOptions {
  readonly heading: string;
  readonly text?: unknown;
  /** Fields of the form, drawn anew whenever the element is. */
  readonly fields?: () => unknown;
  /** What the button says. */
  readonly verb: string;
  /** Whether something ends by it. */
  readonly grave?: boolean;
  /** Whether a reason can be given; it is recorded. */
  readonly reasoned?: boolean;
  /** What is wrong with the form, in words, before anything is sent; empty where nothing is. */
  readonly check?: (form: FormData) => string;
  readonly run: (form: FormData, said: Said) => Promise<ShownOnce | NextStep | void>;
  /** What is said once it is done. */
  readonly said: string;
}

interface Open extends DeedOptions {
  readonly problem?: Problem;
  readonly running?: boolean;
  readonly once?: ShownOnce;
}

export const deedStyles = css`
  dialog {
    width: min(520px, calc(100vw - 24px));
    padding: 18px 20px;
    border: 1px solid var(--line);
    border-radius: 10px;
    background: var(--bg);
    color: var(--text);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 40%);
  }
  dialog h2 {
    margin: 0 0 8px;
    font-size: 16px;
    overflow-wrap: anywhere;
  }
  dialog p {
    margin: 0 0 10px;
    overflow-wrap: anywhere;
  }
  dialog form {
    display: grid;
    gap: 12px;
  }
  dialog form > p {
    margin: 0;
  }
  dialog label,
  .line {
    display: grid;
    gap: 4px;
  }
  dialog label.check {
    display: flex;
    align-items: baseline;
    gap: 8px;
  }
  dialog .field {
    width: 100%;
    height: 34px;
  }
  dialog textarea.field {
    height: auto;
    min-height: 92px;
    padding: 6px 8px;
    color: inherit;
    font: 12px/1.5 var(--mono);
    resize: vertical;
  }
  .secret {
    margin: 0 0 8px;
    padding: 10px 12px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    user-select: all;
  }
  .ends {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 8px;
  }
  .button.grave {
    background: var(--rose);
    border-color: var(--rose);
    color: var(--bg);
  }
  .button.grave:hover:not(:disabled) {
    background: var(--rose);
  }
  .refused {
    padding: 8px 10px;
    border-radius: var(--radius);
    background: var(--rose-bg);
    color: var(--rose);
    overflow-wrap: anywhere;
  }
  .said {
    margin: 8px 0 0;
  }
`;

/** One dialog of an element. A new deed takes the place of one that was given up. */
export class Deed implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment };
  readonly #done: () => void;
  #open: Open | undefined;
  #said = "";

  /** `done` is told after each deed that was done. */
  constructor(host: ReactiveControllerHost & { readonly renderRoot: HTMLElement | DocumentFragment }, done: () => void) {
    this.#host = host;
    this.#done = done;
    host.addController(this);
  }

  /** Asks in a dialog whether and how it is to be done. */
  begin(options: DeedOptions): void {
    this.#said = "";
    this.#set(options);
  }

  hostUpdated(): void {
    const dialog = this.#host.renderRoot.querySelector<HTMLDialogElement>("dialog.deed");
    if (dialog !== null && !dialog.open) dialog.showModal();
  }

  #set(open: Open | undefined): void {
    this.#open = open;
    this.#host.requestUpdate();
  }

  /** A secret that was not kept is gone: only its own button closes it. */
  readonly #cancelled = (event: Event): void => {
    event.preventDefault();
    if (this.#open?.running !== true && this.#open?.once === undefined) this.#set(undefined);
  };

  readonly #submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    const { target, submitter } = event;
    void this.#run(new FormData(target as HTMLFormElement), submitter?.hasAttribute("data-confirm") === true);
  };

  async #run(form: FormData, confirm: boolean): Promise<void> {
    const open = this.#open;
    if (open === undefined || open.running === true) return;
    const wrong = open.check?.(form) ?? "";
    if (wrong !== "") return this.#set({ ...open, problem: { title: "", detail: wrong, status: 422, code: "form" } });
    const { problem: _, ...again } = open;
    this.#set({ ...again, running: true });
    const reason = String(form.get("reason") ?? "").trim();
    try {
      const done = await open.run(form, { ...(reason === "" ? {} : { reason }), ...(confirm ? { confirm } : {}) });
      if (done !== undefined && "next" in done) return this.#set(done.next);
      this.#said = open.said;
      this.#set(done === undefined ? undefined : { ...again, once: done });
      this.#done();
    } catch (error) {
      this.#set({ ...again, problem: problemOf(error) });
    }
  }

  #problem({ code, detail, status }: Problem): TemplateResult {
    const words: Readonly<Record<string, string>> = {
      reason_needed: "This log wants a reason for every change: say why.",
      shuts_you_out: "You come from an address that is not on this list: with it, you would be shut out yourself.",
    };
    const text = status === 0 ? `${detail} Whether it was done is not known: look before you try again.` : (words[code] ?? detail);
    return html`<p class="refused" role="alert">${text}</p>`;
  }

  #form({ heading, text, fields, verb, grave, reasoned, problem, running }: Open): TemplateResult {
    const shutsOut = problem?.code === "shuts_you_out";
    const needed = problem?.code === "reason_needed";
    return html`<h2 id="deed">${heading}</h2>
      <form @submit=${this.#submitted}>
        ${text === undefined ? nothing : html`<p>${text}</p>`} ${fields?.() ?? nothing}
        ${reasoned === true ? html`<label><span>Reason${needed ? "" : html` <span class="muted">(optional, is recorded)</span>`}</span><input class="field" name="reason" maxlength="1000" ?required=${needed} /></label>` : nothing}
        ${problem === undefined ? nothing : this.#problem(problem)}
        <div class="ends">
          <button type="button" class="button" ?disabled=${running === true} @click=${() => this.#set(undefined)}>Cancel</button>
          ${shutsOut ? html`<button class="button grave" data-confirm>Shut myself out</button>` : nothing}
          <button class="button ${grave === true ? "grave" : "primary"}" aria-disabled=${running === true}>${running === true ? "One moment …" : verb}</button>
        </div>
      </form>`;
  }

  #once({ heading, text, secret }: ShownOnce): TemplateResult {
    return html`<h2 id="deed">${heading}</h2>
      <p>${text}</p>
      <pre class="secret" tabindex="0" aria-label="Shown once">${secret}</pre>
      <div class="ends"><ind-copy .value=${secret}></ind-copy><button class="button primary" @click=${() => this.#set(undefined)}>I have kept it</button></div>`;
  }

  /** The dialog, and what was done last. */
  render(): TemplateResult {
    const open = this.#open;
    return html`<p class=${this.#said === "" ? "hidden" : "said"} role="status">${this.#said === "" ? nothing : html`<span class="badge emerald"><span aria-hidden="true">✓</span>done</span> ${this.#said}`}</p>
      ${open === undefined ? nothing : html`<dialog class="deed" aria-labelledby="deed" @cancel=${this.#cancelled}>${open.once === undefined ? this.#form(open) : this.#once(open.once)}</dialog>`}`;
  }
}

/** An answer a page waits for, or why there is none. Each block of a page has its own, so that one may fail alone. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { AskError, type Problem } from "../api/client.js";

/** What asks; it gives up when the signal says so. */
export type Work<T> = (signal: AbortSignal) => Promise<T>;

/** Owned by its element, which is drawn anew whenever something changes. A new question takes the place of the one before. */
export class Answer<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #abort: AbortController | undefined;
  #work: Work<T> | undefined;
  #value: T | undefined;
  #failure: Problem | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** The newest answer; while another one is on its way, still the one before. */
  get value(): T | undefined {
    return this.#value;
  }

  get failure(): Problem | undefined {
    return this.#failure;
  }

  get asking(): boolean {
    return this.#abort !== undefined;
  }

  /** Asks, and gives up what was asked before. Never throws: {@link failure} says what went wrong. */
  async ask(work: Work<T>): Promise<void> {
    this.#abort?.abort();
    const abort = new AbortController();
    [this.#abort, this.#work] = [abort, work];
    this.#host.requestUpdate();
    try {
      const value = await work(abort.signal);
      if (abort === this.#abort) [this.#value, this.#failure] = [value, undefined];
    } catch (error) {
      if (abort === this.#abort) [this.#value, this.#failure] = [undefined, problemOf(error)];
    }
    if (abort !== this.#abort) return;
    this.#abort = undefined;
    this.#host.requestUpdate();
  }

  /** Forgets the answer, and gives up what is on its way. */
  drop(): void {
    this.#abort?.abort();
    [this.#abort, this.#value, this.#failure] = [undefined, undefined, undefined];
    this.#host.requestUpdate();
  }

  /** Asks the same once more. */
  readonly again = (): void => {
    if (this.#work !== undefined) void this.ask(this.#work);
  };

  hostDisconnected(): void {
    this.#abort?.abort();
    this.#abort = undefined;
  }
}

/** What went wrong, in words, whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof AskError) return error.problem;
  const detail = "The answer broke off, or is none the console knows. Try again; if it stays so, reload the page, as the server may be a newer one.";
  return { title: "The answer could not be read", detail, status: 0, code: "unreadable" };
}

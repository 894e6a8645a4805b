/** Asks by a token that the page around gives, and gives anew before it ends. */
import { type Caller, Waiting } from "./caller.js";

/** How long refused questions wait for another token, in milliseconds: a page that has none gives none later either. */
export const RENEWAL_MS_MAX = 30_000;

export class Bearer implements Caller {
  /** The token says who asks; a cookie of the reader's own session must not. */
  readonly credentials = "omit";
  mark = 0;
  #token = "";
  readonly #needed: () => void;
  readonly #waiting = new Waiting();

  /** `needed` is told when the token was refused, once for each token. */
  constructor(needed: () => void) {
    this.#needed = needed;
  }

  headers(): Readonly<Record<string, string>> {
    return this.#token === "" ? {} : { Authorization: `Bearer ${this.#token}` };
  }

  /** Another token takes the place of the one before, and what waited goes on with it. */
  renew(token: string): void {
    this.#token = token;
    this.mark += 1;
    this.#waiting.end(true);
  }

  renewed(mark: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (mark !== this.mark) return Promise.resolve(true);
    const first = this.#waiting.size === 0;
    const waited = this.#waiting.wait(signal);
    if (first) {
      setTimeout(() => mark === this.mark && this.#waiting.end(false), RENEWAL_MS_MAX);
      this.#needed();
    }
    return waited;
  }

  told(): void {
    // What a token may not see is said where it was asked.
  }

  /** Whoever minted the token answers for its use: nobody here is asked for a reason. */
  reasoned(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

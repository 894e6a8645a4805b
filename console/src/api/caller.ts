/** As whom a log is asked, and who finds a way on where that has ended. */

/** Whoever asks: by the browser's session, or by a token. */
export interface Caller {
  /** Headers of a request with this method. */
  headers(method: string): Readonly<Record<string, string>>;
  readonly credentials: RequestCredentials;
  /** Counts up with each sign-in or token, so that of many refused requests the first alone asks for another. */
  readonly mark: number;
  /**
   * Waits after a 401 until there is another sign-in or token than that of `mark`. `false` where there will be none, or where
   * it is another principal's: what one asked must not be done in the name of another.
   *
   * Errors: `AbortError` once `signal` says that nobody waits for the answer any more.
   */
  renewed(mark: number, signal: AbortSignal | undefined): Promise<boolean>;
  /** Waits after a look that needs a reason until there is one. `false` where there will be none. Errors: `AbortError`. */
  reasoned(signal: AbortSignal | undefined): Promise<boolean>;
  /** Hears the code of each refusal. */
  told(code: string): void;
}

/** Header that says why something is looked at, or why it is done where a request has no body. */
const REASON = "Indelible-Reason";

/** A reason as a header: its UTF-8 bytes, without line ends. */
export function reasonHeader(reason: string | undefined): Readonly<Record<string, string>> {
  if (reason === undefined) return {};
  const bytes = new TextEncoder().encode(reason.replace(/[\u0000-\u001f\u007f]+/g, " "));
  return { [REASON]: String.fromCharCode(...bytes) };
}

/** Who says nothing of himself. */
export const ANYBODY: Caller = { headers: () => ({}), credentials: "same-origin", mark: 0, renewed: () => Promise.resolve(false), reasoned: () => Promise.resolve(false), told: () => undefined };

/** Those who wait for another sign-in or token. */
export class Waiting {
  readonly #all = new Set<(goesOn: boolean) => void>();

  get size(): number {
    return this.#all.size;
  }

  /** Waits for {@link end}. Errors: `AbortError`. */
  wait(signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const done = (goesOn: boolean): void => {
        this.#all.delete(done);
        signal?.removeEventListener("abort", aborted);
        resolve(goesOn);
      };
      const aborted = (): void => {
        this.#all.delete(done);
        reject(new DOMException("nobody waits for the answer", "AbortError"));
      };
      if (signal?.aborted === true) return aborted();
      signal?.addEventListener("abort", aborted, { once: true });
      this.#all.add(done);
    });
  }

  end(goesOn: boolean): void {
    for (const done of [...this.#all]) done(goesOn);
  }
}

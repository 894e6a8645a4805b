/** The console's session: who is signed in, and what happens when that ends in the middle of work. */
import { Api, AskError, type Problem } from "../api/client.js";
import { type Caller, reasonHeader, Waiting } from "../api/caller.js";
import { problemOf } from "../pages/answer.js";
import { signOut, whoAmI } from "./ask.js";
import type { SessionInfo } from "./types.js";

/** What is known of who asks. `over`: it ended while the page was in use, which stays as it is meanwhile. */
export type Standing =
  | { readonly state: "asking" }
  | { readonly state: "in"; readonly session: SessionInfo }
  | { readonly state: "over"; readonly session: SessionInfo }
  | { readonly state: "out" }
  | { readonly state: "failed"; readonly problem: Problem };

/** One for the page. Asks by the browser's cookie; who is refused waits until somebody has signed in. */
export class Session implements Caller {
  readonly credentials = "same-origin";
  readonly api = new Api("", this);
  standing: Standing = { state: "asking" };
  mark = 0;
  /** Why the reader looks at what needs a reason; it goes with every look from then on. */
  reason: string | undefined;
  /** Whether this log wants a second factor that the account has not got. */
  factorDue = false;
  readonly #changed: () => void;
  readonly #waiting = new Waiting();
  readonly #unreasoned = new Waiting();

  /** `changed` is told whenever {@link standing} is another. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Asks who is signed in. Never throws: {@link standing} says what came of it. */
  async begin(): Promise<void> {
    this.#stand({ state: "asking" });
    try {
      this.entered(await whoAmI(this.api));
    } catch (error) {
      const out = error instanceof AskError && error.problem.status === 401;
      this.#stand(out ? { state: "out" } : { state: "failed", problem: problemOf(error) });
    }
  }

  /** Asks again what is known of the session, which goes on; the page stays as it is, also where that fails. */
  async refresh(): Promise<void> {
    this.factorDue = false;
    try {
      this.#stand({ state: "in", session: await whoAmI(this.api) });
    } catch {
      // The next question finds out what is wrong.
    }
  }

  /** Looks whether somebody has signed in meanwhile, where that is waited for. */
  async look(): Promise<void> {
    if (this.standing.state !== "over" && this.standing.state !== "out") return;
    try {
      const session = await whoAmI(this.api);
      if (this.standing.state === "over" || this.standing.state === "out") this.entered(session);
    } catch {
      // Nobody has, or the log cannot say so: the sign-in stays.
    }
  }

  /** Somebody signed in. What waited goes on if it is who it was; else it is given up, and the page must begin anew. */
  entered(session: SessionInfo): void {
    const { standing } = this;
    const same = standing.state !== "over" || standing.session.principal.id === session.principal.id;
    this.mark += 1;
    this.#stand({ state: "in", session });
    this.#waiting.end(same);
    if (!same) this.reason = undefined;
  }

  /** Ends the session here or everywhere. Errors: {@link AskError}; one that is over already is none. */
  async leave(everywhere: boolean): Promise<void> {
    try {
      await signOut(this.api, everywhere);
    } catch (error) {
      if (!(error instanceof AskError) || error.problem.status !== 401) throw error;
    }
    this.left();
  }

  /** Nobody is signed in any more, and it was meant so. */
  left(): void {
    this.#stand({ state: "out" });
    this.#waiting.end(false);
  }

  async renewed(mark: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (mark !== this.mark) return true;
    const { standing } = this;
    if (standing.state === "in") this.#stand({ state: "over", session: standing.session });
    return this.standing.state === "over" ? this.#waiting.wait(signal) : false;
  }

  headers(method: string): Readonly<Record<string, string>> {
    return method === "GET" ? reasonHeader(this.reason) : {};
  }

  told(code: string): void {
    if (code !== "second_factor_required" || this.factorDue) return;
    this.factorDue = true;
    this.#changed();
  }

  /** Whether a look waits for its reason. */
  get wantsReason(): boolean {
    return this.#unreasoned.size > 0;
  }

  reasoned(signal: AbortSignal | undefined): Promise<boolean> {
    const waited = this.#unreasoned.wait(signal);
    this.#changed();
    return waited.finally(() => this.#changed());
  }

  /** Says why the reader looks, or that he does not. */
  say(reason: string | undefined): void {
    this.reason = reason ?? this.reason;
    this.#unreasoned.end(reason !== undefined);
    this.#changed();
  }

  #stand(standing: Standing): void {
    this.standing = standing;
    this.#changed();
  }
}

/** Why signing in did not work, in the reader's words. */
import type { Problem } from "../api/client.js";

/** In words, with a pause where there is one. */
export interface Refusal {
  readonly text: string;
  /** Until when there is no use in trying, in milliseconds since 1970. */
  readonly untilMs?: number;
}

const WORDS: Readonly<Record<string, string>> = {
  wrong_credentials: "E-mail address or password is wrong. Check both, and try again.",
  wrong_code: "That code is wrong or was used already. Enter the newest one that your app shows.",
};

/** Without a time from the server, a pause of this many seconds. */
const PAUSE_S = 5;

export function refusalOf(problem: Problem, nowMs: number): Refusal {
  if (problem.code === "too_many_attempts") {
    const untilMs = nowMs + (problem.retryAfterS ?? PAUSE_S) * 1_000;
    return { text: "There were too many attempts to sign in. Each wrong one makes the pause longer; the account is not locked.", untilMs };
  }
  return { text: WORDS[problem.code] ?? problem.detail };
}

/** Why a provider's sign-in came to nothing. Source: `issuer_problem` in `crates/server`. */
const OF_PROVIDERS: Readonly<Record<string, string>> = {
  not_started: "That sign-in was begun in another browser, or took too long. Begin it again.",
  issuer_refused: "The provider did not sign you in. Try again, or ask whoever runs it.",
  issuer_unreachable: "The provider does not answer. Try again in a moment.",
  busy: "Too many people sign in at this moment. Try again in a moment.",
  address_taken: "Your e-mail address belongs to an account here that signs in another way. Ask whoever administers the log.",
  no_access: "You are signed in at the provider, but nothing there gives you a role here. Ask whoever administers the log.",
};

export function providerRefusal(code: string): Refusal {
  return { text: OF_PROVIDERS[code] ?? `The provider's answer could not be trusted (${code.replace(/[^a-z_]/g, "")}), so nobody was signed in. Try again; if it stays so, tell whoever runs the log.` };
}

/** Whole seconds that are left, 0 where there is nothing to wait for. */
export function secondsLeft({ untilMs }: Refusal, nowMs: number): number {
  return untilMs === undefined ? 0 : Math.max(0, Math.ceil((untilMs - nowMs) / 1_000));
}

/** Why signing in did not work, in the reader's words. */
import type { Problem } from "../api/client.js";

/** Which field is to be filled in again. */
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

/** Whole seconds that are left, 0 where there is nothing to wait for. */
export function secondsLeft({ untilMs }: Refusal, nowMs: number): number {
  return untilMs === undefined ? 0 : Math.max(0, Math.ceil((untilMs - nowMs) / 1_000));
}

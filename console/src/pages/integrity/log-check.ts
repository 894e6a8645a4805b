/** Checks a log's newest checkpoint against its key and what this browser remembers. What was fetched is never trusted. */
import { type Api, AskError } from "../../api/client.js";
import { parseCheckpoint } from "../../proof/checkpoint.js";
import { checkContinues } from "../../proof/continues.js";
import type { Remembered } from "../../proof/index.js";
import { checkKey, checkSignature } from "../../proof/log-steps.js";
import { quietly } from "../../proof/refused.js";
import { type Step, Steps } from "../../proof/steps.js";

/** What the log says of itself, and what was known of it before. */
export interface LogClaims {
  readonly checkpoint: string;
  readonly vkey: string;
  readonly remembered: Remembered | undefined;
  /** Body of `/v1/consistency` from the remembered checkpoint to this one, where they differ. */
  readonly consistency: string | undefined;
}

/** What a check of a log found. */
export interface LogCheck {
  readonly ok: boolean;
  readonly steps: readonly Step[];
  readonly claims: LogClaims;
}

/** Key, signature, and that the log continues what was seen of it. Never throws, whatever the log gave. */
export function checkLog(claims: LogClaims): LogCheck {
  const { checkpoint, vkey, remembered, consistency } = claims;
  const steps = new Steps();
  const key = checkKey(steps, vkey, remembered?.vkey);
  const now = checkSignature(steps, checkpoint, key);
  checkContinues(steps, now, key, { seenCheckpoint: remembered?.checkpoint, consistency });
  return { ok: steps.failed() === undefined, steps: steps.list(), claims };
}

/** Fetches what {@link checkLog} takes. `remembered` must be from before. Errors: {@link AskError}. */
export async function fetchClaims(api: Api, remembered: Remembered | undefined, signal: AbortSignal): Promise<LogClaims> {
  const [checkpoint, vkey] = await Promise.all([api.text("/checkpoint", undefined, { signal }), api.text("/vkey", undefined, { signal })]);
  const sizeOf = (note: string): number | undefined => quietly(() => parseCheckpoint(note).size);
  const [from, to] = [remembered && sizeOf(remembered.checkpoint), sizeOf(checkpoint)];
  const joins = from !== undefined && to !== undefined && from > 0 && from < to;
  return { checkpoint, vkey: vkey.trim(), remembered, consistency: joins ? await consistencyOf(api, from, to, signal) : undefined };
}

/** A log that will not prove that it only grew has failed the check; one that cannot be reached has not. */
async function consistencyOf(api: Api, from: number, to: number, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await api.text("/v1/consistency", new URLSearchParams({ from: String(from), to: String(to) }), { signal });
  } catch (error) {
    if (error instanceof AskError && [400, 404, 422].includes(error.problem.status)) return undefined;
    throw error;
  }
}

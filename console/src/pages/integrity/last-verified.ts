/** The last verification, from what the server says of it or from the entry it left in the log. */
import type { Api } from "../../api/client.js";
import type { Entry, EntryPage, VerificationState } from "../../api/types.js";
import { Filters } from "../../state/filters.js";
import { orAbsent } from "../answer.js";

/** The entries that verifications leave: the log's own, as anybody may send that action. Source: spec/own-entries.md. */
export const VERIFICATIONS = Filters.of([
  ["action", "audit_log.verify"],
  ["source", "indelible"],
]);

/** What is known of verifications. `told` is whether the server itself tells how far one is. */
export interface Known {
  readonly told: boolean;
  readonly state: VerificationState;
}

/** Asks the server; one that does not tell (404 or 405) is asked for the entry of the last one. */
export async function knownOf(api: Api, signal: AbortSignal): Promise<Known> {
  const state = await orAbsent(api.json<VerificationState>("/v1/verification", undefined, { signal }), 404, 405);
  if (state !== undefined) return { told: true, state };
  const params = new URLSearchParams(VERIFICATIONS.toString());
  params.set("limit", "1");
  const { entries } = await api.json<EntryPage>("/v1/entries", params, { signal });
  return { told: false, state: { running: null, last: entries[0] === undefined ? null : verifiedBy(entries[0]) } };
}

/** What the entry of a verification says. */
export function verifiedBy({ time, outcome, properties }: Entry): NonNullable<VerificationState["last"]> {
  const { entries, findings } = properties ?? {};
  const list = Array.isArray(findings) ? findings.map((finding) => (typeof finding === "string" ? finding : JSON.stringify(finding))) : [];
  return { time, sound: outcome === "success" && list.length === 0, entries: typeof entries === "number" ? entries : 0, findings: list };
}

/** Part that is done, 0 to 1. */
export function doneOf({ entries_done, entries }: NonNullable<VerificationState["running"]>): number {
  return entries <= 0 ? 0 : Math.min(1, Math.max(0, entries_done / entries));
}

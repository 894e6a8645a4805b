/** What the server says of verifications. */
import type { VerificationState } from "../../api/types.js";
import { Filters } from "../../state/filters.js";

/** The entries that verifications leave: the log's own, as anybody may send that action. Source: spec/own-entries.md. */
export const VERIFICATIONS = Filters.of([
  ["action", "audit_log.verify"],
  ["source", "indelible"],
]);

/** Part that is done, 0 to 1. */
export function doneOf({ entries_done, entries }: NonNullable<VerificationState["running"]>): number {
  return entries <= 0 ? 0 : Math.min(1, Math.max(0, entries_done / entries));
}

/**
 * Whether the log still is what it was when it was last seen.
 * Source: spec/tree.md, "Consistency proof"; spec/checkpoint.md: a log signs one root per size, and no smaller size later.
 */

import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import type { VerifierKey } from "./key.js";
import { checkConsistency } from "./merkle.js";
import { need } from "./refused.js";
import type { Steps } from "./steps.js";
import { parseConsistency } from "./tlog-proof.js";

/** What is known of the log from before, and what the log says to that. */
export interface Before {
  readonly seenCheckpoint?: string | undefined;
  readonly consistency?: string | undefined;
}

/** Checks that the tree of `now` begins with the tree seen before. */
export function checkContinues(
  steps: Steps,
  now: Checkpoint | undefined,
  key: VerifierKey | undefined,
  before: Before,
): void {
  const { seenCheckpoint, consistency } = before;
  if (seenCheckpoint === undefined) {
    steps.pass("consistency", "No earlier state of this log is known to compare with.", false);
    return;
  }
  if (now === undefined || key === undefined) {
    steps.fail(
      "consistency",
      "The log was not compared with its earlier state, as it gave no signed checkpoint.",
      false,
    );
    return;
  }
  const seen = steps.try("consistency", "The checkpoint remembered of this log is not by the same key", () =>
    openCheckpoint(seenCheckpoint, key),
  );
  if (seen === undefined) return;
  if (seen.size > now.size) {
    steps.fail(
      "consistency",
      `This log showed a larger tree before: ${seen.size} entries, now ${now.size}. Entries are gone, or this is an older copy.`,
    );
    return;
  }
  // Every tree begins with the empty one.
  if (seen.size === 0) {
    steps.pass("consistency", "This log was empty when it was last seen.", false);
    return;
  }
  steps.try("consistency", "This log has been rewritten, or does not prove otherwise", () => {
    need(
      consistency !== undefined || seen.size === now.size,
      `it gave no proof that its ${now.size} entries begin with the ${seen.size} seen before`,
    );
    checkConsistency(seen.size, seen.root, now.size, now.root, parseConsistency(consistency ?? ""));
    const same = seen.size === now.size;
    steps.pass(
      "consistency",
      same
        ? `The tree of ${now.size} entries is the one seen before.`
        : `The tree of ${now.size} entries begins with the ${seen.size} seen before.`,
    );
  });
}

/** One call for a page: fetch, verify, remember. */

import { baseOf, type Fetched, fetchProof, type Source } from "./fetch.js";
import type { ProofMemory } from "./memory.js";
import type { Verification } from "./steps.js";
import { splitProof } from "./tlog-proof.js";
import { verifyEntry } from "./verify.js";

/** An entry that was fetched and verified. */
export interface Checked {
  readonly verification: Verification;
  /** For `makeEvidence`. */
  readonly fetched: Fetched;
  /** What the reader should know besides: that this browser remembers nothing, for one. */
  readonly notes: readonly string[];
}

/**
 * Verifies the entry `id` of a served log against what this browser remembers of it. `shown` is the entry as the page
 * shows it. What was verified is remembered: the key at first use, and every larger checkpoint.
 * @throws Unavailable if the log cannot be asked.
 */
export async function checkEntry(source: Source, id: string, memory: ProofMemory, shown?: unknown): Promise<Checked> {
  const base = baseOf(source);
  const remembered = memory.recall(base);
  const fetched = await fetchProof(source, id, remembered);
  const verification = verifyEntry({
    ...fetched,
    shown,
    pinnedKey: remembered?.vkey,
    seenCheckpoint: remembered?.checkpoint,
  });
  if (verification.ok) memory.remember(base, { vkey: fetched.vkey, checkpoint: splitProof(fetched.proof).note });
  const lasting =
    "This browser keeps nothing for this page: it forgets the log's key and size when the page is closed.";
  return { verification, fetched, notes: memory.lasting ? [] : [lasting] };
}

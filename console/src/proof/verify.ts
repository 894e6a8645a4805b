/**
 * Verifies an entry as a page shows it, down to the key that signed the log's tree. Asks nobody.
 * Source: spec/proof.md, "Checking"; spec/disclosure.md.
 */

import { hex } from "./bytes.js";
import { parseCheckpoint } from "./checkpoint.js";
import { checkContinues } from "./continues.js";
import { digestOf } from "./digest.js";
import { checkDisclosures, checkLine, checkPage } from "./entry-steps.js";
import { checkKey, checkPath, checkSignature } from "./log-steps.js";
import { quietly } from "./refused.js";
import { Steps, type Verification } from "./steps.js";
import { parseInclusion, splitProof } from "./tlog-proof.js";

/** What is verified, and against what. */
export interface Claims {
  /** The line's exact bytes. */
  readonly line: Uint8Array;
  /** Body of `/v1/entries/{id}/disclosures`; without it, values that left the line count as not shown. */
  readonly disclosures?: string | undefined;
  /** The `.tlog-proof`. */
  readonly proof: string;
  /** The log's key, as it says itself. */
  readonly vkey: string;
  /** The log's key, as it is known from before or from elsewhere. */
  readonly pinnedKey?: string | undefined;
  /** A checkpoint of the log that was seen before: its signed note. */
  readonly seenCheckpoint?: string | undefined;
  /** Body of `/v1/consistency` from the seen checkpoint to the proof's. */
  readonly consistency?: string | undefined;
  /** The entry as the page shows it: text (exact) or parsed value of `GET /v1/entries/{id}`. */
  readonly shown?: unknown;
  /** The id that was asked for. */
  readonly id?: string | undefined;
}

/** Verifies an entry. Never throws, whatever the log gave. Cost: some ms, most of it for two signatures. */
export function verifyEntry(claims: Claims): Verification {
  const steps = new Steps();
  const line = checkLine(steps, claims.line, claims.id);
  const key = checkKey(steps, claims.vkey, claims.pinnedKey);
  const { head, note } = splitProof(claims.proof);
  const inclusion = steps.try("inclusion", "The proof cannot be read", () => parseInclusion(head));
  const signed = checkSignature(steps, note, key);
  // What an unsigned checkpoint says is good enough to tell which half of the proof is broken.
  const checkpoint = signed ?? quietly(() => parseCheckpoint(note));
  if (inclusion !== undefined) checkPath(steps, claims.line, inclusion, checkpoint);
  const opened = checkDisclosures(steps, line, claims.disclosures);
  checkPage(steps, line, opened, claims.shown, inclusion?.index);
  checkContinues(steps, signed, key, claims);
  const failed = steps.failed();
  return {
    ok: failed === undefined,
    steps: steps.list(),
    ...(failed && { failed }),
    ...(key && { keyName: key.name }),
    ...(checkpoint && { treeSize: checkpoint.size }),
    ...(inclusion && { leafIndex: inclusion.index }),
    digest: hex(digestOf(claims.line)),
  };
}

/** The steps that look at the log: its key, its signed checkpoint, and the line's place in the tree. */

import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import { leafOf } from "./digest.js";
import { isSameKey, parseKey, type VerifierKey } from "./key.js";
import { checkInclusion } from "./merkle.js";
import { quietly } from "./refused.js";
import type { Steps } from "./steps.js";
import type { InclusionProof } from "./tlog-proof.js";

/** The key to check signatures with: the one known from before, where there is one. */
export function checkKey(steps: Steps, vkey: string, pinnedKey: string | undefined): VerifierKey | undefined {
  const pinned = pinnedKey === undefined ? undefined : quietly(() => parseKey(pinnedKey));
  const given = steps.try("key", "What the log gave is not a key", () => parseKey(vkey));
  if (given === undefined) return pinned;
  if (pinnedKey === undefined) {
    steps.pass(
      "key",
      `There is no key to compare with yet. Compare ${given.text} with the key that the log's operator publishes.`,
      false,
    );
    return given;
  }
  if (pinned !== undefined && isSameKey(given, pinned)) {
    steps.pass("key", `The key ${given.name} is the one known from before.`);
  } else {
    const known = pinned?.text ?? "unreadable";
    steps.fail("key", `The log's key is ${given.text}, but the key known from before is ${known}.`);
  }
  return pinned ?? given;
}

/** Opens the checkpoint, if the key has signed it. */
export function checkSignature(steps: Steps, note: string, key: VerifierKey | undefined): Checkpoint | undefined {
  if (key === undefined) {
    steps.fail("signature", "The signature was not checked, as there is no key to check it with.", false);
    return undefined;
  }
  return steps.try("signature", "The signed checkpoint is refused", () => {
    const checkpoint = openCheckpoint(note, key);
    steps.pass("signature", `The key ${key.name} has signed the tree of ${checkpoint.size} entries.`);
    return checkpoint;
  });
}

/** Joins the line to the root. */
export function checkPath(
  steps: Steps,
  line: Uint8Array,
  { index, path }: InclusionProof,
  checkpoint: Checkpoint | undefined,
): void {
  if (checkpoint === undefined) {
    steps.fail("inclusion", "The path was not checked, as the checkpoint cannot be read.", false);
    return;
  }
  steps.try("inclusion", "The line is not proved to be in the tree", () => {
    checkInclusion(leafOf(line), index, checkpoint.size, path, checkpoint.root);
    steps.pass("inclusion", `The line is leaf ${index} of the tree of ${checkpoint.size} entries.`);
  });
}

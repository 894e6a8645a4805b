/** Vectors, and what is common to the tests. */

import { readFileSync } from "node:fs";
import { base64url, utf8 } from "../../src/proof/bytes.js";
import type { Step, StepName, Verification } from "../../src/proof/steps.js";
import type { Claims } from "../../src/proof/verify.js";

/** An entry as a log served it. */
export interface Served {
  readonly id: string;
  readonly entry: string;
  readonly line: string;
  readonly disclosures: string;
  readonly proof: string;
}

/** A log as it was served. */
export interface Capture {
  readonly vkey: string;
  readonly seen: string;
  readonly now: string;
  readonly consistency: string;
  readonly entries: readonly Served[];
}

/** Reads a JSON file beside the tests. The type is the file's, by its README. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`vectors/${name}`, import.meta.url), "utf8")) as T;
}

/** Reads a JSON file of the specification's golden vectors. */
export function golden<T>(name: string): T {
  return JSON.parse(goldenText(name)) as T;
}

/** The text of such a file. */
export function goldenText(name: string): string {
  return readFileSync(new URL(`../../../spec/vectors/${name}`, import.meta.url), "utf8");
}

export const capture = vectors<Capture>("entries.json");

/** Everything that can be claimed of a captured entry. */
export function claimsOf(served: Served): Claims {
  return {
    id: served.id,
    line: utf8(served.line),
    disclosures: served.disclosures,
    proof: served.proof,
    vkey: capture.vkey,
    pinnedKey: capture.vkey,
    seenCheckpoint: capture.seen,
    consistency: capture.consistency,
    shown: served.entry,
  };
}

/** A step of a verification. */
export function stepOf(verification: Verification, step: StepName): Step | undefined {
  return verification.steps.find((one) => one.step === step);
}

/** Names of the steps that failed. */
export function failures(verification: Verification): StepName[] {
  return verification.steps.filter((one) => !one.ok).map((one) => one.step);
}

/** A disclosure's text as it is handed out. */
export function disclose(text: string): { disclosure: string } {
  return { disclosure: base64url(utf8(text)) };
}

/** Bytes of hex digits. */
export function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * Verification of entries in the browser: hashes, proofs, signatures and personal values, checked here and not by the
 * log that is being checked. Nothing in this folder trusts what it is given, or touches the page.
 */

export { checkEntry, type Checked } from "./check.js";
export { type Evidence, makeEvidence } from "./evidence.js";
export { baseOf, type Fetched, fetchProof, type Source, Unavailable } from "./fetch.js";
export { parseKey, type VerifierKey } from "./key.js";
export { ProofMemory, type ProofStorage, type Remembered } from "./memory.js";
export { type Step, type StepName, STEPS, type Verification } from "./steps.js";
export { type Claims, verifyEntry } from "./verify.js";

/** What a verification says, step by step. */

import { Refused } from "./refused.js";

/** The steps, from the entry to the log. */
export const STEPS = ["line", "disclosures", "shown", "inclusion", "signature", "key", "consistency"] as const;

/** Name of a step. */
export type StepName = (typeof STEPS)[number];

/** One step of a verification. */
export interface Step {
  readonly step: StepName;
  readonly ok: boolean;
  /** `false` where there was nothing to check against, or another step's failure leaves nothing to check. */
  readonly checked: boolean;
  /** A sentence or two for the reader. */
  readonly detail: string;
}

/** What a verification found. */
export interface Verification {
  /** Whether no step failed. */
  readonly ok: boolean;
  readonly steps: readonly Step[];
  /** The step that failed; of several, the one nearest to the log's key, as the others may only follow from it. */
  readonly failed?: StepName;
  /** The log's name, which is its key's. */
  readonly keyName?: string;
  /** Leaves of the tree that the checkpoint signs. */
  readonly treeSize?: number;
  /** The entry's place in the log. */
  readonly leafIndex?: number;
  /** The line's SHA-256, lower-case hex. */
  readonly digest: string;
}

/** From the key on: what fails earlier here can be the reason for what fails later. */
const BY_TRUST: readonly StepName[] = ["key", "signature", "consistency", "line", "inclusion", "disclosures", "shown"];

/** Collects steps in whatever order they can be checked. */
export class Steps {
  private readonly found = new Map<StepName, Step>();

  /** Records that the step holds. */
  pass(step: StepName, detail: string, checked = true): void {
    this.found.set(step, { step, ok: true, checked, detail });
  }

  /** Records that the step failed; `checked = false`: that another's failure left nothing to check. */
  fail(step: StepName, detail: string, checked = true): void {
    this.found.set(step, { step, ok: false, checked, detail });
  }

  /** What `check` returns, or `undefined` after recording why it refused. */
  try<T>(step: StepName, why: string, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.fail(step, `${why}: ${error.message}.`);
      return undefined;
    }
  }

  /** The steps in their order. */
  list(): Step[] {
    return STEPS.flatMap((step) => this.found.get(step) ?? []);
  }

  /** The failed step nearest to the key. */
  failed(): StepName | undefined {
    const failed = BY_TRUST.filter((step) => this.found.get(step)?.ok === false);
    return failed.find((step) => this.found.get(step)?.checked === true) ?? failed[0];
  }
}

/**
 * What this browser remembers of a log: the key it first showed, and the largest checkpoint it showed. Without that, a log
 * could show one history today and another one tomorrow.
 */

import { parseCheckpoint } from "./checkpoint.js";
import { isObject, parseJson, stringMember } from "./json.js";
import { quietly } from "./refused.js";

/** What is remembered of a log. */
export interface Remembered {
  /** The verifier key's text. */
  readonly vkey: string;
  /** The signed note of the largest checkpoint. */
  readonly checkpoint: string;
}

/** The part of `localStorage` that is used. */
export type ProofStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const PREFIX = "indelible.proof:";

/** Memory of logs, by the address at which they are served. */
export class ProofMemory {
  private readonly held = new Map<string, string>();
  private readonly storage: ProofStorage | undefined;
  private refused = false;

  /** Takes the browser's storage unless given another; `null`: none. */
  constructor(storage: ProofStorage | null | undefined = browserStorage()) {
    this.storage = storage ?? undefined;
  }

  /** Whether what is remembered outlives this page. */
  get lasting(): boolean {
    return this.storage !== undefined && !this.refused;
  }

  /** What is remembered of the log at this address. What cannot be read counts as nothing. */
  recall(base: string): Remembered | undefined {
    // Storage first: another tab may have seen more.
    const text = this.read(base) ?? this.held.get(base);
    if (text === undefined) return undefined;
    return quietly(() => {
      const stored = parseJson(text);
      const [vkey, checkpoint] = [stringMember(stored, "vkey"), stringMember(stored, "checkpoint")];
      return isObject(stored) && vkey !== undefined && checkpoint !== undefined ? { vkey, checkpoint } : undefined;
    });
  }

  /** Remembers what was verified: the key if none is known yet, the checkpoint if it is larger than the known one. */
  remember(base: string, { vkey, checkpoint }: Remembered): void {
    const known = this.recall(base);
    const larger = known === undefined || sizeOf(checkpoint) > sizeOf(known.checkpoint);
    const next = { vkey: known?.vkey ?? vkey, checkpoint: larger ? checkpoint : known.checkpoint };
    const text = JSON.stringify(next);
    this.held.set(base, text);
    try {
      this.storage?.setItem(PREFIX + base, text);
    } catch {
      this.refused = true;
    }
  }

  /** Forgets a log: for a reader who knows why its key or its history has changed. */
  forget(base: string): void {
    this.held.delete(base);
    try {
      this.storage?.removeItem(PREFIX + base);
    } catch {
      this.refused = true;
    }
  }

  private read(base: string): string | undefined {
    try {
      return this.storage?.getItem(PREFIX + base) ?? undefined;
    } catch {
      this.refused = true;
      return undefined;
    }
  }
}

/** `localStorage`, if there is one that may be used: some browsers throw at the mere question. */
function browserStorage(): ProofStorage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

function sizeOf(note: string): number {
  return quietly(() => parseCheckpoint(note).size) ?? -1;
}

/**
 * Fetches what proves an entry, from the log that serves it.
 * Source: the interface's `/v1/entries/{id}/line`, `/proof`, `/disclosures`, `/vkey`, `/v1/consistency`.
 */

import { fromUtf8 } from "./bytes.js";
import { parseCheckpoint } from "./checkpoint.js";
import type { Remembered } from "./memory.js";
import { quietly } from "./refused.js";
import { splitProof } from "./tlog-proof.js";

/** What the log gave: the claims to verify, and what the evidence is made of. */
export interface Fetched {
  readonly id: string;
  /** The line's exact bytes. */
  readonly line: Uint8Array;
  /** Absent where the reader may not see the personal values. */
  readonly disclosures: string | undefined;
  readonly proof: string;
  readonly vkey: string;
  /** From the remembered checkpoint to the proof's; absent where there is nothing to join. */
  readonly consistency: string | undefined;
}

/** Where and how to fetch. */
export interface Source {
  /** Address of the log, such as the page's own origin; a `/` at its end makes no difference. */
  readonly base: string;
  /** Says as whom it asks, too. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly signal?: AbortSignal;
}

/** The log could not be asked; the message says why and what to do, in sentences. Nothing was proved or disproved. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";

  constructor(
    message: string,
    /** HTTP status; 0 if there was no answer. */
    readonly status: number,
  ) {
    super(message);
  }
}

/**
 * Fetches an entry's line, disclosures, proof and key; and, if a checkpoint is remembered, the proof that the log still
 * begins with it. The disclosures are asked for only if values left the line, as opening them is recorded.
 *
 * `remembered` must be from before this call: a checkpoint that another check saw since may be newer than this proof's.
 * @throws Unavailable, and what `fetch` throws when aborted.
 */
export async function fetchProof(source: Source, id: string, remembered: Remembered | undefined): Promise<Fetched> {
  const path = `/v1/entries/${encodeURIComponent(id)}`;
  const [line, proof, vkey] = await Promise.all([
    get(source, `${path}/line`, "The entry's line"),
    get(source, `${path}/proof`, "The entry's proof").then(text),
    get(source, "/vkey", "The log's key").then(text),
  ]);
  const personal = (fromUtf8(line) ?? "").includes('"personal":[');
  const [disclosures, consistency] = await Promise.all([
    personal ? fetchDisclosures(source, path) : '{"personal":[]}',
    fetchConsistency(source, remembered, proof),
  ]);
  return { id, line, disclosures, proof, vkey, consistency };
}

/** The address without a `/` at its end: what the log is remembered by. */
export function baseOf(source: Source): string {
  return source.base.replace(/\/+$/, "");
}

async function fetchDisclosures(source: Source, path: string): Promise<string | undefined> {
  try {
    return text(await get(source, `${path}/disclosures`, "The entry's personal values"));
  } catch (error) {
    if (error instanceof Unavailable && error.status === 403) return undefined;
    throw error;
  }
}

async function fetchConsistency(
  source: Source,
  remembered: Remembered | undefined,
  proof: string,
): Promise<string | undefined> {
  const sizeOf = (note: string): number | undefined => quietly(() => parseCheckpoint(note).size);
  const [from, to] = [remembered && sizeOf(remembered.checkpoint), sizeOf(splitProof(proof).note)];
  if (from === undefined || to === undefined || from === 0 || from >= to) return undefined;
  try {
    return text(await get(source, `/v1/consistency?from=${from}&to=${to}`, "The proof that the log only grew"));
  } catch (error) {
    // A log that will not prove this has failed the step; one that cannot be reached has not.
    if (error instanceof Unavailable && [400, 404, 422].includes(error.status)) return undefined;
    throw error;
  }
}

async function get(source: Source, path: string, what: string): Promise<Uint8Array> {
  let response: Response;
  let body: Uint8Array;
  try {
    // A copy kept by the browser would say nothing about the log of today.
    const init: RequestInit = { cache: "no-store" };
    // Not as the source's method: a browser's own fetch refuses to be one.
    const { fetch } = source;
    response = await fetch(baseOf(source) + path, source.signal ? { ...init, signal: source.signal } : init);
    body = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (source.signal?.aborted) throw error;
    throw new Unavailable(
      `${what} could not be fetched: the log does not answer. Check the connection, then try again.`,
      0,
    );
  }
  if (!response.ok) throw new Unavailable(`${what} could not be fetched: ${reason(response.status)}`, response.status);
  return body;
}

function reason(status: number): string {
  switch (status) {
    case 401:
      return "your session has ended. Sign in again.";
    case 403:
      return "you may not see it. Ask whoever administers the log.";
    case 404:
      return "the log has no such entry, or you may not see it.";
    case 429:
      return "too many requests. Wait a moment, then try again.";
    case 503:
      return "the log is not ready for that yet. Try again in some seconds.";
    default:
      return `the log answered with an error (${status}). Try again; if it stays, tell whoever runs the log.`;
  }
}

// What is not UTF-8 cannot be any of these; it is passed on as something no parser accepts.
function text(body: Uint8Array): string {
  return fromUtf8(body) ?? "\u0000";
}

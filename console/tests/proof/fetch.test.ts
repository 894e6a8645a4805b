import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/proof/bytes.js";
import { checkEntry } from "../../src/proof/check.js";
import { type Source, Unavailable } from "../../src/proof/fetch.js";
import { ProofMemory, type ProofStorage } from "../../src/proof/memory.js";
import { capture, type Served, stepOf } from "./support.js";

const served = capture.entries[0] as Served;
const plain = capture.entries.find((entry) => !entry.line.includes('"personal":')) as Served;
const size = (note: string): string => note.split("\n")[1] ?? "";

/** A log that answers with what was captured, but for what `changed` says: a body, or a status. */
function log(changed: Record<string, string | number> = {}): Source & { asked: string[] } {
  const bodies: Record<string, string> = { "/vkey": capture.vkey };
  bodies[`/v1/consistency?from=${size(capture.seen)}&to=${size(capture.now)}`] = capture.consistency;
  for (const entry of [served, plain]) {
    for (const part of ["line", "proof", "disclosures"] as const)
      bodies[`/v1/entries/${entry.id}/${part}`] = entry[part];
  }
  const asked: string[] = [];
  async function fetch(this: unknown, url: string): Promise<Response> {
    // As browsers do.
    if (this !== undefined) throw new TypeError("Illegal invocation");
    const path = url.replace("https://log.example/sub", "");
    asked.push(path);
    const answer = changed[path] ?? bodies[path] ?? 404;
    if (answer === 0) throw new TypeError("network");
    return typeof answer === "number" ? new Response("{}", { status: answer }) : new Response(utf8(answer));
  }
  return { base: "https://log.example/sub/", fetch, asked };
}

function storage(): ProofStorage & { items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
  };
}

const withNote = (note: string): string => served.proof.replace(/\n\n[^]*/, `\n\n${note}`);
const BASE = "https://log.example/sub";

describe("an entry that is fetched", () => {
  it("is verified, and the log remembered", async () => {
    const kept = storage();
    const first = await checkEntry(log(), served.id, new ProofMemory(kept), served.entry);
    expect([first.verification.ok, first.notes]).toEqual([true, []]);
    const source = log();
    const second = await checkEntry(source, served.id, new ProofMemory(kept), served.entry);
    expect(second.verification.steps.every((step) => step.ok && step.checked)).toBe(true);
    expect([...kept.items.keys()]).toEqual([`indelible.proof:${BASE}`]);
    expect(source.asked).toHaveLength(4);
  });

  it("is held against an earlier and smaller tree", async () => {
    const memory = new ProofMemory(storage());
    memory.remember(BASE, { vkey: capture.vkey, checkpoint: capture.seen });
    const source = log();
    const { verification } = await checkEntry(source, served.id, memory);
    expect(stepOf(verification, "consistency")).toMatchObject({ ok: true, checked: true });
    expect(source.asked.at(-1)).toContain("/v1/consistency?");
    expect(memory.recall(BASE)?.checkpoint).toBe(capture.now);
  });

  it("fails if the log shrank, will not prove that it grew, or has another key; and nothing is remembered then", async () => {
    const memory = new ProofMemory(storage());
    memory.remember(BASE, { vkey: capture.vkey, checkpoint: capture.now });
    const shrunk = await checkEntry(
      log({ [`/v1/entries/${served.id}/proof`]: withNote(capture.seen) }),
      served.id,
      memory,
    );
    expect(stepOf(shrunk.verification, "consistency")?.detail).toContain("larger tree before");
    expect(memory.recall(BASE)?.checkpoint).toBe(capture.now);
    const early = new ProofMemory(storage());
    early.remember(BASE, { vkey: capture.vkey, checkpoint: capture.seen });
    const path = `/v1/consistency?from=${size(capture.seen)}&to=${size(capture.now)}`;
    expect((await checkEntry(log({ [path]: 404 }), served.id, early)).verification.failed).toBe("consistency");
    expect((await checkEntry(log({ [path]: "" }), served.id, early)).verification.failed).toBe("consistency");
    expect((await checkEntry(log({ "/vkey": "other+00000000+AAAA" }), served.id, early)).verification.failed).toBe(
      "key",
    );
    expect(early.recall(BASE)?.checkpoint).toBe(capture.seen);
    early.forget(BASE);
    expect((await checkEntry(log(), served.id, early)).verification.ok).toBe(true);
  });

  it("is not asked for personal values that it does not have", async () => {
    const source = log();
    const { verification } = await checkEntry(source, plain.id, new ProofMemory(storage()), plain.entry);
    expect([verification.ok, source.asked.some((path) => path.endsWith("/disclosures"))]).toEqual([true, false]);
  });

  it("verifies without personal values where the reader may not see them", async () => {
    const { verification, fetched } = await checkEntry(
      log({ [`/v1/entries/${served.id}/disclosures`]: 403 }),
      served.id,
      new ProofMemory(null),
    );
    expect([verification.ok, fetched.disclosures]).toEqual([true, undefined]);
  });

  it("fails, and does not throw, on answers that are no text", async () => {
    const source = log();
    const { fetch } = source;
    const garbled: Source = {
      ...source,
      fetch: (url, init) =>
        url.endsWith("/proof") ? Promise.resolve(new Response(Uint8Array.of(0xff))) : fetch(url, init),
    };
    expect((await checkEntry(garbled, served.id, new ProofMemory(null))).verification.failed).toBe("signature");
  });

  it.each([
    [0, "does not answer. Check the connection"],
    [401, "Sign in again"],
    [404, "no such entry"],
    [429, "Wait a moment"],
    [503, "Try again in some seconds"],
    [500, "an error (500)"],
  ])("says in the reader's words why it cannot be: %i", async (status, words) => {
    const asking = checkEntry(log({ [`/v1/entries/${served.id}/proof`]: status }), served.id, new ProofMemory(null));
    await expect(asking).rejects.toThrow(Unavailable);
    await expect(asking).rejects.toThrow(words);
    await expect(asking).rejects.toMatchObject({ status });
  });

  it("is no longer fetched once the page has moved on", async () => {
    const stop = new AbortController();
    stop.abort();
    const source: Source = { ...log(), signal: stop.signal, fetch: () => Promise.reject(stop.signal.reason) };
    await expect(checkEntry(source, served.id, new ProofMemory(null))).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("a browser without storage", () => {
  const broken: ProofStorage = {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("denied");
    },
    removeItem: () => {
      throw new Error("denied");
    },
  };

  it.each([
    ["none", null],
    ["one that refuses", broken],
  ])("remembers while the page is open, and says so: %s", async (_, kept) => {
    const memory = new ProofMemory(kept);
    const first = await checkEntry(log(), served.id, memory);
    expect(first.notes.join()).toContain("forgets the log's key");
    const second = await checkEntry(log(), served.id, memory);
    expect(second.verification.steps.every((step) => step.checked)).toBe(true);
    expect(memory.lasting).toBe(false);
    memory.forget(BASE);
    expect(memory.recall(BASE)).toBeUndefined();
  });

  it("takes what it cannot read for nothing", () => {
    const kept = storage();
    for (const text of ["", "{", "[]", '{"vkey":1}']) {
      kept.items.set(`indelible.proof:${BASE}`, text);
      expect(new ProofMemory(kept).recall(BASE)).toBeUndefined();
    }
  });
});

describe("a memory", () => {
  it("keeps the first key and the largest checkpoint", () => {
    const memory = new ProofMemory(storage());
    memory.remember(BASE, { vkey: "first", checkpoint: capture.now });
    memory.remember(BASE, { vkey: "second", checkpoint: capture.seen });
    expect(memory.recall(BASE)).toEqual({ vkey: "first", checkpoint: capture.now });
    expect(memory.recall("https://other.example")).toBeUndefined();
  });
});

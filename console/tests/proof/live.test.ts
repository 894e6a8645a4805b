/** Against a running log with real data, if INDELIBLE_URL names one: some hundred entries, of every source. */

import { beforeAll, describe, expect, it } from "vitest";
import { checkEntry } from "../../src/proof/check.js";
import type { Source } from "../../src/proof/fetch.js";
import { ProofMemory } from "../../src/proof/memory.js";

const base = process.env["INDELIBLE_URL"];

/** Entries of each source at most. */
const EACH = 40;

describe.skipIf(base === undefined)("a running log", { timeout: 300_000 }, () => {
  const source: Source = { base: base ?? "", fetch };
  const get = async (path: string): Promise<string> => (await fetch(`${base}${path}`)).text();
  let ids: string[] = [];

  beforeAll(async () => {
    const { facets } = JSON.parse(await get("/v1/facets?field=source")) as { facets: { source: { value: string }[] } };
    for (const { value } of facets.source) {
      for (const order of ["asc", "desc"]) {
        const page = await get(`/v1/entries?source=${encodeURIComponent(value)}&order=${order}&limit=${EACH / 2}`);
        ids.push(...(JSON.parse(page) as { entries: { id: string }[] }).entries.map((entry) => entry.id));
      }
    }
    ids = [...new Set(ids)];
  });

  it("shows of every entry what it has proved", async () => {
    const memory = new ProofMemory(null);
    const failed: string[] = [];
    for (const id of ids) {
      const shown = await get(`/v1/entries/${id}`);
      const { verification } = await checkEntry(source, id, memory, shown);
      for (const step of verification.steps) if (!step.ok) failed.push(`${id} ${step.step}: ${step.detail}`);
    }
    expect(failed).toEqual([]);
    expect(ids.length).toBeGreaterThan(10);
    console.info(`${ids.length} entries verified`);
  });
});

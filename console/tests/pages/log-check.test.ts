import { expect, test } from "vitest";
import type { Api } from "../../src/api/client.js";
import { AskError } from "../../src/api/client.js";
import { checkLog, fetchClaims } from "../../src/pages/integrity/log-check.js";

const { signal } = new AbortController();
const note = (size: number) => `log\n${size}\n${"A".repeat(43)}=\n\n— log ${"A".repeat(91)}=\n`;

function api(consistency: () => string, asked: string[] = []): Api {
  const text = async (path: string, params?: URLSearchParams): Promise<string> => {
    asked.push(params === undefined ? path : `${path}?${params.toString()}`);
    return path === "/checkpoint" ? note(9) : path === "/vkey" ? "a key\n" : consistency();
  };
  return { text } as unknown as Api;
}

test("a proof is asked for from what is remembered to the newest", async () => {
  const asked: string[] = [];
  const claims = await fetchClaims(api(() => "proof\n", asked), { vkey: "a key", checkpoint: note(4) }, signal);
  expect(asked).toContain("/v1/consistency?from=4&to=9");
  expect(claims).toMatchObject({ vkey: "a key", consistency: "proof\n" });
});

test("where there is nothing to join, nothing is asked", async () => {
  for (const remembered of [undefined, { vkey: "a key", checkpoint: note(9) }, { vkey: "a key", checkpoint: note(0) }, { vkey: "a key", checkpoint: "torn" }]) {
    const asked: string[] = [];
    expect((await fetchClaims(api(() => "", asked), remembered, signal)).consistency).toBeUndefined();
    expect(asked).toHaveLength(2);
  }
});

test("a log that refuses to prove is judged, one that is gone is not", async () => {
  const refuses = (status: number) => api(() => { throw new AskError({ title: "", detail: "", status, code: "" }); });
  const remembered = { vkey: "a key", checkpoint: note(4) };
  expect((await fetchClaims(refuses(404), remembered, signal)).consistency).toBeUndefined();
  await expect(fetchClaims(refuses(0), remembered, signal)).rejects.toThrow(AskError);
});

test("what no key has signed is not sound, and nothing throws", () => {
  const { ok, steps } = checkLog({ checkpoint: note(9), vkey: "a key", remembered: undefined, consistency: undefined });
  expect(ok).toBe(false);
  expect(steps.map(({ step }) => step)).toEqual(["signature", "key", "consistency"]);
});

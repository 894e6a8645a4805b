import { readFile } from "node:fs/promises";
import { unzipSync } from "fflate";
import { describe, expect, onTestFinished } from "vitest";
import { Proxy, type Rule } from "./harness/proxy.js";
import { scenario } from "./harness/scenario.js";
import type { Server } from "./harness/server.js";

const EVENT = { action: "user.updated", description: "Ada changed Bob", actor: { type: "user", id: "u-7", name: "Ada Lovelace" }, client: { ip: "203.0.113.7" }, resource: { type: "user", id: "u-8" } };

/** The body with one character changed behind `mark`, for another that the form allows in its place. */
function flipped(body: Buffer, mark: string | RegExp): Buffer {
  const text = body.toString("latin1");
  const found = new RegExp(mark).exec(text);
  if (found === null) throw new Error(`${mark} is not in ${text}`);
  const at = found.index + found[0].length;
  return Buffer.from(text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1), "latin1");
}

/** What one changed byte is of, the answer it is in, what stands before it, and the steps that may fail on it. */
const FORGERIES: readonly (readonly [string, RegExp, string | RegExp, readonly string[]])[] = [
  ["the line", /\/line$/, /"description":"[^"]*chang/, ["Line", "Place in the tree", "What you see"]],
  ["a disclosure", /\/disclosures$/, /"disclosures":\s*\[\s*"[A-Za-z0-9_-]{30}|"[A-Za-z0-9_-]{60}/, ["Personal values"]],
  ["the path", /\/proof/, /\nindex \d+\n[A-Za-z0-9+/]{8}/, ["Place in the tree"]],
  ["the checkpoint's root", /\/proof/, /\n\n[^\n]+\n\d+\n[A-Za-z0-9+/]{8}/, ["Signature", "Place in the tree"]],
  ["the checkpoint's signature", /\/proof/, /\n\xe2\x80\x94 \S+ [A-Za-z0-9+/]{20}/, ["Signature"]],
  ["the key", /^\/vkey/, /\+[0-9a-f]{8}\+[A-Za-z0-9+/]{10}/, ["Key", "Signature"]],
  ["the entry on the page", /^\/v1\/entries\/[0-9a-f-]{36}$/, /"description":"[^"]*chang/, ["What you see"]],
];

async function withEntry(server: Server): Promise<string> {
  const [id] = await server.record(EVENT, ...Array.from({ length: 9 }, () => ({ action: "door.opened" })));
  return id ?? "";
}

describe("proof badge", () => {
  scenario("turns ✓ once the browser itself has verified the entry", async ({ fresh, open }) => {
    const server = await fresh();
    const log = await open(`${server.url}/?entry=${await withEntry(server)}`);
    const badge = log.page.locator("ind-proof");
    await badge.locator("[data-state=good]").waitFor();
    expect(await badge.locator("summary").innerText()).toMatch(/✓\s*verified.*against key .* at size \d/s);
    await badge.locator("summary").click();
    expect(await badge.locator('li[data-ok="false"]').count()).toBe(0);
    expect(await badge.locator("li").count()).toBeGreaterThanOrEqual(5);
  });

  for (const [what, path, mark, steps] of FORGERIES) {
    scenario(`turns ✗ and names the step where one byte of ${what} is changed`, async ({ fresh, open }) => {
      const server = await fresh();
      const id = await withEntry(server);
      let changed = 0;
      const change = (body: Buffer): Buffer => {
        changed += 1;
        return flipped(body, mark);
      };
      const rule: Rule = { path, change };
      const proxy = await Proxy.before(server.url, rule);
      onTestFinished(() => proxy.close());
      const log = await open(`${proxy.url}/?entry=${id}`);
      const badge = log.page.locator("ind-proof");
      await badge.locator("[data-state=bad]").waitFor();
      expect(changed).toBeGreaterThan(0);
      const said = await badge.locator("summary").innerText();
      expect(said).toContain("not proved");
      expect(steps).toContain(/failed at: (.*)$/m.exec(said)?.[1]);
      // Opened by itself, with a reason beside the step.
      expect(await badge.locator('li[data-ok="false"]').first().isVisible()).toBe(true);
    });
  }

  scenario("a log that comes back with another key is not believed", async ({ fresh, open }) => {
    const [server, other] = [await fresh(), await fresh()];
    const [first, second] = [await withEntry(server), await withEntry(other)];
    const proxy = await Proxy.before(server.url);
    onTestFinished(() => proxy.close());
    const log = await open(`${proxy.url}/?entry=${first}`);
    await log.page.locator("ind-proof [data-state=good]").waitFor();
    proxy.target = other.url;
    await log.page.goto(`${proxy.url}/?entry=${second}`);
    await log.page.locator("ind-proof [data-state=bad]").waitFor();
    expect(await log.page.locator("ind-proof summary").innerText()).toMatch(/failed at: Key/);
  });

  scenario("the evidence can be downloaded and holds line, proof and key", async ({ fresh, open }) => {
    const server = await fresh();
    const id = await withEntry(server);
    const log = await open(`${server.url}/?entry=${id}`);
    await log.page.locator("ind-proof [data-state=good]").waitFor();
    await log.page.locator("ind-proof summary").click();
    const [download] = await Promise.all([log.page.waitForEvent("download"), log.button("Download evidence").click()]);
    const files = unzipSync(await readFile(await download.path()));
    const texts = Object.values(files).map((bytes) => Buffer.from(bytes).toString("utf8"));
    expect(texts).toContain(await server.text(`/v1/entries/${id}/line`));
    expect(texts.some((text) => text.includes("c2sp.org/tlog-proof"))).toBe(true);
    const key = (await server.text("/vkey")).trim();
    expect(texts.some((text) => text.includes(key))).toBe(true);
  });
});

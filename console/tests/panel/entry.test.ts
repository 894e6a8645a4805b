/** What an entry's page says of agents, reasons, sessions and numbers, and where it leads from there. */

import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/api/types.js";
import { cellOf } from "../../src/log/columns.js";
import { fieldsOf } from "../../src/panel/fields.js";
import { pivotsOf } from "../../src/panel/pivots.js";
import { Filters } from "../../src/state/filters.js";

function entry(more: Partial<Entry> = {}): Entry {
  return {
    v: 1,
    id: "01a207a7-95e3-7102-8304-05060708090a",
    time: "2026-03-01T09:30:05.000000Z",
    received: "2026-03-01T09:30:05.000000Z",
    actor: { type: "agent", id: "a-1", name: "Helper" },
    action: "device.lock",
    event: "updated",
    channel: "device",
    description: "device lock",
    severity: "info",
    source: "gate",
    leaf_index: 7,
    ...more,
  };
}

/** The text of a template, without its elements. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join("");
  if (typeof value !== "object" || value === null) return typeof value === "symbol" ? "" : String(value);
  const { strings, values } = value as { strings: readonly string[]; values: readonly unknown[] };
  const joined = strings.map((string, at) => string + (at < values.length ? plain(values[at]) : "")).join("");
  return joined.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
}

const cell = (name: string, shown: Entry): string => plain(cellOf(name, shown, { locale: "en", nowMs: 0 })).trim();

const labels = (shown: Entry): string[] => fieldsOf(shown, "en", 0).map(([label]) => label);

const leads = (shown: Entry): Record<string, string> => Object.fromEntries(pivotsOf(shown).map(({ label, filters }) => [label, String(filters)]));

describe("an entry's page", () => {
  it("says why, in which session, and under which number, where the entry does", () => {
    const said = ["Reason", "Session ID", "Sequence"];
    expect(labels(entry()).filter((label) => said.includes(label))).toEqual([]);
    expect(labels(entry({ reason: "T-7", session_id: "s-1", sequence: { stream: "north", n: 0 } })).filter((label) => said.includes(label))).toEqual(said);
  });

  it("leads to the session, and to its neighbours in the stream of its source", () => {
    expect(Object.keys(leads(entry())).filter((label) => /session|stream/.test(label))).toEqual([]);
    const found = leads(entry({ session_id: "s 1", sequence: { stream: "north/1", n: 60 } }));
    expect(found["Same session"]).toBe("session_id=s+1");
    expect(found["Before and after in its stream (±50)"]).toBe("source=gate&sequence_stream=north%2F1&sequence_n=10..110");
  });

  it.each([
    [0, "0..50"],
    [Number.MAX_SAFE_INTEGER, "9007199254740941..9007199254740991"],
  ])("asks for no number beyond the ends of a stream: %i", (n, range) => {
    const [neighbours] = pivotsOf(entry({ sequence: { stream: "north", n } })).filter(({ label }) => label.includes("stream"));
    expect(neighbours?.filters.one("sequence_n")).toBe(range);
  });

  it("asks by filters that a URL keeps", () => {
    const pairs = ["reason", "session_id", "sequence_stream", "sequence_n"].map((name): [string, string] => [name, "1"]);
    expect(Filters.of([...pairs, ["nonsense", "1"]]).pairs).toEqual(pairs);
  });

  it("tells agents from people, and says for whom they acted", () => {
    const on_behalf_of = { type: "user", id: "u-9", name: "Grace Hopper" } as const;
    const actor = { type: "agent", id: "a-1", name: "Helper", on_behalf_of } as const;
    expect(cell("actor", entry())).toBe("◆Agent Helper");
    expect(cell("actor", entry({ actor: { ...actor, type: "user" } }))).toBe("Helper");
    // The browser is that of whom it acted for.
    expect(cell("actor_agent", entry({ actor, browser: "Chrome on macOS" }))).toBe("Helper Agent for Grace Hopper");
    expect(cell("actor_agent", entry())).toBe("Helper Agent");
  });

  it("has columns for all of them", () => {
    const full = entry({ reason: "T-7", session_id: "s-1", sequence: { stream: "north", n: 0 } });
    expect(["reason", "session_id", "sequence"].map((name) => cell(name, full))).toEqual(["T-7", "s-1", "north #0"]);
    expect(["reason", "session_id", "sequence"].map((name) => cell(name, entry()))).toEqual(["—", "—", "—"]);
  });
});

import { expect, test } from "vitest";
import type { Api } from "../../src/api/client.js";
import { failuresOf, figuresOf } from "../../src/pages/overview/questions.js";
import { nameOf } from "../../src/pages/overview/actor-names.js";
import { narrowed } from "../../src/pages/scope.js";
import { logHref } from "../../src/pages/links.js";
import { Filters } from "../../src/state/filters.js";

const signal = new AbortController().signal;

function api(facets: object, asked: string[] = []): Api {
  return { json: async (path: string, params: URLSearchParams) => (asked.push(`${path}?${params.toString()}`), { facets }) } as unknown as Api;
}

test("every entry has a severity: their sum is how many there are", async () => {
  const figures = await figuresOf(api({ outcome: [{ value: "failure", count: 2 }], severity: [{ value: "info", count: 7 }, { value: "critical", count: 3 }] }), new URLSearchParams(), signal);
  expect(figures.entries).toBe(10);
  expect(figures.outcome.get("failure")).toBe(2);
});

test("failures are asked for within the filters", async () => {
  const asked: string[] = [];
  await failuresOf(api({ actor: [] }, asked), new URLSearchParams("channel=auth&outcome=failure&outcome=success"), "actor", signal);
  expect(asked).toEqual(["/v1/facets?channel=auth&outcome=failure&field=actor&limit=100"]);
});

test("where only successes are asked for, there is no failure, and no question", async () => {
  const asked: string[] = [];
  expect(await failuresOf(api({}, asked), new URLSearchParams("outcome=success"), "actor", signal)).toEqual([]);
  expect(asked).toEqual([]);
});

test("a link narrows the filters to exactly that value", () => {
  const filters = Filters.of(new URLSearchParams("actor=ada&actor=bob&channel=auth"));
  expect(logHref(narrowed(filters, ["actor", "bob"], ["outcome", "failure"]))).toBe("/?actor=bob&channel=auth&outcome=failure");
  expect(logHref(Filters.none)).toBe("/");
});

test("an actor is named by name, else by address, else by an id that is not the value itself", () => {
  const actor = { type: "user", id: "ada@example.com", email: "ada@example.com" } as const;
  expect(nameOf({ ...actor, name: "Ada" }, "p_1")).toBe("Ada");
  expect(nameOf(actor, "p_1")).toBe("ada@example.com");
  expect(nameOf({ type: "user", id: "908" }, "908")).toBeUndefined();
});

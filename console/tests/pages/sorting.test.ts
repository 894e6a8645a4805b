import { expect, test } from "vitest";
import { found, SORT_DEFAULT, sorted, sortedBy, type Sort } from "../../src/pages/catalogue/sorting.js";

const row = (value: string, count: number, first: string, last: string) => ({ value, count, first_seen: `${first}T00:00:00.000000Z`, last_seen: `${last}T00:00:00.000000Z` });
const ROWS = [row("run10", 3, "2024-01-01", "2026-03-01"), row("Auth", 9, "2025-01-01", "2025-02-01"), row("run9", 3, "2023-01-01", "2026-01-01")];
const order = (sort: Sort) => sorted(ROWS, sort, "en").map(({ value }) => value);

test("most entries come first, equal ones by name, numbers in names as numbers", () => {
  expect(order(SORT_DEFAULT)).toEqual(["Auth", "run9", "run10"]);
});

test("each column sorts both ways", () => {
  expect(order({ key: "value", descending: false })).toEqual(["Auth", "run9", "run10"]);
  expect(order({ key: "value", descending: true })).toEqual(["run10", "run9", "Auth"]);
  expect(order({ key: "first_seen", descending: false })).toEqual(["run9", "run10", "Auth"]);
  expect(order({ key: "last_seen", descending: true })).toEqual(["run10", "run9", "Auth"]);
});

test("sorting leaves the answer as it came", () => {
  sorted(ROWS, { key: "value", descending: false }, "en");
  expect(ROWS[0]?.value).toBe("run10");
});

test("a second click turns the order round; another column begins as it is first looked at", () => {
  const second = sortedBy(SORT_DEFAULT, "count");
  expect(second).toEqual({ key: "count", descending: false });
  expect(sortedBy(second, "value")).toEqual({ key: "value", descending: false });
  expect(sortedBy(second, "last_seen")).toEqual({ key: "last_seen", descending: true });
});

test("finding takes all words, whatever their case and order", () => {
  expect(found(ROWS, " RUN 9").map(({ value }) => value)).toEqual(["run9"]);
  expect(found(ROWS, "  ")).toHaveLength(3);
  expect(found(ROWS, "nothing")).toHaveLength(0);
});

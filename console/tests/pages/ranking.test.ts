import { expect, test } from "vitest";
import { ranked, repeated } from "../../src/pages/overview/ranking.js";

const counted = (...counts: readonly (readonly [string, number])[]) => counts.map(([value, count]) => ({ value, count }));

test("a ranking keeps the order and says each value's part of the largest", () => {
  expect(ranked(counted(["a", 8], ["b", 4], ["c", 1]), 2)).toEqual([
    { value: "a", count: 8, share: 1 },
    { value: "b", count: 4, share: 0.5 },
  ]);
});

test("a ranking of nothing, or of zeros, divides by nothing", () => {
  expect(ranked([], 10)).toEqual([]);
  expect(ranked(counted(["a", 0]), 10)).toEqual([{ value: "a", count: 0, share: 0 }]);
});

test("repeated failures are five or more, actors and addresses together, most first", () => {
  const failures = { actor: counted(["ada", 9], ["bob", 4]), ip: counted(["192.0.2.7", 12], ["192.0.2.8", 5]) };
  expect(repeated(failures).map(({ field, value, count }) => [field, value, count])).toEqual([
    ["ip", "192.0.2.7", 12],
    ["actor", "ada", 9],
    ["ip", "192.0.2.8", 5],
  ]);
});

test("repeated failures at equal counts stand in the order of their values", () => {
  expect(repeated({ actor: counted(["b", 5], ["a", 5]) }).map(({ value }) => value)).toEqual(["a", "b"]);
});

test("where the server does not count by address, actors stand alone", () => {
  expect(repeated({ actor: counted(["ada", 5]), ip: undefined })).toHaveLength(1);
});

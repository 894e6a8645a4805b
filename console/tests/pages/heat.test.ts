import { expect, test } from "vitest";
import { busiest, HEAT_STEPS, heatBounds, heatOf, hourSpan, mostOf, weekdays } from "../../src/pages/overview/heat.js";

const week = (...counts: number[]) => Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, hour) => counts[day * 24 + hour] ?? 0));

test("no entry has no colour, the most has the strongest, and one night's import leaves the others apart", () => {
  const bounds = heatBounds(week(1, 2, 3, 4, 5, 6, 7, 8, 9, 10_000));
  expect(bounds).toEqual([1, 3, 5, 7, 9]);
  expect([0, 1, 4, 6, 8, 10_000].map((count) => heatOf(count, bounds))).toEqual([0, 1, 2, 3, 4, 5]);
});

test("equal counts share a colour, the strongest", () => {
  expect(heatBounds(week(4, 4, 4, 4))).toEqual([4]);
  expect(heatOf(4, [4])).toBe(HEAT_STEPS);
  expect(heatOf(0, [4])).toBe(0);
});

test("a week without entries has no colours", () => {
  expect(heatBounds(week())).toEqual([]);
  expect(heatOf(0, [])).toBe(0);
});

test("more entries never have a weaker colour", () => {
  const counts = Array.from({ length: 168 }, (_, at) => (at * at * 7919) % 1_234);
  const bounds = heatBounds(week(...counts));
  const heats = counts.sort((a, b) => a - b).map((count) => heatOf(count, bounds));
  expect(heats).toEqual([...heats].sort((a, b) => a - b));
  expect(heats.at(-1)).toBe(HEAT_STEPS);
  expect(Math.min(...heats.filter((heat) => heat > 0))).toBe(1);
});

test("the busiest hour is found; a week without entries has none", () => {
  const cells = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  expect(busiest(cells)).toBeUndefined();
  cells[2]![13] = 4;
  cells[6]![23] = 9;
  expect(mostOf(cells)).toBe(9);
  expect(busiest(cells)).toEqual({ day: 6, hour: 23 });
});

test("weeks begin on Monday, days end at midnight", () => {
  expect(weekdays("en", "long")).toEqual(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
  expect(weekdays("de", "short")[0]).toBe("Mo");
  expect(hourSpan(23)).toBe("23:00–00:00");
});

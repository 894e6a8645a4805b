import { expect, test } from "vitest";
import { busiest, HEAT_STEPS, heatBounds, heatOf, hourSpan, mostOf, weekdays } from "../../src/pages/overview/heat.js";

test("no entry has no colour, one entry has some, the most has the strongest", () => {
  expect(heatOf(0, 100)).toBe(0);
  expect(heatOf(1, 1_000_000)).toBe(1);
  expect(heatOf(100, 100)).toBe(HEAT_STEPS);
  expect(heatOf(0, 0)).toBe(0);
});

test("colours rise with counts, and the bounds say where", () => {
  for (const most of [1, 2, 3, 4, 5, 7, 10, 24, 25, 26, 99, 100, 1_234, 999_999]) {
    const bounds = heatBounds(most);
    expect(bounds[0]).toBe(1);
    for (const [at, bound] of bounds.entries()) {
      expect(bound).toBeGreaterThan(bounds[at - 1] ?? 0);
      expect(bound).toBeLessThanOrEqual(most);
      const last = (bounds[at + 1] ?? most + 1) - 1;
      expect(heatOf(bound, most), `${bound} and ${last} of ${most}`).toBe(heatOf(last, most));
      expect(heatOf(bound, most)).toBeGreaterThan(heatOf(bound - 1, most));
    }
  }
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

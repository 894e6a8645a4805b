/** Buckets of time: which interval suits a span, and bars for each of its steps. */
import type { Bucket } from "../api/types.js";

export type Interval = "minute" | "hour" | "day" | "week" | "month";

/** Length of an interval in seconds; a month's is its mean. */
export const INTERVAL_SECONDS: Readonly<Record<Interval, number>> = { minute: 60, hour: 3_600, day: 86_400, week: 604_800, month: 2_629_800 };

/** Steps between names below a chart's axis, in seconds, as its library lays them out on calendars. */
const TICKS = [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200]
  .concat([1, 2, 3, 5, 7, 10, 15].map((days) => days * 86_400))
  .concat([1, 2, 3, 4, 6].map((months) => months * 2_592_000))
  .concat([1, 2, 5, 10, 25, 50, 100].map((years) => years * 31_536_000));

/** Those that are not shorter than a bar. */
export function ticksFor(interval: Interval): number[] {
  return TICKS.filter((seconds) => seconds >= (interval === "month" ? 2_592_000 : INTERVAL_SECONDS[interval]));
}

/** Bars of a timeline at most: more are thinner than a reader can point at. */
export const BARS_MAX = 180;

/** The finest interval that divides a span of so many seconds into at most {@link BARS_MAX} bars. */
export function intervalFor(seconds: number): Interval {
  const names: readonly Interval[] = ["minute", "hour", "day", "week"];
  return names.find((name) => seconds / INTERVAL_SECONDS[name] <= BARS_MAX) ?? "month";
}

/** Bars for a chart. `times` are seconds since 1970; `heights[i]` is the sum of the values up to the i-th. */
export interface Stacked {
  readonly times: readonly number[];
  readonly heights: readonly (readonly number[])[];
  readonly buckets: readonly Bucket[];
}

/** Stacks the values of each bucket in their order. Steps without entries get bars of no height. */
export function stacked(buckets: readonly Bucket[], values: readonly string[], interval: Interval): Stacked {
  const whole = filled(buckets, INTERVAL_SECONDS[interval]);
  const sums = whole.map(() => 0);
  const heights = values.map((value) =>
    whole.map(({ counts }, at) => {
      sums[at] = (sums[at] ?? 0) + (counts[value] ?? 0);
      return sums[at] ?? 0;
    }),
  );
  return { times: whole.map(({ time }) => Date.parse(time) / 1_000), heights, buckets: whole };
}

/** Bars that are drawn at most, whatever the span: an interval is chosen so that there are fewer. */
const FILLED_MAX = 4 * BARS_MAX;

function filled(buckets: readonly Bucket[], step: number): Bucket[] {
  const whole: Bucket[] = [];
  for (const bucket of buckets) {
    const previous = whole[whole.length - 1];
    if (previous !== undefined && whole.length < FILLED_MAX) {
      const [from, to] = [Date.parse(previous.time) / 1_000, Date.parse(bucket.time) / 1_000];
      // A month or a day of 23 hours is shorter than its mean: half a step is no gap.
      for (let at = from + step; at < to - step / 2 && whole.length < FILLED_MAX; at += step) {
        whole.push({ time: new Date(at * 1_000).toISOString(), total: 0, counts: {} });
      }
    }
    whole.push(bucket);
  }
  return whole;
}

/** Asks for the timeline's bars in steps that suit the span of what matches. */
import type { Api } from "../api/client.js";
import type { Histogram } from "../api/types.js";
import type { Division } from "../state/view.js";
import { zone } from "../state/range.js";
import { type Interval, INTERVAL_SECONDS, intervalFor } from "./buckets.js";

/** Bars and the length of each. */
export interface Shape {
  readonly histogram: Histogram;
  readonly interval: Interval;
}

/**
 * One question where the filters bound the time on both sides; else a second one, once it is known by months when the
 * entries are.
 */
export async function histogramOf(api: Api, filters: URLSearchParams, division: Division): Promise<Shape> {
  const ask = async (interval: Interval): Promise<Shape> => {
    const params = new URLSearchParams(filters);
    params.set("interval", interval);
    params.set("by", division);
    params.set("tz", zone());
    return { histogram: await api.json<Histogram>("/v1/histogram", params), interval };
  };
  const [from, to] = [instant(filters.get("from")), instant(filters.get("to"), Date.now())];
  if (from !== undefined && to !== undefined) return ask(intervalFor((to - from) / 1_000));
  const months = await ask("month");
  const times = months.histogram.buckets.map(({ time }) => Date.parse(time) / 1_000);
  const [first, last] = [times[0], times[times.length - 1]];
  if (first === undefined || last === undefined) return months;
  const interval = intervalFor(last - first + INTERVAL_SECONDS.month);
  return interval === "month" ? months : ask(interval);
}

function instant(value: string | null, otherwise?: number): number | undefined {
  if (value === null) return otherwise;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

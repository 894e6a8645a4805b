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
  /** The range that was asked for, in seconds since 1970, where it is bounded. */
  readonly from: number | undefined;
  readonly to: number | undefined;
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
    return { histogram: await api.json<Histogram>("/v1/histogram", params), interval, from, to };
  };
  const [from, to] = [begin(filters.get("from")), end(filters.get("to"))];
  if (from !== undefined) return ask(intervalFor((to ?? Date.now() / 1_000) - from));
  const months = await ask("month");
  const times = months.histogram.buckets.map(({ time }) => Date.parse(time) / 1_000);
  const [first, last] = [times[0], times[times.length - 1]];
  if (first === undefined || last === undefined) return months;
  const interval = intervalFor(last - first + INTERVAL_SECONDS.month);
  return interval === "month" ? months : ask(interval);
}

/** A bare day is a day of the reader's, whose last second still belongs to it. */
const DAY_TEXT = 10;

function begin(value: string | null): number | undefined {
  const at = Date.parse(value === null ? "" : value.length === DAY_TEXT ? `${value}T00:00:00` : value);
  return Number.isNaN(at) ? undefined : at / 1_000;
}

function end(value: string | null): number | undefined {
  const at = Date.parse(value === null ? "" : value.length === DAY_TEXT ? `${value}T23:59:59.999` : value);
  return Number.isNaN(at) ? undefined : at / 1_000;
}

/** Ranges of time: the quick ones, and what they come to when they are asked. */
import type { Filters } from "./filters.js";

/** Quick ranges, as `since` stands in the URL. */
export const QUICK_RANGES: readonly (readonly [string, string])[] = [
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
  ["90d", "Last 90 days"],
  ["365d", "Last year"],
];

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** How far back `since` reaches, in milliseconds; undefined for what is no range. */
export function sinceMs(since: string): number | undefined {
  const found = /^(\d{1,6})([mhdw])$/.exec(since);
  if (found === null) return undefined;
  return Number(found[1]) * (UNIT_MS[found[2] ?? ""] ?? 0);
}

/** The reader's time zone, such as `Europe/Berlin`: whole days in the URL are days there. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/**
 * The filters as the interface takes them: `since` becomes an instant, counted back from `nowMs`, and whole days are the
 * reader's.
 */
export function asked(filters: Filters, nowMs: number): URLSearchParams {
  const params = new URLSearchParams();
  let days = false;
  for (const [name, value] of filters.pairs) {
    const back = name === "since" ? sinceMs(value) : undefined;
    if (back !== undefined) params.append("from", new Date(nowMs - back).toISOString());
    else if (name !== "since") params.append(name, value);
    days ||= (name === "from" || name === "to") && value.length === 10;
  }
  if (days) params.set("tz", zone());
  return params;
}

/** What the range is called on its button. */
export function rangeLabel(filters: Filters, locale: string): string {
  const since = filters.one("since");
  if (since !== undefined) return QUICK_RANGES.find(([value]) => value === since)?.[1] ?? `Last ${since}`;
  const [from, to] = [filters.one("from"), filters.one("to")];
  if (from === undefined && to === undefined) return "Any time";
  const text = (value: string): string => instantLabel(value, locale);
  if (from === undefined) return `Until ${text(to ?? "")}`;
  if (to === undefined) return `Since ${text(from)}`;
  return from === to ? text(from) : `${text(from)} – ${text(to)}`;
}

function instantLabel(value: string, locale: string): string {
  const day = value.length === 10;
  const at = new Date(day ? `${value}T00:00:00` : value);
  if (Number.isNaN(at.getTime())) return value;
  return at.toLocaleString(locale, day ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" });
}

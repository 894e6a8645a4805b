/** What the overview asks. Each takes the filters as the interface takes them. */
import type { Api } from "../../api/client.js";
import type { Counted, Facets, Heatmap } from "../../api/types.js";
import { zone } from "../../state/range.js";

/** Values of failures that are asked for: enough to find all who failed repeatedly in any but the worst week. */
export const FAILURES_MAX = 100;

/** How many entries there are, and how many of them fail or are severe. */
export interface Figures {
  readonly entries: number;
  readonly outcome: ReadonlyMap<string, number>;
  readonly severity: ReadonlyMap<string, number>;
  /** Whether nobody has sent anything: there is nothing but what the log says of itself. */
  readonly onlyItsOwn: boolean;
}

export async function figuresOf(api: Api, filters: URLSearchParams, signal: AbortSignal): Promise<Figures> {
  const { facets } = await facetsOf(api, filters, ["outcome", "severity", "source"], FAILURES_MAX, signal);
  const map = (field: string): Map<string, number> => new Map((facets[field] ?? []).map(({ value, count }) => [value, count]));
  // Every entry has a severity, not every one an outcome.
  const severity = map("severity");
  const onlyItsOwn = (facets["source"] ?? []).every(({ value }) => value === "indelible");
  return { entries: [...severity.values()].reduce((sum, count) => sum + count, 0), outcome: map("outcome"), severity, onlyItsOwn };
}

/** The most frequent values of a field. */
export async function valuesOf(api: Api, filters: URLSearchParams, field: string, max: number, signal: AbortSignal): Promise<readonly Counted[]> {
  return (await facetsOf(api, filters, [field], max, signal)).facets[field] ?? [];
}

/** Failures by the values of a field, as {@link valuesOf}. */
export async function failuresOf(api: Api, filters: URLSearchParams, field: string, signal: AbortSignal): Promise<readonly Counted[]> {
  const outcomes = filters.getAll("outcome");
  // Filters of one name are alternatives: where only successes are asked for there is no failure to count.
  if (outcomes.length > 0 && !outcomes.includes("failure")) return [];
  const failures = new URLSearchParams(filters);
  failures.set("outcome", "failure");
  return valuesOf(api, failures, field, FAILURES_MAX, signal);
}

/** Entries by hour of the reader's week. */
export async function heatmapOf(api: Api, filters: URLSearchParams, signal: AbortSignal): Promise<Heatmap> {
  const params = new URLSearchParams(filters);
  params.set("tz", zone());
  return api.json<Heatmap>("/v1/heatmap", params, { signal });
}

async function facetsOf(api: Api, filters: URLSearchParams, fields: readonly string[], max: number, signal: AbortSignal): Promise<Facets> {
  const params = new URLSearchParams(filters);
  for (const field of fields) params.append("field", field);
  params.set("limit", String(max));
  return api.json<Facets>("/v1/facets", params, { signal });
}

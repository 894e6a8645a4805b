/** Values by how often they occur, and which of them fail again and again. */
import type { Counted } from "../../api/types.js";

/** A value in a ranking. `share` is its part of the largest one, 0 to 1. */
export interface Ranked extends Counted {
  readonly share: number;
}

/** The first of the values, each with its part of the largest. They come as the server sorts them: most frequent first. */
export function ranked(values: readonly Counted[], max: number): Ranked[] {
  const largest = values.reduce((most, { count }) => Math.max(most, count), 0);
  return values.slice(0, max).map(({ value, count }) => ({ value, count, share: largest === 0 ? 0 : count / largest }));
}

/** What failed: somebody, or whatever asked from an address. */
export type Culprit = "actor" | "ip";

/** Somebody or some address with repeated failures. */
export interface Repeated extends Counted {
  readonly field: Culprit;
}

/** Failures from here on are repeated: what a person who mistypes a password does not reach. */
export const REPEATED_MIN = 5;

/** Everything with at least {@link REPEATED_MIN} failures, most first; at equal counts in the order of their values. */
export function repeated(failures: { readonly [field in Culprit]?: readonly Counted[] | undefined }): Repeated[] {
  const of = (field: Culprit): Repeated[] => (failures[field] ?? []).map(({ value, count }) => ({ field, value, count }));
  return [...of("actor"), ...of("ip")]
    .filter(({ count }) => count >= REPEATED_MIN)
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

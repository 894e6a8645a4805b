/** The catalogue's rows in an order, and those that a reader looks for. */
import type { Recorded } from "../../api/types.js";

/** What rows can be sorted by. */
export type SortKey = "value" | "count" | "first_seen" | "last_seen";

export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export const SORT_DEFAULT: Sort = { key: "count", descending: true };

/** The order after a click on a column: the other way round for the same one, else as that column is first looked at. */
export function sortedBy(before: Sort, key: SortKey): Sort {
  if (before.key === key) return { key, descending: !before.descending };
  return { key, descending: key === "count" || key === "last_seen" };
}

/** The rows in that order; equal ones by their value. The given list stays as it is. */
export function sorted(rows: readonly Recorded[], { key, descending }: Sort, locale: string): Recorded[] {
  const words = new Intl.Collator(locale, { numeric: true });
  const compare = (a: Recorded, b: Recorded): number => {
    if (key === "count") return a.count - b.count;
    if (key === "value") return words.compare(a.value, b.value);
    // Times of one length in UTC: their text sorts as they do.
    return a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0;
  };
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(a, b) || words.compare(a.value, b.value));
}

/** Rows whose value holds every one of the words, whatever their case. */
export function found(rows: readonly Recorded[], text: string): readonly Recorded[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? rows : rows.filter(({ value }) => words.every((word) => value.toLowerCase().includes(word)));
}

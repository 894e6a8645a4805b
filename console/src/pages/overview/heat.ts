/** The heat of an hour of the week: how many entries, as one of a few steps of colour. */

/** Steps of colour above none. */
export const HEAT_STEPS = 5;

export const HOURS = 24;
export const DAYS = 7;

/**
 * Counts from which each step begins, at most {@link HEAT_STEPS}; none where nothing was counted.
 *
 * Each step holds as many hours as another: by shares of the largest, one import of a whole night would make all other hours
 * look alike. Equal counts are never told apart, so there can be fewer steps.
 */
export function heatBounds(cells: readonly (readonly number[])[]): number[] {
  const counts = cells.flat().filter((count) => count > 0).sort((a, b) => a - b);
  const bounds = Array.from({ length: HEAT_STEPS }, (_, step) => counts[Math.floor((step * counts.length) / HEAT_STEPS)] ?? 0);
  return [...new Set(bounds)].filter((bound) => bound > 0);
}

/** The step of a count: 0 for none, else 1 to {@link HEAT_STEPS}, which is that of the largest. */
export function heatOf(count: number, bounds: readonly number[]): number {
  const at = bounds.findLastIndex((bound) => bound <= count);
  return Math.ceil(((at + 1) * HEAT_STEPS) / Math.max(1, bounds.length));
}

/** The largest count of all cells; 0 where there is none. */
export function mostOf(cells: readonly (readonly number[])[]): number {
  return cells.flat().reduce((most, count) => Math.max(most, count), 0);
}

/** The hour of the week with most entries; undefined where there are none. */
export function busiest(cells: readonly (readonly number[])[]): { readonly day: number; readonly hour: number } | undefined {
  const most = mostOf(cells);
  const day = most === 0 ? -1 : cells.findIndex((hours) => hours.includes(most));
  return day < 0 ? undefined : { day, hour: cells[day]?.indexOf(most) ?? 0 };
}

/** Names of the weekdays, Monday first. */
export function weekdays(locale: string, width: "long" | "short"): string[] {
  const name = new Intl.DateTimeFormat(locale, { weekday: width, timeZone: "UTC" });
  // 1 January 2024 was a Monday.
  return Array.from({ length: DAYS }, (_, day) => name.format(Date.UTC(2024, 0, 1 + day)));
}

/** `14:00–15:00`. */
export function hourSpan(hour: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(hour)}:00–${two((hour + 1) % HOURS)}:00`;
}

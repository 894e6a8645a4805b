/** The heat of an hour of the week: how many entries, as one of a few steps of colour. */

/** Steps of colour above none. */
export const HEAT_STEPS = 5;

export const HOURS = 24;
export const DAYS = 7;

/**
 * The step of a count: 0 for none, else 1 to {@link HEAT_STEPS}.
 *
 * By square roots: in a log few hours hold most entries, and by plain shares all others would look alike.
 */
export function heatOf(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  return Math.min(HEAT_STEPS, Math.max(1, Math.ceil(Math.sqrt(count / most) * HEAT_STEPS)));
}

/** Counts from which each step begins, the first of them 1; steps that no count reaches are left out. */
export function heatBounds(most: number): number[] {
  const from = (step: number): number => Math.max(1, Math.floor(most * ((step - 1) / HEAT_STEPS) ** 2) + 1);
  const bounds = Array.from({ length: HEAT_STEPS }, (_, step) => from(step + 1));
  return bounds.filter((bound, at) => bound <= most && bound !== bounds[at + 1]);
}

/** The largest count of all cells; 0 where there is none. */
export function mostOf(cells: readonly (readonly number[])[]): number {
  return cells.flat().reduce((most, count) => Math.max(most, count), 0);
}

/** The hour of the week with most entries; undefined where there are none. */
export function busiest(cells: readonly (readonly number[])[]): { readonly day: number; readonly hour: number } | undefined {
  const most = mostOf(cells);
  if (most === 0) return undefined;
  const at = cells.flat().indexOf(most);
  return { day: Math.floor(at / HOURS), hour: at % HOURS };
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

/** Times as the reader reads them, in the reader's zone; and UTC beside them. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${locale}|${key}`;
  let found = formats.get(name);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale, options);
    formats.set(name, found);
  }
  return found;
}

/** `27 Nov 2026, 11:20:19`, in the reader's zone. */
export function localTime(time: string, locale: string): string {
  return format(locale, "local", { dateStyle: "medium", timeStyle: "medium" }).format(new Date(time));
}

/** `2026-11-27 11:20:19.559126 UTC`, every digit the entry has. */
export function utcTime(time: string): string {
  return `${time.replace("T", " ").replace("Z", "")} UTC`;
}

/** `2026-11-27 11:20:19 UTC`. */
export function utcSeconds(time: string): string {
  return `${time.slice(0, 19).replace("T", " ")} UTC`;
}

/** `2026-11-27-11-20-19`. */
export function dashed(time: string): string {
  return time.slice(0, 19).replace(/[T:]/g, "-");
}

const STEPS: readonly (readonly [number, Intl.RelativeTimeFormatUnit, number])[] = [
  [60, "second", 1],
  [3_600, "minute", 60],
  [86_400, "hour", 3_600],
  [30 * 86_400, "day", 86_400],
  [365 * 86_400, "month", 30.44 * 86_400],
  [Infinity, "year", 365.25 * 86_400],
];

const relatives = new Map<string, Intl.RelativeTimeFormat>();

/** `2 hours ago`. */
export function age(time: string, nowMs: number, locale: string): string {
  const seconds = (Date.parse(time) - nowMs) / 1_000;
  const [, unit, size] = STEPS.find(([below]) => Math.abs(seconds) < below) ?? [0, "year", 365.25 * 86_400];
  let relative = relatives.get(locale);
  if (relative === undefined) {
    relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    relatives.set(locale, relative);
  }
  return relative.format(Math.trunc(seconds / size), unit);
}

const numbers = new Map<string, Intl.NumberFormat>();

/** `36,067`. */
export function count(value: number, locale: string): string {
  let number = numbers.get(locale);
  if (number === undefined) {
    number = new Intl.NumberFormat(locale);
    numbers.set(locale, number);
  }
  return number.format(value);
}

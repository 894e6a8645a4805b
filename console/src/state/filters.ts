/** Which entries are asked for: the interface's filters, as they stand in the URL. Immutable. */

/** Names a URL may carry as filters, in the order they are shown. `-` before a name excludes. */
export const FILTER_NAMES = [
  "q",
  "search",
  "actor",
  "actor_name",
  "actor_type",
  "person",
  "resource_type",
  "resource_id",
  "resource_name",
  "action",
  "event",
  "channel",
  "severity",
  "outcome",
  "organization",
  "workspace",
  "project",
  "http_status",
  "http_method",
  "http_path",
  "ip",
  "country",
  "source",
  "request_id",
  "trace_id",
  "reason",
  "session_id",
  "sequence_stream",
  "sequence_n",
  "event_id",
  "id",
  "since",
  "from",
  "to",
] as const;

const KNOWN: ReadonlySet<string> = new Set(FILTER_NAMES.flatMap((name) => [name, `-${name}`]));

/** Filters of time. They are one choice together: a new one replaces them all. */
const TIME = ["since", "from", "to"];

export class Filters {
  readonly #pairs: readonly (readonly [string, string])[];

  private constructor(pairs: readonly (readonly [string, string])[]) {
    this.#pairs = pairs;
  }

  static readonly none = new Filters([]);

  /** Those of the parameters that are filters and say something; others belong to somebody else. */
  static of(params: Iterable<readonly [string, string]>): Filters {
    return new Filters([...params].filter(([name, value]) => KNOWN.has(name) && value !== ""));
  }

  get pairs(): readonly (readonly [string, string])[] {
    return this.#pairs;
  }

  get empty(): boolean {
    return this.#pairs.length === 0;
  }

  all(name: string): string[] {
    return this.#pairs.filter(([known]) => known === name).map(([, value]) => value);
  }

  one(name: string): string | undefined {
    return this.all(name)[0];
  }

  /** With exactly these values under that name; none removes it. */
  with(name: string, values: readonly string[]): Filters {
    // What stays keeps its place, so that nothing jumps while one is taken off.
    const kept = this.#pairs.filter(([known, value]) => known !== name || values.includes(value));
    const added = values.filter((value) => !this.all(name).includes(value));
    return Filters.of([...kept, ...added.map((value) => [name, value] as const)]);
  }

  without(...names: string[]): Filters {
    return new Filters(this.#pairs.filter(([known]) => !names.includes(known)));
  }

  /** With another range of time: `{}` for any time. */
  within(range: { since?: string | undefined; from?: string | undefined; to?: string | undefined }): Filters {
    const pairs = Object.entries(range).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
    return new Filters([...this.without(...TIME).#pairs, ...pairs]);
  }

  /** With those of another as well. */
  and(others: Filters): Filters {
    return others.empty ? this : new Filters([...this.#pairs, ...others.#pairs]);
  }

  equals(other: Filters): boolean {
    return String(this) === String(other);
  }

  toString(): string {
    return new URLSearchParams(this.#pairs.map(([name, value]) => [name, value])).toString();
  }
}

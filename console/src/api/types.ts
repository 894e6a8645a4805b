/** What the interface answers, as the console reads it. */

export interface Named {
  readonly id: string;
  readonly name?: string;
}

export interface Person extends Named {
  readonly type: string;
  readonly email?: string;
}

export interface Actor extends Person {
  readonly on_behalf_of?: Person;
}

export interface Subject extends Named {
  readonly type: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Entry {
  readonly id: string;
  readonly leaf_index: number;
  readonly event_id?: string;
  readonly time: string;
  readonly received: string;
  readonly organization?: Named;
  readonly workspace?: Named;
  readonly project?: Named;
  readonly actor: Actor;
  readonly action: string;
  readonly event: string;
  readonly channel: string;
  readonly description: string;
  readonly resource?: Subject;
  readonly targets?: readonly Subject[];
  readonly outcome?: string;
  readonly detail?: string;
  readonly severity: string;
  readonly http?: { readonly method?: string; readonly path?: string; readonly status?: number };
  readonly client?: {
    readonly ip?: string;
    readonly user_agent?: string;
    readonly location?: { readonly city?: string; readonly region?: string; readonly country?: string };
    readonly ci?: string;
  };
  readonly browser?: string;
  readonly request_id?: string;
  readonly trace_id?: string;
  readonly changes?: { readonly [field: string]: { readonly before?: Json; readonly after?: Json } };
  readonly properties?: { readonly [name: string]: Json };
  readonly source: string;
}

export interface EntryPage {
  readonly entries: readonly Entry[];
  readonly count?: number;
  readonly next?: string;
}

export interface Counted {
  readonly value: string;
  readonly count: number;
}

export interface Facets {
  readonly facets: { readonly [field: string]: readonly Counted[] };
}

export interface Bucket {
  readonly time: string;
  readonly total: number;
  readonly counts: { readonly [value: string]: number };
}

export interface Histogram {
  readonly buckets: readonly Bucket[];
}

export interface Suggestions {
  readonly suggestions: readonly { readonly value: string; readonly count?: number }[];
}

/** `GET /v1/heatmap`: seven days, Monday first, of 24 hours each. */
export interface Heatmap {
  readonly cells: readonly (readonly number[])[];
}

/** A value the log holds, with how often and from when to when. */
export interface Recorded extends Counted {
  readonly first_seen: string;
  readonly last_seen: string;
}

/** Kinds of values the catalogue lists. */
export type CatalogueKind = "channels" | "actions" | "resource_types";

/** `GET /v1/catalogue`: the values of each kind, and how many more there are beyond the limit. */
export type Catalogue = { readonly [kind in CatalogueKind]: readonly Recorded[] } & {
  readonly omitted?: { readonly [kind in CatalogueKind]?: number };
};

/** A verification that ended. `time` is absent in the answer to `POST /v1/verification`. */
export interface Verified {
  readonly time?: string;
  readonly sound: boolean;
  readonly entries: number;
  readonly findings: readonly string[];
}

/** `GET /v1/verification`: the one that runs, if any, and the one that ended last. */
export interface VerificationState {
  readonly running?: { readonly entries_done: number; readonly entries: number } | null;
  readonly last?: Verified | null;
}

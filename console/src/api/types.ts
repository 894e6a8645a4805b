/**
 * What the interface answers, by the names the console uses. The shapes are made from the description of the interface when
 * the console is built: a field that is renamed there ends the build here.
 */
import type { components } from "./schema.js";

type Schemas = components["schemas"];

export type Entry = Schemas["Entry"];
export type EntryPage = Schemas["EntryPage"];
export type Actor = Schemas["Actor"];
export type Person = Schemas["Principal"];
export type Named = Schemas["Named"];
export type Subject = Schemas["Resource"];
export type Counted = Schemas["FacetValue"];
export type Facets = Schemas["Facets"];
export type Bucket = Schemas["Bucket"];
export type Histogram = Schemas["Histogram"];
export type Suggestions = Schemas["Suggestions"];

export type Heatmap = Schemas["Heatmap"];

/** A value the log holds, with how often and from when to when. */
export interface Recorded extends Counted {
  readonly first_seen: string;
  readonly last_seen: string;
}

/** Kinds of values the catalogue lists. */
export type CatalogueKind = "channels" | "actions" | "resource_types";

/** `GET /v1/catalogue`: the values of each kind, and how many more there are beyond the limit. */
export type Catalogue = { readonly [kind in CatalogueKind]: readonly Recorded[] } & { readonly omitted?: Schemas["Omitted"] };

/** A verification that ended; its time is known where it is looked up. */
export type Verified = Omit<Schemas["Verification"], "origin"> & Partial<Pick<Schemas["LastVerification"], "time">>;

/** The verification that runs, if any, and the one that ended last. */
export type VerificationState = Schemas["Verifications"];

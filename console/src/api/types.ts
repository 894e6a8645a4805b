/**
 * What the interface answers, by the names the console uses. The shapes are made from the description of the interface when
 * the console is built: a field that is renamed there ends the build here.
 */
import type { components } from "./schema.js";

type Schemas = components["schemas"];

/** Members of an answer whose values are told more closely here than the description does; one that is renamed there ends the build. */
export type Described<Name extends keyof Schemas, Member extends keyof Schemas[Name]> = Member;

export type Entry = Schemas["Entry"];
export type EntryPage = Schemas["EntryPage"];
export type Actor = Schemas["Actor"];
export type Person = Schemas["Principal"];
export type Named = Schemas["Named"];
export type Subject = Schemas["Resource"];
export type Sequence = Schemas["Sequence"];
export type Counted = Schemas["FacetValue"];
export type Facets = Schemas["Facets"];
export type Bucket = Schemas["Bucket"];
export type Histogram = Schemas["Histogram"];
export type Suggestions = Schemas["Suggestions"];

export type Heatmap = Schemas["Heatmap"];

/** A value the log holds, with how often and from when to when. */
export type Recorded = Schemas["CatalogueValue"];

export type Catalogue = Schemas["Catalogue"];

/** Kinds of values the catalogue lists. */
export type CatalogueKind = Exclude<keyof Catalogue, "omitted">;

/** A verification that ended; its time is known where it is looked up. */
export type Verified = Omit<Schemas["Verification"], "origin"> & Partial<Pick<Schemas["LastVerification"], "time">>;

/** The verification that runs, if any, and the one that ended last. */
export type VerificationState = Schemas["Verifications"];

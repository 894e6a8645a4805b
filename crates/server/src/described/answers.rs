//! Answers that are written as bytes, or as maps.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Entry;

/// A page of entries.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryPage {
    /// In the order asked for.
    entries: Vec<Entry>,
    /// How many match; with `count` only.
    #[schema(required = false)]
    count: u64,
    /// `cursor` of the page after this; absent on the last.
    #[schema(required = false)]
    next: String,
}

/// How often the values of fields occur.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facets {
    /// By field, in the order asked for; the most frequent value first.
    facets: HashMap<String, Vec<FacetValue>>,
}

/// A value that occurs.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FacetValue {
    /// As a filter takes it.
    value: String,
    /// Entries that have it.
    count: u64,
}

/// Entries over time.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Histogram {
    /// Oldest first; intervals without entries are left out.
    buckets: Vec<Bucket>,
}

/// One bar.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    /// Where its interval begins, UTC.
    time: String,
    /// Entries in it.
    total: u64,
    /// By value of the field; entries without the field are in `total` only.
    counts: HashMap<String, u64>,
}

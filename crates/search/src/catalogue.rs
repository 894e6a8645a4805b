//! What is really recorded: the values of a field with how often, since when and until when.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use segment::{Ask, Part};

use crate::error::SearchError;
use crate::facets::{FACET_LIMIT_MAX, FacetField, too_many, values_bytes};
use crate::plan::{self, Rows};
use crate::question::Question;

/// Memory of a value beside its own bytes, which stand in it twice.
const RECORDED_BYTES: usize = size_of::<Vec<u8>>() + size_of::<Recorded>() + 32;

/// What is recorded of a value takes so many times what its count takes.
const RECORDED_SHARE: usize = 12;

/// A value that occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The value.
    pub value: String,
    /// How many entries have it.
    pub count: u64,
    /// Order time of the first of them, µs UTC.
    pub first_us: i64,
    /// Order time of the last of them, µs UTC.
    pub last_us: i64,
}

/// The values of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The field.
    pub field: FacetField,
    /// Most frequent first, equal ones by value.
    pub values: Vec<Recorded>,
    /// How many more there are, beyond the limit.
    pub omitted: u64,
}

/// Lists the values of each of `fields` among the entries that match.
///
/// Cost: per part, the row sets of every value; no line is read for fields that the index keeps in a dictionary.
///
/// # Errors
/// [`SearchError::FacetLimit`], [`SearchError::FacetValues`]; else as [`SearchError`].
pub fn catalogue(question: &Question<'_>, fields: &[FacetField], limit: usize) -> Result<Vec<Listing>, SearchError> {
    if !(1..=FACET_LIMIT_MAX).contains(&limit) {
        return Err(SearchError::FacetLimit(limit));
    }
    let mut found: Vec<HashMap<Vec<u8>, Recorded>> = vec![HashMap::new(); fields.len()];
    let values = fields.iter().fold(0_usize, |all, facet| all.saturating_add(values_bytes(question, facet.field())));
    let _held = question.hold(values.saturating_mul(RECORDED_SHARE).min(question.context.bytes_max))?;
    let mut bytes = 0;
    for part in &question.view.parts {
        let rows = plan::rows(question, part.as_ref())?;
        if rows.is_empty() {
            continue;
        }
        for (facet, found) in fields.iter().zip(&mut found) {
            list(question, part.as_ref(), &rows, *facet, found, &mut bytes)?;
        }
    }
    Ok(fields.iter().zip(found).map(|(field, found)| listing(*field, found, limit)).collect())
}

/// Adds the values of one part to those found. `bytes`: what all of them take.
fn list(
    question: &Question<'_>,
    part: &dyn Part,
    rows: &Rows,
    facet: FacetField,
    found: &mut HashMap<Vec<u8>, Recorded>,
    bytes: &mut usize,
) -> Result<(), SearchError> {
    let bytes_max = question.context.bytes_max;
    let may_read = |lines| question.may_read(lines);
    let ask = Ask { within: None, may_read: &may_read, bytes_max };
    part.each_value(facet.field(), &ask, &mut |value, set| {
        let Some((count, first, last)) = among(set, rows, part.rows()) else { return true };
        let (first_us, last_us) = (part.time_us(first), part.time_us(last));
        let new = || {
            *bytes += 2 * value.len() + RECORDED_BYTES;
            Recorded { value: String::from_utf8_lossy(value).into_owned(), count: 0, first_us, last_us }
        };
        let known = found.entry(value.to_vec()).or_insert_with(new);
        known.count += count;
        known.first_us = known.first_us.min(first_us);
        known.last_us = known.last_us.max(last_us);
        *bytes <= bytes_max
    })
    .map_err(|error| too_many(error, facet.name()))?;
    if *bytes > bytes_max { Err(SearchError::FacetValues { field: facet.name() }) } else { Ok(()) }
}

/// How many rows of `set` are among `rows`, with the first and the last of them. `all`: rows of the part.
fn among(set: RoaringBitmap, rows: &Rows, all: u32) -> Option<(u64, u32, u32)> {
    let whole = matches!(rows, Rows::Range(range) if *range == (0..all));
    let set = if whole { set } else { Rows::Set(set).and(rows).to_set() };
    Some((set.len(), set.min()?, set.max()?))
}

fn listing(field: FacetField, found: HashMap<Vec<u8>, Recorded>, limit: usize) -> Listing {
    let mut values: Vec<Recorded> = found.into_values().collect();
    values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let omitted = values.len().saturating_sub(limit) as u64;
    values.truncate(limit);
    Listing { field, values, omitted }
}

//! What is really recorded: the values of a field with how often, since when and until when.

use std::collections::HashMap;

use roaring::RoaringBitmap;

use crate::error::SearchError;
use crate::facets::{FACET_LIMIT_MAX, FACET_VALUES_MAX, FacetField};
use crate::plan::{self, Rows};
use crate::question::Question;

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
    for part in &question.view.parts {
        let rows = plan::rows(question, part.as_ref())?;
        if rows.is_empty() {
            continue;
        }
        for (facet, found) in fields.iter().zip(&mut found) {
            for (value, set) in part.values(facet.field())? {
                let Some((count, first, last)) = among(set, &rows, part.rows()) else { continue };
                let (first_us, last_us) = (part.time_us(first), part.time_us(last));
                let text = || String::from_utf8_lossy(&value).into_owned();
                let new = || Recorded { value: text(), count: 0, first_us, last_us };
                let known = found.entry(value.clone()).or_insert_with(new);
                known.count += count;
                known.first_us = known.first_us.min(first_us);
                known.last_us = known.last_us.max(last_us);
            }
            if found.len() > FACET_VALUES_MAX {
                return Err(SearchError::FacetValues { field: facet.name() });
            }
        }
    }
    Ok(fields.iter().zip(found).map(|(field, found)| listing(*field, found, limit)).collect())
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

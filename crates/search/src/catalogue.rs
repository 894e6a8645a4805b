//! What is really recorded: the values of a field with how often, since when and until when.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use index::Ask;
use roaring::RoaringBitmap;
use segment::Part;

use crate::error::SearchError;
use crate::facets::{FacetField, too_many, values_bytes};
use crate::limits::FACET_LIMIT_MAX;
use crate::parallel::for_parts;
use crate::plan::{self, Rows};
use crate::question::Question;
use crate::recorded::Recorded;
use crate::results::{AnswerKind, CachedAnswer};

/// Memory of a value beside its own bytes, which are held twice while values are added up: in the key and in [`Recorded`].
const RECORDED_BYTES: usize = size_of::<String>() + size_of::<Recorded>() + 32;

/// [`Recorded`] takes this many times the memory of a count.
const RECORDED_SHARE: usize = 12;

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

/// The sums over the parts so far.
struct Sums {
    values: HashMap<String, Recorded>,
    /// Memory of these values and of those of the fields before.
    bytes: usize,
}

/// Lists the values of each of `fields` among the entries that match.
///
/// Cost: per part, the row sets of every value; no line is read for fields that the index keeps in a dictionary. What a sealed part
/// has is kept, so that a catalogue asked for again costs as much as it is long.
///
/// # Errors
/// [`SearchError::FacetLimit`], [`SearchError::FacetValues`]; else as [`SearchError`].
pub fn catalogue(question: &Question<'_>, fields: &[FacetField], limit: usize) -> Result<Vec<Listing>, SearchError> {
    if !(1..=FACET_LIMIT_MAX).contains(&limit) {
        return Err(SearchError::FacetLimit(limit));
    }
    let values = fields.iter().fold(0_usize, |all, facet| all.saturating_add(values_bytes(question, facet.field())));
    // Two parts may be at work, beside the sums so far and the new ones.
    let most = values.saturating_mul(RECORDED_SHARE).min(question.context.bytes_max);
    let _held = question.hold(most.saturating_mul(4))?;
    let mut bytes = 0;
    let mut of_field = |facet: &FacetField| {
        let sums = Mutex::new(Sums { values: HashMap::new(), bytes });
        for_parts(question, true, &AnswerKind::Recorded(facet.field().number()), |part| {
            let of_part = recorded(question, part.as_ref(), *facet)?;
            sums.lock().unwrap_or_else(PoisonError::into_inner).add(&of_part, question.context.bytes_max, *facet)
        })?;
        let sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
        bytes = sums.bytes;
        Ok(listing(*facet, sums.values, limit))
    };
    fields.iter().map(&mut of_field).collect()
}

impl Sums {
    fn add(&mut self, of_part: &[Recorded], bytes_max: usize, facet: FacetField) -> Result<(), SearchError> {
        for recorded in of_part {
            let Some(known) = self.values.get_mut(&recorded.value) else {
                self.bytes += 2 * recorded.value.len() + RECORDED_BYTES;
                if self.bytes > bytes_max {
                    return Err(SearchError::FacetValues { field: facet.name() });
                }
                self.values.insert(recorded.value.clone(), recorded.clone());
                continue;
            };
            known.count += recorded.count;
            known.first_us = known.first_us.min(recorded.first_us);
            known.last_us = known.last_us.max(recorded.last_us);
        }
        Ok(())
    }
}

/// What one part has of a field among the rows that match.
fn recorded(question: &Question<'_>, part: &dyn Part, facet: FacetField) -> Result<Arc<[Recorded]>, SearchError> {
    let kept = question.kept(part, AnswerKind::Recorded(facet.field().number()), || {
        let rows = plan::rows(question, part)?;
        let bytes_max = question.context.bytes_max;
        let mut bytes = 0;
        let mut found = Vec::new();
        let may_read = |lines| question.may_read(lines);
        let ask = Ask { within: rows.split().0, may_read: &may_read, bytes_max };
        let each = &mut |value: &[u8], set| {
            let Some((count, first, last)) = among(set, &rows, part.rows()) else { return true };
            let first_us = part.time_us(first);
            let last_us = part.time_us(last);
            found.push(Recorded { value: String::from_utf8_lossy(value).into_owned(), count, first_us, last_us });
            bytes += value.len() + RECORDED_BYTES;
            bytes <= bytes_max
        };
        if !rows.is_empty() {
            part.each_value(facet.field(), &ask, each).map_err(|error| too_many(error, facet.name()))?;
        }
        if bytes > bytes_max {
            return Err(SearchError::FacetValues { field: facet.name() });
        }
        Ok(CachedAnswer::Recorded(found.into()))
    })?;
    match kept {
        CachedAnswer::Recorded(values) => Ok(values),
        _ => unreachable!("what is recorded is kept under a key of its own"),
    }
}

/// How many rows of `set` are among `rows`, with the first and the last of them. `all`: rows of the part.
fn among(set: RoaringBitmap, rows: &Rows, all: u32) -> Option<(u64, u32, u32)> {
    let whole = matches!(rows, Rows::Range(range) if *range == (0..all));
    let set = if whole { set } else { Rows::Set(set).and(rows).to_set() };
    Some((set.len(), set.min()?, set.max()?))
}

fn listing(field: FacetField, found: HashMap<String, Recorded>, limit: usize) -> Listing {
    let mut values: Vec<Recorded> = found.into_values().collect();
    values.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    let omitted = values.len().saturating_sub(limit) as u64;
    values.truncate(limit);
    Listing { field, values, omitted }
}

use std::collections::HashMap;
use std::sync::Arc;

use segment::{Ask, Counts, Field, Part, PartError};

use crate::error::SearchError;
use crate::parallel::for_parts;
use crate::plan;
use crate::predicate::Keyword;
use crate::question::Question;
use crate::results::{Kept, What};

/// Most values a facet hands out.
pub const FACET_LIMIT_MAX: usize = 1_000;

/// Most distinct values a facet counts: a million strings with their numbers are about 100 MB, the most one question may
/// hold.
pub const FACET_VALUES_MAX: usize = 1_000_000;

/// A field to count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FacetField {
    name: &'static str,
    field: Field,
}

impl FacetField {
    /// Every field that can be counted by.
    pub fn all() -> impl Iterator<Item = Self> {
        let keywords = Keyword::ALL.into_iter().filter(|keyword| *keyword != Keyword::Id);
        let keywords = keywords.map(|keyword| Self { name: keyword.name(), field: keyword.field() });
        keywords.chain([
            Self { name: "severity", field: Field::Severity },
            Self { name: "http_status", field: Field::HttpStatus },
        ])
    }

    /// Finds the field with the name of this filter.
    ///
    /// # Errors
    /// [`SearchError::NoFacet`] with the names there are.
    pub fn find(name: &str) -> Result<Self, SearchError> {
        Self::all().find(|facet| facet.name == name).ok_or_else(|| SearchError::NoFacet {
            name: name.to_owned(),
            known: Self::all().map(|facet| facet.name).collect::<Vec<_>>().join(", "),
        })
    }

    /// Its name, that of the filter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    pub(crate) const fn field(self) -> Field {
        self.field
    }
}

/// How often the values of one field occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The field.
    pub field: FacetField,
    /// Value and number of entries, most frequent first, equal ones by value.
    pub values: Vec<(String, u64)>,
}

/// Counts, exactly, the values of each of `fields` among the entries that match. Entries without the field count nowhere.
///
/// Cost: per part, one intersection a value.
///
/// # Errors
/// [`SearchError::FacetLimit`], [`SearchError::FacetValues`]; else as [`SearchError`].
pub fn facets(question: &Question<'_>, fields: &[FacetField], limit: usize) -> Result<Vec<Facet>, SearchError> {
    if !(1..=FACET_LIMIT_MAX).contains(&limit) {
        return Err(SearchError::FacetLimit(limit));
    }
    let mut counts: Vec<HashMap<Vec<u8>, u64>> = vec![HashMap::new(); fields.len()];
    let last = fields.last().map_or(What::Rows, |facet| What::Values(facet.field.number()));
    for of_part in for_parts(question, true, &last, |part| of_part(question, part.as_ref(), fields))? {
        for ((facet, counts), values) in fields.iter().zip(&mut counts).zip(of_part) {
            for (value, count) in values.iter() {
                match counts.get_mut(value) {
                    Some(sum) => *sum += count,
                    None => drop(counts.insert(value.clone(), *count)),
                }
            }
            if counts.len() > FACET_VALUES_MAX {
                return Err(SearchError::FacetValues { field: facet.name });
            }
        }
    }
    Ok(fields.iter().zip(counts).map(|(field, counts)| Facet { field: *field, values: most(counts, limit) }).collect())
}

/// The values of each field in one part.
fn of_part(question: &Question<'_>, part: &dyn Part, fields: &[FacetField]) -> Result<Vec<Arc<Counts>>, SearchError> {
    fields.iter().map(|facet| counts(question, part, facet.field)).collect()
}

/// How often each value of a field occurs among the rows of one part that match.
pub(crate) fn counts(question: &Question<'_>, part: &dyn Part, field: Field) -> Result<Arc<Counts>, SearchError> {
    let kept = question.kept(part, What::Values(field.number()), || {
        if let Some((other, value)) = question.one_value(part)
            && let Some(counts) = part.count_values_where(field, other, value)?
        {
            return Ok(Kept::Values(Arc::new(counts)));
        }
        let rows = plan::rows(question, part)?;
        let (within, range) = rows.split();
        if rows.is_empty() {
            return Ok(Kept::Values(Arc::default()));
        }
        let may_read = |lines| question.may_read(lines);
        let counted = part.count_values(field, range, &Ask { within, may_read: &may_read });
        match counted {
            Err(PartError::Stopped) => Err(SearchError::OverBudget(question.spent())),
            counted => Ok(Kept::Values(Arc::new(counted?))),
        }
    })?;
    match kept {
        Kept::Values(values) => Ok(values),
        Kept::Rows(_) | Kept::Bars(_) => unreachable!("values are kept under a key of their own"),
    }
}

fn most(counts: HashMap<Vec<u8>, u64>, limit: usize) -> Vec<(String, u64)> {
    let mut values: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    let order = |a: &(Vec<u8>, u64), b: &(Vec<u8>, u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0));
    if values.len() > limit {
        values.select_nth_unstable_by(limit, order);
        values.truncate(limit);
    }
    values.sort_unstable_by(order);
    values.into_iter().map(|(value, count)| (String::from_utf8_lossy(&value).into_owned(), count)).collect()
}

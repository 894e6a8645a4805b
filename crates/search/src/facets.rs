use std::collections::HashMap;

use segment::Field;

use crate::error::SearchError;
use crate::plan;
use crate::predicate::Keyword;
use crate::question::Question;

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
    for part in &question.view.parts {
        let rows = plan::rows(question, part.as_ref())?;
        if rows.is_empty() {
            continue;
        }
        let (within, range) = rows.split();
        for (facet, counts) in fields.iter().zip(&mut counts) {
            for (value, count) in part.count_values(facet.field, within, range.clone())? {
                *counts.entry(value).or_default() += count;
            }
            if counts.len() > FACET_VALUES_MAX {
                return Err(SearchError::FacetValues { field: facet.name });
            }
        }
    }
    Ok(fields.iter().zip(counts).map(|(field, counts)| Facet { field: *field, values: most(counts, limit) }).collect())
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

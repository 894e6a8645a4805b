use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Arc, Mutex, PoisonError};

use index::{Ask, Counts, Field};
use segment::{Part, PartError};

use crate::error::SearchError;
use crate::limits::FACET_LIMIT_MAX;
use crate::memory::Held;
use crate::parallel::for_parts;
use crate::plan;
use crate::predicate::Keyword;
use crate::question::Question;
use crate::results::{AnswerKind, CachedAnswer};

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
/// Cost: per part, one intersection a value, and a pass over what was counted before. Memory: see [`sums`], a field at a time.
///
/// # Errors
/// [`SearchError::FacetLimit`], [`SearchError::FacetValues`], [`SearchError::Busy`]; else as [`SearchError`].
pub fn facets(question: &Question<'_>, fields: &[FacetField], limit: usize) -> Result<Vec<Facet>, SearchError> {
    if !(1..=FACET_LIMIT_MAX).contains(&limit) {
        return Err(SearchError::FacetLimit(limit));
    }
    let of_field = |facet: &FacetField| {
        let _held = hold(question, facet.field)?;
        let work = |part: &dyn Part| counts(question, part, facet.field, facet.name);
        let sums = sums(question, &AnswerKind::Values(facet.field.number()), facet.name, work)?;
        let text = |(value, count): (&[u8], u64)| (String::from_utf8_lossy(value).into_owned(), count);
        Ok(Facet { field: *facet, values: most(sums.iter(), limit).into_iter().map(text).collect() })
    };
    fields.iter().map(of_field).collect()
}

/// Reserves memory for the sums of a field before and after a part is added, and for that part's counts.
pub(crate) fn hold<'a>(question: &Question<'a>, field: Field) -> Result<Option<Held<'a>>, SearchError> {
    question.hold(values_bytes(question, field).saturating_mul(4))
}

/// The most that the counts of a field can take, for all parts together.
pub(crate) fn values_bytes(question: &Question<'_>, field: Field) -> usize {
    let all = question.parts().fold(0_usize, |all, part| all.saturating_add(part.counts_bytes_max(field)));
    all.min(question.context.bytes_max)
}

/// Adds up what `work` counts in each part. `what`: under which name a part's counts are kept, if they are. Memory: the sums,
/// twice while a part is added; the counts of a part are dropped at once.
///
/// # Errors
/// [`SearchError::FacetValues`] where they would take more than [`crate::Context::bytes_max`]; else those of `work`.
pub(crate) fn sums(
    question: &Question<'_>,
    what: &AnswerKind,
    name: &'static str,
    work: impl Fn(&dyn Part) -> Result<Arc<Counts>, SearchError> + Sync,
) -> Result<Counts, SearchError> {
    let sums = Mutex::new(Counts::default());
    for_parts(question, true, what, |part| {
        let of_part = work(part.as_ref())?;
        let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
        *sums = sums.merged(&of_part, question.context.bytes_max).map_err(|error| too_many(error, name))?;
        Ok(())
    })?;
    Ok(sums.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// How often each value of a field occurs among the rows of one part that match.
pub(crate) fn counts(
    question: &Question<'_>,
    part: &dyn Part,
    field: Field,
    name: &'static str,
) -> Result<Arc<Counts>, SearchError> {
    let kept = question.kept(part, AnswerKind::Values(field.number()), || {
        if let Some((other, value)) = question.one_value(part)
            && let Some(counts) = part.count_values_where(field, other, value)?
        {
            return Ok(CachedAnswer::Values(Arc::new(counts)));
        }
        let rows = plan::rows(question, part)?;
        let (within, range) = rows.split();
        if rows.is_empty() {
            return Ok(CachedAnswer::Values(Arc::default()));
        }
        let may_read = |lines| question.may_read(lines);
        let ask = Ask { within, may_read: &may_read, bytes_max: question.context.bytes_max };
        match part.count_values(field, range, &ask) {
            Err(PartError::Stopped) => Err(SearchError::OverBudget(question.spent())),
            Err(error) => Err(too_many(error, name)),
            Ok(counted) => Ok(CachedAnswer::Values(Arc::new(counted))),
        }
    })?;
    match kept {
        CachedAnswer::Values(values) => Ok(values),
        _ => unreachable!("values are kept under a key of their own"),
    }
}

/// Names the field in an error of a part, which does not know its name.
pub(crate) fn too_many(error: impl Into<PartError>, field: &'static str) -> SearchError {
    match error.into() {
        PartError::TooMany => SearchError::FacetValues { field },
        error => error.into(),
    }
}

/// The most frequent values, equal ones by value. Memory: those alone.
pub(crate) fn most<'v>(counts: impl Iterator<Item = (&'v [u8], u64)>, limit: usize) -> Vec<(&'v [u8], u64)> {
    let mut most = BinaryHeap::with_capacity(limit + 1);
    // Values come in ascending order, so of equally frequent ones the later is dropped.
    for (nth, (value, count)) in counts.enumerate().filter(|(_, (_, count))| *count > 0) {
        most.push((Reverse(count), nth, value));
        if most.len() > limit {
            most.pop();
        }
    }
    most.into_sorted_vec().into_iter().map(|(Reverse(count), _, value)| (value, count)).collect()
}

//! What a search box offers while somebody types: values of a field that begin as typed.

mod persons;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use index::{Ask, Counts, Field, fold};
use segment::Part;

use self::persons::{Persons, Wanted};
use crate::error::SearchError;
use crate::facets::{most, sums, too_many};
use crate::filters::Key;
use crate::limits::{SUGGESTION_VALUES_MAX, SUGGESTIONS_MAX};
use crate::listed::{each_listed, is_whole};
use crate::plan::{self, Rows};
use crate::predicate::{Keyword, Phrase};
use crate::question::Question;
use crate::results::{AnswerKind, CachedAnswer};

/// A value to offer, with the number of entries it would find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The value.
    pub value: String,
    /// Entries that have it.
    pub count: u64,
}

/// A field that has suggestions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuggestField {
    key: Key,
    field: Field,
}

impl SuggestField {
    /// Every field that has suggestions: those whose values the index lists, and the names of persons.
    pub fn all() -> impl Iterator<Item = Self> {
        let listed = Keyword::ALL.into_iter().filter(|keyword| !matches!(keyword, Keyword::Id | Keyword::EventId));
        let listed = listed.map(|keyword| Self { key: Key::Keyword(keyword), field: keyword.field() });
        listed.chain([
            Self { key: Key::Severity, field: Field::Severity },
            Self { key: Key::Status, field: Field::HttpStatus },
            Self { key: Key::Phrase(Phrase::ActorName), field: Field::Identity },
        ])
    }

    /// Finds the field with the name of this filter.
    ///
    /// # Errors
    /// [`SearchError::NoSuggestions`] with the names there are.
    pub fn find(name: &str) -> Result<Self, SearchError> {
        Self::all().find(|field| field.name() == name).ok_or_else(|| SearchError::NoSuggestions {
            name: name.to_owned(),
            known: Self::all().map(Self::name).collect::<Vec<_>>().join(", "),
        })
    }

    /// Its name, that of the filter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.key.name()
    }

    /// Whether its values belong to persons: names, or ids that may be e-mail addresses.
    #[must_use]
    pub fn shows_persons(self) -> bool {
        !self.pointers().is_empty()
    }

    /// The pointers of this field's values in the identities of persons.
    fn pointers(self) -> &'static [&'static str] {
        match self.key {
            Key::Phrase(_) => &["/actor/name"],
            Key::Keyword(Keyword::Actor) => &["/actor/id", "/actor/email"],
            _ => &[],
        }
    }
}

/// Returns the keys of the query language that begin with `prefix`, in the order in which they are listed to people.
#[must_use]
pub fn suggest_keys(prefix: &str, limit: usize) -> Vec<&'static str> {
    let prefix = prefix.to_ascii_lowercase();
    Key::all().map(Key::name).filter(|name| name.starts_with(&prefix)).take(limit).collect()
}

/// Returns values of `field` that begin with `prefix` among the entries that match, most frequent first. Upper and lower
/// case: a value is found by its beginning as typed, in lower case, in upper case, and with a capital; a person's name, by
/// the beginning of any of its words in any case. Ids that hardly occur twice are not listed by the index, and not here.
///
/// Only what the caller may see is offered (I-8): values of entries inside the question, and identities that are open. Of these,
/// the first [`SUGGESTION_VALUES_MAX`] by value are considered: what lies outside the question takes nobody's place.
///
/// Cost: per part, that many values of a sorted list and those between them that lie outside, each met with the rows that match
/// where these are not all. For `actor` and `actor_name` one pass over the identities, and where more persons begin so than are
/// considered and the question is not everything, the identities of the rows that match and a second pass.
/// What a sealed part answers is kept.
///
/// # Errors
/// [`SearchError::SuggestionLimit`], [`SearchError::Unseen`], [`SearchError::FacetValues`]; else as [`SearchError`].
pub fn suggest(
    question: &Question<'_>,
    field: SuggestField,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Suggestion>, SearchError> {
    if !(1..=SUGGESTIONS_MAX).contains(&limit) {
        return Err(SearchError::SuggestionLimit(limit));
    }
    if field.field == Field::Identity {
        question.must_see_names(field.name())?;
    }
    let any_word = field.field == Field::Identity;
    let wanted = Wanted { pointers: field.pointers(), typed: fold(prefix), any_word };
    let persons = persons::find(question, &wanted)?;
    let what = AnswerKind::Beginning(field.field.number(), prefix.to_owned());
    let counts = sums(question, &what, field.name(), |part| {
        let work_out = || Ok(CachedAnswer::Values(Arc::new(beginning(question, part, field, prefix, &persons)?)));
        // If persons were cut at the limit, each new one may change which are the first: then nothing is kept.
        let are_all = persons.len() < SUGGESTION_VALUES_MAX;
        match if are_all { question.kept(part, what.clone(), work_out)? } else { work_out()? } {
            CachedAnswer::Values(counts) => Ok(counts),
            _ => unreachable!("values that begin alike are kept under a key of their own"),
        }
    })?;
    let text = |(value, count): (&[u8], u64)| Suggestion { value: String::from_utf8_lossy(value).into_owned(), count };
    // The first of all are among the first of each part, so that no count lacks a part.
    Ok(most(counts.iter().take(SUGGESTION_VALUES_MAX), limit).into_iter().map(text).collect())
}

/// The values of one part that begin as typed.
fn beginning(
    question: &Question<'_>,
    part: &dyn Part,
    field: SuggestField,
    prefix: &str,
    persons: &Persons,
) -> Result<Counts, SearchError> {
    let mut counts: BTreeMap<Cow<'_, str>, u64> = BTreeMap::new();
    let rows = plan::rows(question, part)?;
    if !rows.is_empty() {
        if field.field != Field::Identity {
            listed(question, part, field.field, prefix, &rows, &mut counts)?;
        }
        for (value, digests) in persons {
            let count = named(part, digests, &rows)?;
            if count > 0 {
                *counts.entry(Cow::Borrowed(value)).or_default() += count;
            }
        }
    }
    let mut found = Counts::default();
    for (value, count) in &counts {
        let pushed = found.push(value.as_bytes(), *count, question.context.bytes_max);
        pushed.map_err(|error| too_many(error, field.name()))?;
    }
    Ok(found)
}

/// How many matching rows of the part have one of these identities, all of which hold the same value.
fn named(part: &dyn Part, digests: &[[u8; 32]], rows: &Rows) -> Result<u64, SearchError> {
    if part.lasting().is_none() || !is_whole(part, rows) {
        let digests: Vec<&[u8]> = digests.iter().map(|digest| digest.as_slice()).collect();
        return Ok(Rows::Set(part.equal_any(Field::Identity, &digests)?).and(rows).len());
    }
    // Its index knows how many rows a value has without reading them; an entry has one actor, so none is counted twice.
    let mut count = 0;
    for digest in digests {
        part.values_beginning(Field::Identity, digest, &Ask::ALL, &mut |_, rows| {
            count += rows;
            true
        })?;
    }
    Ok(count)
}

/// Adds the values that the part's index lists.
fn listed(
    question: &Question<'_>,
    part: &dyn Part,
    field: Field,
    prefix: &str,
    rows: &Rows,
    counts: &mut BTreeMap<Cow<'_, str>, u64>,
) -> Result<(), SearchError> {
    let mut left = SUGGESTION_VALUES_MAX;
    let inside = question.rows_inside(part)?;
    let mut failed = None;
    for spelled in spellings(prefix) {
        if left > 0 {
            each_listed(question, part, field, spelled.as_bytes(), rows, &mut |value, count| {
                match question.lists_inside(part, field, value, inside.as_ref()) {
                    Ok(false) => return true,
                    Ok(true) => {}
                    Err(error) => failed = Some(error),
                }
                *counts.entry(String::from_utf8_lossy(value).into_owned().into()).or_default() += count;
                left -= 1;
                left > 0 && failed.is_none()
            })?;
        }
    }
    failed.map_or(Ok(()), Err)
}

/// As typed, in lower case, in upper case, with a capital: each once, none the beginning of another.
fn spellings(prefix: &str) -> BTreeSet<String> {
    let mut letters = prefix.chars();
    let capital =
        letters.next().map(|first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect());
    [prefix.to_owned(), prefix.to_lowercase(), prefix.to_uppercase()].into_iter().chain(capital).collect()
}

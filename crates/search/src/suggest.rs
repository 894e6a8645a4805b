//! What a search box offers while somebody types: values of a field that begin as typed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use index::{Counts, Field, fold};
use segment::Part;

use crate::error::SearchError;
use crate::facets::{most, sums, too_many};
use crate::filters::Key;
use crate::limits::{SUGGESTION_VALUES_MAX, SUGGESTIONS_MAX};
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
/// Only what the caller may see is offered (I-8): values of entries inside the question, and identities that are open.
///
/// Cost: per part, at most [`SUGGESTION_VALUES_MAX`] values of a sorted list; where the question is not everything, a row
/// set for each. One pass over the identities for `actor` and `actor_name`.
/// What a sealed part answers is kept.
///
/// # Errors
/// [`SearchError::SuggestionLimit`], [`SearchError::FacetValues`]; else as [`SearchError`].
pub fn suggest(
    question: &Question<'_>,
    field: SuggestField,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Suggestion>, SearchError> {
    if !(1..=SUGGESTIONS_MAX).contains(&limit) {
        return Err(SearchError::SuggestionLimit(limit));
    }
    let persons = persons(question, field, prefix)?;
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
    Ok(most(&counts, limit).into_iter().map(text).collect())
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
            listed(part, field.field, prefix, &rows, &mut counts)?;
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
        part.values_beginning(Field::Identity, digest, &mut |_, rows| {
            count += rows;
            true
        })?;
    }
    Ok(count)
}

/// Whether these are all rows of the part.
fn is_whole(part: &dyn Part, rows: &Rows) -> bool {
    matches!(rows, Rows::Range(range) if *range == (0..part.rows()))
}

/// The values that the part's index lists.
fn listed(
    part: &dyn Part,
    field: Field,
    prefix: &str,
    rows: &Rows,
    counts: &mut BTreeMap<Cow<'_, str>, u64>,
) -> Result<(), SearchError> {
    let whole = is_whole(part, rows);
    let mut left = SUGGESTION_VALUES_MAX;
    let mut values = Vec::new();
    for spelled in spellings(prefix) {
        part.values_beginning(field, spelled.as_bytes(), &mut |value, count| {
            values.push((value.to_vec(), count));
            left = left.saturating_sub(1);
            left > 0
        })?;
    }
    for (value, count) in values {
        let count = if whole { count } else { Rows::Set(part.equal(field, &value)?).and(rows).len() };
        if count > 0 {
            *counts.entry(String::from_utf8_lossy(&value).into_owned().into()).or_default() += count;
        }
    }
    Ok(())
}

/// Values of persons, with the identities that hold them.
type Persons = BTreeMap<String, Vec<[u8; 32]>>;

/// Values of persons that begin as typed, the first by value.
fn persons(question: &Question<'_>, field: SuggestField, prefix: &str) -> Result<Persons, SearchError> {
    let pointers = field.pointers();
    let mut found = Persons::new();
    if pointers.is_empty() {
        return Ok(found);
    }
    let typed = fold(prefix);
    let names = field.field == Field::Identity;
    let mut look = |digest: &[u8; 32], pointer: &str, value: &str| {
        if pointers.contains(&pointer) && begins(value, &typed, names) {
            found.entry(value.to_owned()).or_default().push(*digest);
            if found.len() > SUGGESTION_VALUES_MAX {
                found.pop_last();
            }
        }
    };
    question.context.identities.each(&mut look);
    question.parts().try_for_each(|part| question.others(part.as_ref(), &mut look))?;
    for digests in found.values_mut() {
        // An id may be the address, too, and who is not held open stands in several parts.
        digests.sort_unstable();
        digests.dedup();
    }
    Ok(found)
}

/// Whether a value, or one of its words, begins with `typed`, ignoring case. `typed` is folded.
fn begins(value: &str, typed: &str, any_word: bool) -> bool {
    if value.is_ascii() && typed.is_ascii() {
        // folding is lower case then, and nearly all values that are looked at are passed over
        let at = |from: usize| {
            let beginning = value.as_bytes().get(from..from + typed.len());
            beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(typed.as_bytes()))
        };
        return at(0) || (any_word && memchr::memchr_iter(b' ', value.as_bytes()).any(|space| at(space + 1)));
    }
    let value = fold(value);
    value.starts_with(typed) || (any_word && value.split(' ').any(|word| word.starts_with(typed)))
}

/// As typed, in lower case, in upper case, with a capital: each once, none the beginning of another.
fn spellings(prefix: &str) -> BTreeSet<String> {
    let mut letters = prefix.chars();
    let capital =
        letters.next().map(|first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect());
    [prefix.to_owned(), prefix.to_lowercase(), prefix.to_uppercase()].into_iter().chain(capital).collect()
}

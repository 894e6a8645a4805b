//! What a search box offers while somebody types: values of a field that begin as typed.

use std::collections::{BTreeSet, HashMap};

use segment::index::fold;
use segment::{Field, Part};

use crate::error::SearchError;
use crate::filters::Key;
use crate::plan::{self, Rows};
use crate::predicate::{Keyword, Phrase};
use crate::question::Question;

/// Most suggestions an answer holds: more than anybody reads below a box.
pub const SUGGESTIONS_MAX: usize = 100;

/// Values looked at in each part, and persons in all, that begin as typed: what keeps an answer within milliseconds. Past
/// it, the most frequent are those among the first, by value; one more letter typed narrows it.
pub const SUGGESTION_VALUES_MAX: usize = 1_024;

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

    /// Where in an entry the values stand that persons' identities hold of it.
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
///
/// # Errors
/// [`SearchError::SuggestionLimit`]; else as [`SearchError`].
pub fn suggest(
    question: &Question<'_>,
    field: SuggestField,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Suggestion>, SearchError> {
    if !(1..=SUGGESTIONS_MAX).contains(&limit) {
        return Err(SearchError::SuggestionLimit(limit));
    }
    let persons = persons(question, field, prefix);
    let mut counts: HashMap<String, u64> = HashMap::new();
    for part in &question.view.parts {
        let rows = plan::rows(question, part.as_ref())?;
        if rows.is_empty() {
            continue;
        }
        if field.field != Field::Identity {
            listed(part.as_ref(), field.field, prefix, &rows, &mut counts)?;
        }
        for (value, digests) in &persons {
            let digests: Vec<&[u8]> = digests.iter().map(|digest| digest.as_slice()).collect();
            let found = part.equal_any(Field::Identity, &digests)?;
            add(&mut counts, value, Rows::Set(found).and(&rows).len());
        }
    }
    let mut found: Vec<_> = counts.into_iter().map(|(value, count)| Suggestion { value, count }).collect();
    found.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    found.truncate(limit);
    Ok(found)
}

/// The values that the part's index lists.
fn listed(
    part: &dyn Part,
    field: Field,
    prefix: &str,
    rows: &Rows,
    counts: &mut HashMap<String, u64>,
) -> Result<(), SearchError> {
    let whole = matches!(rows, Rows::Range(range) if *range == (0..part.rows()));
    let (mut left, mut values) = (SUGGESTION_VALUES_MAX, Vec::new());
    for spelled in spellings(prefix) {
        part.values_beginning(field, spelled.as_bytes(), &mut |value, count| {
            values.push((value.to_vec(), count));
            left = left.saturating_sub(1);
            left > 0
        })?;
    }
    for (value, count) in values {
        let count = if whole { count } else { Rows::Set(part.equal(field, &value)?).and(rows).len() };
        add(counts, &String::from_utf8_lossy(&value), count);
    }
    Ok(())
}

/// Values of persons that begin as typed, with the identities that hold them.
fn persons(question: &Question<'_>, field: SuggestField, prefix: &str) -> Vec<(String, Vec<[u8; 32]>)> {
    let pointers = field.pointers();
    if pointers.is_empty() {
        return Vec::new();
    }
    let (typed, names) = (fold(prefix), field.field == Field::Identity);
    let begins = |value: &str| {
        let value = fold(value);
        value.starts_with(&typed) || (names && value.split(' ').any(|word| word.starts_with(&typed)))
    };
    let mut found: HashMap<String, Vec<[u8; 32]>> = HashMap::new();
    question.context.identities.each(&mut |digest, pointer, value| {
        if pointers.contains(&pointer)
            && begins(value)
            && (found.len() < SUGGESTION_VALUES_MAX || found.contains_key(value))
        {
            found.entry(value.to_owned()).or_default().push(*digest);
        }
    });
    found.into_iter().collect()
}

fn add(counts: &mut HashMap<String, u64>, value: &str, count: u64) {
    if count > 0 {
        *counts.entry(value.to_owned()).or_default() += count;
    }
}

/// As typed, in lower case, in upper case, with a capital: each once, none the beginning of another.
fn spellings(prefix: &str) -> BTreeSet<String> {
    let mut letters = prefix.chars();
    let capital =
        letters.next().map(|first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect());
    [prefix.to_owned(), prefix.to_lowercase(), prefix.to_uppercase()].into_iter().chain(capital).collect()
}

//! Persons whose names, ids or addresses begin as typed.

use std::collections::{BTreeMap, HashSet};

use index::{Field, fold};

use crate::error::SearchError;
use crate::limits::SUGGESTION_VALUES_MAX;
use crate::listed::each_listed;
use crate::plan;
use crate::predicate::Predicate;
use crate::question::Question;

/// Identities of matching rows that are held at once: for more, the pass over all identities is made again.
const OWN_MAX: usize = 1 << 16;

/// Memory of so many, in a table that is half full and more.
const OWN_BYTES: usize = 2 * OWN_MAX * (size_of::<[u8; 32]>() + 1);

/// Values of persons, with the identities that hold them.
pub(super) type Persons = BTreeMap<String, Vec<[u8; 32]>>;

/// What is looked for.
pub(super) struct Wanted {
    /// Where in identities.
    pub(super) pointers: &'static [&'static str],
    /// The beginning, folded.
    pub(super) typed: String,
    /// Whether any word of a value may begin so, rather than the value.
    pub(super) any_word: bool,
}

/// Values of persons that begin as typed, the first by value of those that matching entries have; others may be among them only
/// where there are fewer than [`SUGGESTION_VALUES_MAX`].
pub(super) fn find(question: &Question<'_>, wanted: &Wanted) -> Result<Persons, SearchError> {
    if wanted.pointers.is_empty() {
        return Ok(Persons::new());
    }
    let mut found = Persons::new();
    pass(question, wanted, None, &mut found)?;
    let everything = *question.asked() == Predicate::All && question.size >= question.view.size;
    if found.len() == SUGGESTION_VALUES_MAX && !everything {
        // Those cut off may be the only ones that matching entries have.
        found = of_matching(question, wanted)?;
    }
    for digests in found.values_mut() {
        // An id may be the address, too, and who is not held open stands in several parts.
        digests.sort_unstable();
        digests.dedup();
    }
    Ok(found)
}

/// As [`find`], of the identities that matching entries have, and of no other.
fn of_matching(question: &Question<'_>, wanted: &Wanted) -> Result<Persons, SearchError> {
    let _held = question.hold(OWN_BYTES)?;
    let mut found = Persons::new();
    let mut own = HashSet::new();
    for part in question.parts() {
        let rows = plan::rows(question, part.as_ref())?;
        if rows.is_empty() {
            continue;
        }
        let mut failed = None;
        each_listed(question, part.as_ref(), Field::Identity, b"", &rows, &mut |digest, _| {
            own.extend(<[u8; 32]>::try_from(digest));
            if own.len() >= OWN_MAX {
                failed = pass(question, wanted, Some(&own), &mut found).err();
                own.clear();
            }
            failed.is_none()
        })?;
        failed.map_or(Ok(()), Err)?;
    }
    pass(question, wanted, Some(&own), &mut found)?;
    Ok(found)
}

/// Looks at every visible identity, or at those of `own`, and keeps the first values. Cost: one pass over all identities.
fn pass(
    question: &Question<'_>,
    wanted: &Wanted,
    own: Option<&HashSet<[u8; 32]>>,
    found: &mut Persons,
) -> Result<(), SearchError> {
    question.keep_going(0)?;
    let mut look = |digest: &[u8; 32], pointer: &str, value: &str| {
        if wanted.has(pointer, value) && own.is_none_or(|own| own.contains(digest)) {
            found.entry(value.to_owned()).or_default().push(*digest);
            if found.len() > SUGGESTION_VALUES_MAX {
                found.pop_last();
            }
        }
    };
    question.context.identities.each(&mut look);
    question.parts().try_for_each(|part| question.others(part.as_ref(), &mut look))
}

impl Wanted {
    fn has(&self, pointer: &str, value: &str) -> bool {
        self.pointers.contains(&pointer) && begins(value, &self.typed, self.any_word)
    }
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

use std::borrow::Cow;
use std::sync::Arc;

use crate::limits::{LINE_BYTES_MAX, PERSONAL_BYTES_MAX};
use crate::model::Event;

use super::disclosure::{Disclosure, Kind, combined_digest};
use super::drafts::{Drafts, Value, of_pointer};
use super::key::{KeyError, Keys, PersonKey};
use super::needles::Needles;
use super::person::Scope;
use super::tree::Tree;
use super::{take, texts};

/// What left the line of one person: one per element of the line's `personal`, in its order.
#[derive(Debug, Clone)]
pub struct PersonalParts {
    /// `<type>:<id>`, as in the line.
    pub of: String,
    /// The person's key.
    pub key: Arc<PersonKey>,
    /// One to three, in the order identity, connection, fields.
    pub disclosures: Vec<Arc<Disclosure>>,
}

impl PersonalParts {
    /// The digest for the line. Cost: one SHA-256 of at most 96 bytes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        combined_digest(self.disclosures.iter().map(|disclosure| &disclosure.digest))
    }
}

/// Why the personal values of an event cannot leave it.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    /// No key for a person; try again.
    #[error("no key for a person of the event")]
    Key(#[from] KeyError),
    /// More is personal than an entry may hold; the client must send less, or declare what is around it.
    #[error(
        "the personal values of the entry take more than {PERSONAL_BYTES_MAX} bytes, with the pointers of their places"
    )]
    TooMuch,
    /// Placeholders make the texts longer than a line; the client must send less.
    #[error("the entry's line would be longer than the {LINE_BYTES_MAX} bytes allowed")]
    TooLong {
        /// How long the texts were when that was clear.
        bytes: usize,
    },
}

/// Takes the personal values out of an event that is complete otherwise (redacted, derived, place looked up, the
/// anonymous actor's id set): members vanish, ids that are addresses become pseudonyms, `description`, `detail`, `reason`, names
/// and `http.path` get placeholders (and `{{` for `{`), strings in `changes` and `properties` become `{"$personal":n}`.
///
/// Cost: linear in the event; about a microsecond for an event with two disclosures made before; one HMAC and one SHA-256
/// for each other.
///
/// # Errors
/// [`SplitError`]; the event is spoilt then.
///
/// Source: spec/disclosure.md.
pub fn split(event: &mut Event<'_>, source: &str, keys: &dyn Keys) -> Result<Vec<PersonalParts>, SplitError> {
    let organization_address = take::organization(event, keys);
    let organization = event.organization.as_ref().map(|organization| organization.id.clone());
    let scope = organization.as_deref().map_or(Scope::Source(source), Scope::Organization);
    let changes = event.changes.take();
    let properties = event.properties.take();
    let mut trees = [Tree::new(changes.as_deref(), "/changes"), Tree::new(properties.as_deref(), "/properties")];
    let declared = std::mem::take(&mut event.personal);

    let mut drafts = Drafts::new(scope, keys);
    take::actor(event, &mut drafts);
    let paths = take::declared(event, &declared, &mut drafts);
    take::addresses(event, &mut drafts);
    take::scopes(event, organization_address, &mut drafts);
    drafts.settle_addresses();

    for tree in &mut trees {
        tree.cut_declared(&paths);
    }
    let Hidden { numbers, spellings } = hide(event, &drafts, &mut trees)?;
    for (person, kind, pointer, text) in spellings {
        drafts.add(person, kind, Cow::Owned(pointer), Value::Text(Cow::Owned(text)));
    }
    for tree in &trees {
        for hole in &tree.holes {
            drafts.add(hole.person, Kind::Fields, Cow::Owned(hole.pointer.clone()), Value::Json(tree.text(hole)));
        }
    }
    let parts = drafts.finish(&numbers)?;
    let [filled_changes, filled_properties] = trees.map(|tree| tree.fill(&numbers));
    event.changes = filled_changes.map(Cow::Owned).or(changes);
    event.properties = filled_properties.map(Cow::Owned).or(properties);
    Ok(parts)
}

/// What is known once all values have left.
struct Hidden {
    /// The position in the line's `personal` of every person.
    numbers: Vec<usize>,
    /// Other spellings of values, each with its person, kind and pointer.
    spellings: Vec<(usize, Kind, String, String)>,
}

/// Finds the values that have left their places wherever else they stand.
fn hide(event: &mut Event<'_>, drafts: &Drafts<'_>, trees: &mut [Tree<'_>; 2]) -> Result<Hidden, SplitError> {
    let mut needles = Needles::default();
    drafts.add_needles(&mut needles);
    for tree in trees.iter() {
        tree.add_needles(&mut needles);
    }
    needles.prepare();
    for tree in trees.iter_mut() {
        tree.cut_undeclared(&needles);
        if tree.is_too_much() {
            return Err(SplitError::TooMuch);
        }
    }
    let found = texts::seek(event, &needles);
    let numbers = drafts.number(trees.iter().flat_map(|tree| &tree.holes).map(|hole| hole.person));
    let pointers: Vec<_> = trees.iter().flat_map(|tree| tree.pointers(&needles)).collect();
    for (index, pointer) in pointers {
        needles.point(index, pointer);
    }
    needles.point_addresses(|person| of_pointer(numbers.get(person).copied().unwrap_or_default()));
    let spellings = texts::spellings(event, &found);
    texts::hide(event, &needles, &found, &spellings, LINE_BYTES_MAX).map_err(|bytes| SplitError::TooLong { bytes })?;
    let spellings = spellings.each(&needles).filter_map(|(index, pointer, text)| {
        let needle = needles.get(index)?;
        Some((needle.person, needle.kind, pointer, text.to_owned()))
    });
    Ok(Hidden { spellings: spellings.collect(), numbers })
}

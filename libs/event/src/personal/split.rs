use std::borrow::Cow;
use std::sync::Arc;

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

/// What the texts of most events fit into together.
const EVERYTHING_BYTES_USUAL: usize = 2048;

/// Takes the personal values out of an event that is complete otherwise (redacted, derived, place looked up, the
/// anonymous actor's id set): members vanish, ids that are addresses become pseudonyms, `description`, `detail`, names
/// and `http.path` get placeholders (and `{{` for `{`), strings in `changes` and `properties` become `{"$personal":n}`.
///
/// Cost: below a microsecond for an event with two disclosures made before; one HMAC and one SHA-256 for each other.
///
/// # Errors
/// [`KeyError`]; the event is spoilt then.
///
/// Source: spec/disclosure.md.
pub fn split(event: &mut Event<'_>, source: &str, keys: &dyn Keys) -> Result<Vec<PersonalParts>, KeyError> {
    let organization = event.organization.as_ref().map(|organization| organization.id.clone());
    let scope = organization.as_deref().map_or(Scope::Source(source), Scope::Organization);
    let (changes, properties) = (event.changes.take(), event.properties.take());
    let mut trees = [Tree::new(changes.as_deref(), "/changes"), Tree::new(properties.as_deref(), "/properties")];
    let declared = std::mem::take(&mut event.personal);

    let mut drafts = Drafts::new(scope, keys);
    take::actor(event, &mut drafts);
    let paths = take::declared(event, &declared, &mut drafts);
    take::addresses(event, &mut drafts);
    drafts.settle_addresses();

    for tree in &mut trees {
        tree.cut_declared(&paths);
    }
    let numbers = {
        let mut needles = Needles::default();
        drafts.add_needles(&mut needles);
        for tree in &trees {
            tree.add_needles(&mut needles);
        }
        needles.sort();
        // one look at everything together: most values stand nowhere else
        let mut everything = String::with_capacity(EVERYTHING_BYTES_USUAL);
        texts::join(event, &mut everything);
        trees.iter().for_each(|tree| tree.join(&mut everything));
        needles.look(&everything);
        for tree in &mut trees {
            tree.cut_undeclared(&needles);
        }
        let numbers = drafts.number(trees.iter().flat_map(|tree| &tree.holes).map(|hole| hole.person));
        for (index, pointer) in trees.iter().flat_map(|tree| tree.pointers(&needles)).collect::<Vec<_>>() {
            needles.point(index, pointer);
        }
        needles.point_addresses(|person| of_pointer(numbers.get(person).copied().unwrap_or_default()));
        texts::hide(event, &needles);
        numbers
    };
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

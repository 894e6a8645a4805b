use std::sync::Arc;

use crate::model::Event;

use super::disclosure::{Disclosure, combined_digest};
use super::key::{KeyError, Keys, PersonKey};

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
pub fn split(_event: &mut Event<'_>, _source: &str, _keys: &dyn Keys) -> Result<Vec<PersonalParts>, KeyError> {
    panic!("being written")
}

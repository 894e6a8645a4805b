//! The one place where a disclosure is opened for somebody.

use event::personal::SealedDisclosure;
use event::{Kind, PersonId};
use segment::PartError;
use vault::Vault;

use super::sight::{Persons, Sight};

/// The vault as somebody with this sight sees it.
#[derive(Clone, Copy)]
pub(crate) struct Disclosing<'a> {
    pub(super) vault: &'a Vault,
    pub(super) sight: &'a Sight,
}

/// What somebody sees of a disclosure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Its `[salt,kind,value]` text.
    Text(String),
    /// That its person's key was destroyed.
    Erased,
    /// Nothing, not even whether it could be opened.
    Unseen,
}

impl<'a> Disclosing<'a> {
    pub(crate) fn new(vault: &'a Vault, sight: &'a Sight) -> Self {
        Self { vault, sight }
    }

    /// Opens a disclosure, if it may be seen. Cost: some µs, and nothing for what may not.
    pub(super) fn open(self, sealed: SealedDisclosure<&[u8]>) -> Result<Opening, PartError> {
        if !self.sees(sealed.kind, sealed.person) {
            return Ok(Opening::Unseen);
        }
        Ok(text_of(self.vault, sealed)?.map_or(Opening::Erased, Opening::Text))
    }

    /// Whether this person's values of this kind may be seen.
    pub(super) fn sees(self, kind: Kind, person: PersonId) -> bool {
        self.sight.of(kind).has(person)
    }

    /// Whether values of this kind may be seen of anybody.
    pub(super) fn sees_any(self, kind: Kind) -> bool {
        *self.sight.of(kind) != Persons::Nobody
    }
}

/// The text of a disclosure, whoever may see it; `None` if its key is gone. For this room alone: to show it by a sight, or to make
/// of it what the index holds.
pub(super) fn text_of(vault: &Vault, sealed: SealedDisclosure<&[u8]>) -> Result<Option<String>, PartError> {
    vault.open_sealed(&sealed).map_err(store)
}

pub(super) fn store(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PartError {
    PartError::Store(error.into())
}

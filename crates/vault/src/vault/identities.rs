//! The identities that are held open.

use event::{PersonId, personal::Fit};

use super::Vault;
use crate::{IdentityError, KeyState, OpenIdentity};

impl Vault {
    /// Keeps an identity open in memory, as long as there is room ([`crate::IDENTITIES_BYTES_MAX`]). `json` is the disclosure's `[salt,kind,value]` text. Twice is once; nothing
    /// is kept of a person whose key is not live.
    ///
    /// # Errors
    /// [`IdentityError`] if the text is no identity disclosure.
    pub fn remember_identity(&self, digest: [u8; 32], person: PersonId, json: &str) -> Result<(), IdentityError> {
        // Held until the identity is in, so that a destruction comes before (and it is not kept) or after (and drops it).
        let people = self.read_people();
        match people.state(person) {
            KeyState::Live => self.write_identities().remember(digest, person, json),
            KeyState::Destroyed | KeyState::Unknown => Ok(()),
        }
    }

    /// Drops the open identities of a person; returns how many there were.
    pub fn forget_identities(&self, person: PersonId) -> usize {
        self.write_identities().forget(person)
    }

    /// Whether this identity is held open. Cost: one look-up.
    #[must_use]
    pub fn has_identity(&self, digest: &[u8; 32]) -> bool {
        self.read_identities().contains(digest)
    }

    /// The digests of the open identities whose value at `pointer` contains `needle`, exactly or folded; sorted.
    ///
    /// Cost: one scan over the distinct values at that pointer.
    #[must_use]
    pub fn identities_matching(&self, pointer: &str, needle: &str, fold: bool) -> Vec<[u8; 32]> {
        self.read_identities().find(pointer, needle, Fit::Inside, fold)
    }

    /// The digests of the open identities whose value at `pointer` is `value`, exactly or folded; sorted.
    ///
    /// Cost: one look-up, and one for each hit.
    #[must_use]
    pub fn identities_with(&self, pointer: &str, value: &str, fold: bool) -> Vec<[u8; 32]> {
        self.read_identities().find(pointer, value, Fit::Whole, fold)
    }

    /// Hands out every value of an open identity whose folding relates so to `folded`: of which identity, pointer, value; in no
    /// particular order. The visitor must not call the vault.
    ///
    /// Cost: a binary search, and for [`Fit::Inside`] one scan over the distinct values.
    pub fn for_each_fitting(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&OpenIdentity, &str, &str)) {
        self.read_identities().visit(fit, folded, take);
    }

    /// Whether all identities that came are held open, but those of destroyed keys. If not, some were beyond the bound
    /// ([`crate::IDENTITIES_BYTES_MAX`]): what looks for a text must open those that are not held, too.
    #[must_use]
    pub fn holds_all_identities(&self) -> bool {
        self.read_identities().are_complete()
    }

    /// The bytes that open identities take.
    #[must_use]
    pub fn identity_bytes(&self) -> usize {
        self.read_identities().bytes()
    }

    /// Holds identities up to so many bytes instead of [`crate::IDENTITIES_BYTES_MAX`]. Those held already stay.
    pub fn limit_identities(&self, bytes_max: usize) {
        self.write_identities().limit(bytes_max);
    }
}

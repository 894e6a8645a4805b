//! Destroying keys, and what was destroyed.

use event::{Person, PersonId};

use super::Vault;
use crate::StoreError;

impl Vault {
    /// Destroys a person's key and everything held open under it: durable, overwritten, and purged from the
    /// store before this returns. Returns the key's handle; `None` if the person has no key. The caller has
    /// made the tombstone entry durable before (docs/reliability.md, "Erase").
    ///
    /// # Errors
    /// Any [`StoreError`]. After [`StoreError::Busy`] and [`StoreError::DiskFull`] the key may be destroyed and its old
    /// bytes still in the store: call again until it succeeds.
    pub fn destroy(&self, person: &Person<'_>) -> Result<Option<PersonId>, StoreError> {
        let mut rows = self.lock_rows();
        // A key that is not in the store yet would come back with the next transaction.
        self.store_pending(&mut **rows)?;
        let id = self.read_people().id_by_name(person);
        if let Some(id) = id {
            rows.destroy(id, self.surroundings.clock.now_us())?;
            let mut people = self.write_people();
            people.destroy(person, id);
            self.write_identities().forget(id);
        }
        rows.purge()?;
        Ok(id)
    }

    /// Returns how often somebody's identities were dropped. Answers made before must not be used after.
    #[must_use]
    pub fn erasures(&self) -> u64 {
        self.read_identities().forgotten()
    }

    /// Whether anybody's key was ever destroyed. Cost: none.
    #[must_use]
    pub fn has_erased(&self) -> bool {
        self.read_people().counts().1 > 0
    }

    /// The handles whose keys were destroyed, sorted: each must be explained by an entry of the log's.
    #[must_use]
    pub fn destroyed(&self) -> Vec<PersonId> {
        self.read_people().destroyed()
    }
}

//! The vault itself.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use env::{Clock, Disk, Random};
use event::{Disclosure, KeyError, Keys, Person, PersonId, PersonKey};

use crate::{Check, Fold, Identity, IdentityError, OpenError, RootKey, Sealed, StoreError, VaultError};

/// What the vault takes from outside.
#[derive(Clone)]
pub struct Surroundings {
    /// Where key files lie. `vault.db` is SQLite's own file and always on the real file system.
    pub disk: Arc<dyn Disk>,
    /// Stamps new keys.
    pub clock: Arc<dyn Clock>,
    /// Makes new keys.
    pub random: Arc<dyn Random>,
    /// Simple case folding, as the index does it.
    pub fold: Fold,
}

/// The keys of a log's persons.
pub struct Vault {
    _dir: PathBuf,
}

impl Vault {
    /// Makes the keys and the database of a new log in its data directory: `keys/root`, `keys/log`, `vault.db`, durable.
    ///
    /// # Errors
    /// Any [`VaultError`]; `File` with `AlreadyExists` if there are keys already.
    pub fn create(_data_dir: &Path, _surroundings: Surroundings) -> Result<Self, VaultError> {
        panic!("being written")
    }

    /// Opens the vault of a data directory and unwraps every key.
    ///
    /// Cost: about 2 µs and 1 KiB a person.
    ///
    /// # Errors
    /// Any [`VaultError`]: a vault with one damaged row is not opened.
    pub fn open(_data_dir: &Path, _surroundings: Surroundings, _root: &RootKey) -> Result<Self, VaultError> {
        panic!("being written")
    }

    /// Whether a key waits for [`Self::make_durable`]. Cost: one atomic load.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        panic!("being written")
    }

    /// Makes every key handed out so far durable, in one transaction; returns how many there were. Called by the
    /// sequencer before it writes a frame.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], after which it may be called again; [`StoreError::Failed`], after which it may not.
    pub fn make_durable(&self) -> Result<usize, StoreError> {
        panic!("being written")
    }

    /// Encrypts a disclosure under its person's key. Equal disclosures of a person seal to equal bytes.
    ///
    /// Cost: one HKDF and one AES-GCM-SIV, about 1 µs.
    #[must_use]
    pub fn seal(&self, _key: &PersonKey, _disclosure: &Disclosure) -> Sealed {
        panic!("being written")
    }

    /// Decrypts a disclosure and checks it against its digest: the `[salt,kind,value]` text; `None` if the person's
    /// key was destroyed.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub fn open_sealed(&self, _sealed: &Sealed) -> Result<Option<String>, OpenError> {
        panic!("being written")
    }

    /// The keyed token by which the index finds an address; the same for every spelling of it.
    #[must_use]
    pub fn address_token(&self, _ip: &str) -> u64 {
        panic!("being written")
    }

    /// Destroys a person's key and everything held open under it: durable, overwritten on the disk, and gone from the
    /// write-ahead log before this returns. Returns the key's handle; `None` if the person has no key. The caller has
    /// made the tombstone entry durable before (RELIABILITY, "Erase").
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn destroy(&self, _person: &Person<'_>) -> Result<Option<PersonId>, StoreError> {
        panic!("being written")
    }

    /// Keeps an identity open in memory. `json` is the disclosure's `[salt,kind,value]` text. Twice is once.
    ///
    /// # Errors
    /// [`IdentityError`] if the text is no identity disclosure.
    pub fn remember_identity(&self, _digest: [u8; 32], _person: PersonId, _json: &str) -> Result<(), IdentityError> {
        panic!("being written")
    }

    /// Drops the open identities of a person; returns how many there were.
    pub fn forget_identities(&self, _person: PersonId) -> usize {
        panic!("being written")
    }

    /// Whether this identity is held open.
    #[must_use]
    pub fn has_identity(&self, _digest: &[u8; 32]) -> bool {
        panic!("being written")
    }

    /// The digests of the open identities whose value at `pointer` contains `needle`, exactly or folded; sorted.
    ///
    /// Cost: one scan over the values at that pointer.
    #[must_use]
    pub fn identities_matching(&self, _pointer: &str, _needle: &str, _fold: bool) -> Vec<[u8; 32]> {
        panic!("being written")
    }

    /// The digests of the open identities whose value at `pointer` is `value`, exactly or folded; sorted.
    ///
    /// Cost: one look-up.
    #[must_use]
    pub fn identities_with(&self, _pointer: &str, _value: &str, _fold: bool) -> Vec<[u8; 32]> {
        panic!("being written")
    }

    /// Visits every open identity, in no particular order.
    pub fn for_each_identity(&self, _visit: &mut dyn FnMut(&Identity<'_>)) {
        panic!("being written")
    }

    /// Reads all of the vault's files again: see [`crate::check`].
    ///
    /// # Errors
    /// As [`crate::check`].
    pub fn check(&self) -> Result<Check, VaultError> {
        panic!("being written")
    }
}

impl Keys for Vault {
    fn person(&self, _person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        panic!("being written")
    }

    fn pseudonym(&self, _person: &Person<'_>) -> String {
        panic!("being written")
    }
}

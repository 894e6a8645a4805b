//! The vault itself: made, opened, and what it is made of.

mod addresses;
mod erasing;
mod identities;
mod keys;
mod naming;
mod sealing;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::AtomicU64},
};

use env::{Clock, Disk, Random};
use event::Person;

use crate::{
    Access, Check, Fold, KeyRows, KeyStore, PersonRow, RootKey, VaultError,
    check::check_opened,
    identities::Identities,
    key_file::{LogKey, log_path, root_path},
    people::People,
    recent::RecentRecords,
    wrapping::{Unwrapped, Wrapping},
};

/// What the vault takes from outside.
#[derive(Clone)]
pub struct Surroundings {
    /// Where key files lie.
    pub disk: Arc<dyn Disk>,
    /// Where the rows of persons are kept: [`crate::SqliteKeys`] of the data directory, unless another was chosen.
    pub keys: Arc<dyn KeyStore>,
    /// Stamps new keys.
    pub clock: Arc<dyn Clock>,
    /// Makes new keys.
    pub random: Arc<dyn Random>,
    /// Simple case folding, as the index does it.
    pub fold: Fold,
}

/// The keys of a log's persons.
///
/// Any number of threads may use it at once. Locks are taken in the order of the fields: rows, people, identities.
pub struct Vault {
    data_dir: PathBuf,
    surroundings: Surroundings,
    log_key: LogKey,
    wrapping: Wrapping,
    /// How many keys were made since the vault was opened; written under the lock of `people`.
    made: AtomicU64,
    /// How many of these are durable.
    durable: AtomicU64,
    rows: Mutex<Box<dyn KeyRows>>,
    people: RwLock<People>,
    identities: RwLock<Identities>,
    records: RecentRecords,
}

impl Vault {
    /// Makes the keys of a new log, `keys/root` and `keys/log` of its data directory, durable and readable by their owner alone, and its
    /// key store. A creation that was cut short is completed.
    ///
    /// # Errors
    /// Any [`VaultError`]. The store is made last: [`VaultError::KeyFile`] if it is there and a key file is not,
    /// because a new key would not fit it.
    pub fn create(data_dir: &Path, surroundings: Surroundings) -> Result<Self, VaultError> {
        let disk = surroundings.disk.as_ref();
        let random = surroundings.random.as_ref();
        let has_store = surroundings.keys.exists()?;
        let is_there = |path: PathBuf| match disk.exists(&path) {
            Ok(false) if has_store => {
                Err(VaultError::KeyFile { path, reason: "missing, though there is a database that belongs to it" })
            }
            Ok(exists) => Ok(exists),
            Err(source) => Err(VaultError::File { path, source }),
        };
        let root = match is_there(root_path(data_dir))? {
            true => RootKey::read(disk, data_dir)?,
            false => RootKey::create(disk, random, data_dir)?,
        };
        if !is_there(log_path(data_dir))? {
            LogKey::create(disk, random, data_dir, &root)?;
        }
        surroundings.keys.create()?;
        let vault = Self::open(data_dir, surroundings, &root)?;
        vault.settle()?;
        Ok(vault)
    }

    /// Opens the vault of a data directory and unwraps every key. Changes nothing that the store keeps, so that a
    /// start that is refused leaves them; whoever goes on calls [`Self::settle`].
    ///
    /// Cost: about 5 µs and 110 bytes a person.
    ///
    /// # Errors
    /// Any [`VaultError`]: a vault with one damaged row is not opened.
    pub fn open(data_dir: &Path, surroundings: Surroundings, root: &RootKey) -> Result<Self, VaultError> {
        Self::open_for(Access::Own, data_dir, surroundings, root)
    }

    /// As [`Self::open`], to open disclosures and nothing else: the store is not written to, so that verification changes
    /// nothing. Nobody else may have it open.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_to_read(data_dir: &Path, surroundings: Surroundings, root: &RootKey) -> Result<Self, VaultError> {
        Self::open_for(Access::AtRest, data_dir, surroundings, root)
    }

    fn open_for(
        access: Access,
        data_dir: &Path,
        surroundings: Surroundings,
        root: &RootKey,
    ) -> Result<Self, VaultError> {
        let rows = surroundings.keys.open(access)?;
        let log_key = LogKey::read(surroundings.disk.as_ref(), data_dir, root)?;
        let wrapping = Wrapping::new(root);
        let mut people = People::new(root);
        rows.for_each(&mut |number, row| {
            load(&mut people, &wrapping, &row).map_err(|reason| VaultError::Row {
                store: surroundings.keys.name().to_owned(),
                row: number,
                reason,
            })
        })?;
        let (live, destroyed) = people.counts();
        tracing::debug!(live, destroyed, "vault open");
        Ok(Self {
            data_dir: data_dir.to_owned(),
            log_key,
            wrapping,
            made: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            rows: Mutex::new(rows),
            people: RwLock::new(people),
            identities: RwLock::new(Identities::new(surroundings.fold)),
            records: RecentRecords::default(),
            surroundings,
        })
    }

    /// Finishes what an earlier process left half done in the store: a destroyed key is overwritten then.
    ///
    /// # Errors
    /// `Store`, `DiskFull`: what the store answers.
    pub fn settle(&self) -> Result<(), VaultError> {
        self.lock_rows().settle()
    }

    /// The seed of the log's indexes: the same for ever, and unknown to whoever sends events.
    ///
    /// Cost: one HMAC.
    #[must_use]
    pub fn index_seed(&self) -> u64 {
        self.log_key.index_seed()
    }

    /// The key that authenticates the log's index files: the same for ever, and unknown to whoever can write to them alone.
    ///
    /// Cost: one HMAC.
    #[must_use]
    pub fn index_mac_key(&self) -> [u8; 32] {
        self.log_key.index_mac_key()
    }

    /// Reads key files and store again, also while it is in use: see [`crate::check()`].
    #[must_use]
    pub fn check(&self) -> Check {
        check_opened(self.surroundings.disk.as_ref(), &self.data_dir, &*self.surroundings.keys, Access::Beside)
    }

    // A panic elsewhere leaves none of these half-changed in a way that could hand out a wrong key: maps are changed by
    // single insertions, and the store by transactions. So a poisoned lock is used on.

    fn lock_rows(&self) -> MutexGuard<'_, Box<dyn KeyRows>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_people(&self) -> RwLockReadGuard<'_, People> {
        self.people.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_people(&self) -> RwLockWriteGuard<'_, People> {
        self.people.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_identities(&self) -> RwLockReadGuard<'_, Identities> {
        self.identities.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_identities(&self) -> RwLockWriteGuard<'_, Identities> {
        self.identities.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("data_dir", &self.data_dir).finish_non_exhaustive()
    }
}

fn load(people: &mut People, wrapping: &Wrapping, row: &PersonRow) -> Result<(), &'static str> {
    let taken_in = match (wrapping.unwrap(row)?, row.person()) {
        (Some(Unwrapped { secret, address }), Some(person)) => {
            if let Some(address) = &address
                && !people.pseudonyms.insert(&Person { id: address, ..person }, person.id)
            {
                return Err("its id is no pseudonym, or its address has another");
            }
            people.insert(&person, row.id, secret)
        }
        _ => people.insert_destroyed(row.id),
    };
    if taken_in { Ok(()) } else { Err("its person or its handle stands in another row, too") }
}

//! The key store of the simulation: its operations count among those of the disk, and the same befalls them.

use std::path::Path;
use std::sync::Arc;

use env::fake::Fault;
use event::PersonId;
use vault::fake::FakeKeyStore;
use vault::{Access, KeyRows, KeyStore, PersonRow, StoreError, VaultError};

use crate::disk::{Mishap, Operation, SimDisk};
use crate::plant::Held;

/// The key store. Cloning gives another handle of it.
#[derive(Clone)]
pub(crate) struct SimKeys {
    store: FakeKeyStore,
    disk: SimDisk,
}

impl SimKeys {
    pub(crate) fn new(disk: &SimDisk) -> Self {
        Self { store: FakeKeyStore::new(), disk: disk.clone() }
    }

    /// The next process begins.
    pub(crate) fn begin(&self, seed: u64) {
        self.store.crash(seed);
    }

    /// Counts the operation that comes next, and lets happen what is planned for it.
    fn arrive(&self, what: &str) {
        let fault = match self.disk.arrive(Operation::Keys, Path::new(what)) {
            Err(_) | Ok(Some(Mishap::End { .. })) => Fault::PowerLoss,
            Ok(Some(Mishap::Error)) => Fault::Error,
            Ok(Some(Mishap::Full)) => Fault::Full,
            Ok(Some(Mishap::Flip) | None) => return,
        };
        self.store.fail_at(0, fault);
    }
}

impl KeyStore for SimKeys {
    fn name(&self) -> &Path {
        self.store.name()
    }

    fn exists(&self) -> Result<bool, VaultError> {
        self.arrive("exists");
        self.store.exists()
    }

    fn is_fresh(&self) -> Result<bool, VaultError> {
        self.arrive("is fresh");
        self.store.is_fresh()
    }

    fn create(&self) -> Result<(), VaultError> {
        self.arrive("create");
        self.store.create()
    }

    fn open(&self, access: Access) -> Result<Box<dyn KeyRows>, VaultError> {
        self.arrive("open");
        Ok(Box::new(SimRows { rows: self.store.open(access)?, keys: self.clone() }))
    }
}

struct SimRows {
    rows: Box<dyn KeyRows>,
    keys: SimKeys,
}

impl KeyRows for SimRows {
    fn for_each(&self, visit: &mut dyn FnMut(i64, PersonRow) -> Result<(), VaultError>) -> Result<(), VaultError> {
        self.keys.arrive("for each");
        self.rows.for_each(visit)
    }

    fn insert(&mut self, rows: &[Arc<PersonRow>]) -> Result<(), StoreError> {
        let held = || Held::Rows(self.keys.store.clone(), rows.to_vec());
        if self.keys.disk.is_taken(Operation::Keys, Path::new("keys/insert"), held) {
            return Ok(());
        }
        self.keys.arrive("insert");
        self.rows.insert(rows)
    }

    fn destroy(&mut self, id: PersonId, destroyed_us: i64) -> Result<(), StoreError> {
        self.keys.arrive("destroy");
        self.rows.destroy(id, destroyed_us)
    }

    fn purge(&mut self) -> Result<(), StoreError> {
        self.keys.arrive("purge");
        self.rows.purge()
    }

    fn settle(&mut self) -> Result<(), VaultError> {
        self.keys.arrive("settle");
        self.rows.settle()
    }

    fn complaints(&self) -> Vec<String> {
        self.rows.complaints()
    }
}

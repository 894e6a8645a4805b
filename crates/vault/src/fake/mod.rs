//! A key store that a test steers.

mod image;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use env::fake::{Fault, SeededRandom};
use event::PersonId;

use crate::{Access, KeyRows, KeyStore, PersonRow, StoreError, VaultError};
use image::{Change, Image};

/// What messages call it.
const NAME: &str = "keys in memory";

/// A key store in memory that tells durable transactions from others, and misbehaves on request.
///
/// Cloning gives another handle of the same store, which outlives the log that used it: a restart is to open it again. Without
/// faults it is an ordinary store.
///
/// Every operation but asking for the name and for complaints counts, from 0, whether it reads or writes. A [`Fault`] befalls it
/// so: `Error` fails it, and a transaction may be found all the same by whoever opens the store again, and be lost with power; `Full` refuses what needs
/// space; `PowerLoss` fails it and all later ones until [`Self::crash`], and a transaction that was begun may be durable.
#[derive(Clone, Default)]
pub struct FakeKeyStore {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    visible: Image,
    durable: Image,
    /// What `visible` has and `durable` lacks, in order.
    unsynced: Vec<Change>,
    /// Operations asked for since the store was made.
    operations: u64,
    faults: BTreeMap<u64, Fault>,
    full: bool,
    without_power: bool,
    /// Counts crashes: what was opened before one is dead after it.
    epoch: u64,
}

impl FakeKeyStore {
    /// A place where no store was made yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many operations were asked for so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// Makes the `nth` operation from now (0 = the next) suffer `fault`.
    pub fn fail_at(&self, nth: u64, fault: Fault) {
        let mut state = self.lock();
        let at = state.operations + nth;
        state.faults.insert(at, fault);
    }

    /// Forgets the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// While set, whatever needs space is refused.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Cuts the power and turns it on again: transactions that were not durable survive or vanish, by the seed's whim, none without the ones
    /// before it. What was opened is dead afterwards.
    pub fn crash(&self, seed: u64) {
        let random = SeededRandom::new(seed);
        let mut state = self.lock();
        let survive = std::mem::take(&mut state.unsynced).into_iter().take_while(|_| random.below(2) == 0);
        survive.for_each(|change| state.durable.apply(change));
        state.visible = state.durable.clone();
        state.faults.clear();
        state.without_power = false;
        state.epoch += 1;
    }

    /// An independent store with the same rows, all durable.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let visible = self.lock().visible.clone();
        let state = State { durable: visible.clone(), visible, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Every row, as whoever opens the store would find it; no operation.
    #[must_use]
    pub fn rows(&self) -> Vec<PersonRow> {
        self.lock().visible.rows().to_vec()
    }

    /// Whether these wrapped bytes stand anywhere in the store, in a row or in what is left of a destroyed one; no operation.
    #[must_use]
    pub fn remains(&self, wrapped: &[u8]) -> bool {
        self.lock().visible.remains(wrapped)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation that reads, and reads.
    fn read<T>(&self, read: impl FnOnce(&State) -> Result<T, VaultError>) -> Result<T, VaultError> {
        let mut state = self.lock();
        match state.next_fault() {
            Ok(None | Some(Fault::Full)) => read(&state),
            Ok(Some(Fault::Error)) => Err(unusable(injected())),
            Ok(Some(Fault::PowerLoss)) | Err(NoPower) => Err(unusable(no_power())),
        }
    }
}

impl KeyStore for FakeKeyStore {
    fn name(&self) -> &Path {
        Path::new(NAME)
    }

    fn exists(&self) -> Result<bool, VaultError> {
        self.read(|state| Ok(state.visible.exists()))
    }

    fn is_fresh(&self) -> Result<bool, VaultError> {
        self.read(|state| if state.visible.exists() { Ok(state.visible.rows().is_empty()) } else { Err(missing()) })
    }

    fn create(&self) -> Result<(), VaultError> {
        let created = self.lock().change(Change::Create);
        created.map_err(|refused| match refused {
            Refused::Full => VaultError::DiskFull { store: NAME.into() },
            Refused::Failed(source) => unusable(source),
        })
    }

    fn open(&self, access: Access) -> Result<Box<dyn KeyRows>, VaultError> {
        let epoch = self.read(|state| if state.visible.exists() { Ok(state.epoch) } else { Err(missing()) })?;
        Ok(Box::new(FakeRows { store: self.clone(), epoch, failed: access != Access::Own }))
    }
}

impl State {
    /// Counts an operation and says what is to befall it.
    fn next_fault(&mut self) -> Result<Option<Fault>, NoPower> {
        if self.without_power {
            return Err(NoPower);
        }
        let fault = self.faults.remove(&self.operations);
        self.operations += 1;
        self.without_power = fault == Some(Fault::PowerLoss);
        Ok(fault)
    }

    /// A transaction, durable when this returns.
    fn change(&mut self, change: Change) -> Result<(), Refused> {
        let fault = self.next_fault().map_err(|NoPower| Refused::Failed(no_power()))?;
        self.visible.allows(&change).map_err(|what| Refused::Failed(io::Error::other(what)))?;
        if change.needs_space() && (self.full || fault == Some(Fault::Full)) {
            return Err(Refused::Full);
        }
        self.visible.apply(change.clone());
        self.unsynced.push(change);
        match fault {
            None | Some(Fault::Full) => {
                std::mem::take(&mut self.unsynced).into_iter().for_each(|change| self.durable.apply(change));
                Ok(())
            }
            Some(Fault::Error) => Err(Refused::Failed(injected())),
            Some(Fault::PowerLoss) => Err(Refused::Failed(no_power())),
        }
    }
}

/// The store has no power.
struct NoPower;

/// Why a transaction was not done.
enum Refused {
    Full,
    Failed(io::Error),
}

/// The store, opened.
struct FakeRows {
    store: FakeKeyStore,
    epoch: u64,
    /// Nothing is written any more; from the beginning, where it was opened to read.
    failed: bool,
}

impl FakeRows {
    fn change(&mut self, change: Change) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed { store: NAME.into(), source: None });
        }
        let mut state = self.store.lock();
        let done = if state.epoch == self.epoch { state.change(change) } else { Err(Refused::Failed(no_power())) };
        drop(state);
        done.map_err(|refused| match refused {
            Refused::Full => StoreError::DiskFull { store: NAME.into() },
            Refused::Failed(source) => {
                self.failed = true;
                StoreError::Failed { store: NAME.into(), source: Some(source.into()) }
            }
        })
    }
}

impl KeyRows for FakeRows {
    fn for_each(&self, visit: &mut dyn FnMut(i64, PersonRow) -> Result<(), VaultError>) -> Result<(), VaultError> {
        let alive = |state: &State| {
            if state.epoch == self.epoch { Ok(state.visible.rows().to_vec()) } else { Err(unusable(no_power())) }
        };
        let rows = self.store.read(alive)?;
        (1..).zip(rows).try_for_each(|(number, row)| visit(number, row))
    }

    fn insert(&mut self, rows: &[Arc<PersonRow>]) -> Result<(), StoreError> {
        self.change(Change::Insert(rows.iter().map(|row| PersonRow::clone(row)).collect()))
    }

    fn destroy(&mut self, id: PersonId, _destroyed_us: i64) -> Result<(), StoreError> {
        self.change(Change::Destroy(id))
    }

    fn purge(&mut self) -> Result<(), StoreError> {
        self.change(Change::Purge)
    }

    fn settle(&mut self) -> Result<(), VaultError> {
        self.change(Change::Purge).map_err(|error| match error {
            StoreError::DiskFull { store } => VaultError::DiskFull { store },
            other => VaultError::Store { store: NAME.into(), source: other.into() },
        })
    }

    fn complaints(&self) -> Vec<String> {
        Vec::new()
    }
}

fn unusable(source: io::Error) -> VaultError {
    VaultError::Store { store: PathBuf::from(NAME), source: source.into() }
}

fn missing() -> VaultError {
    unusable(io::Error::new(io::ErrorKind::NotFound, "there is no such store"))
}

fn injected() -> io::Error {
    io::Error::other("injected I/O error")
}

fn no_power() -> io::Error {
    io::Error::other("the store has no power")
}

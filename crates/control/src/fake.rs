//! A store that a test steers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::{ControlStore, ControlStoreError, Row, RowChange};

/// What messages call it.
const NAME: &str = "rows in memory";

/// What befalls a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// There is no room.
    DiskFull,
    /// Somebody else has the store.
    Busy,
    /// It fails, and nobody is told whether it was done.
    Unknown {
        /// Whether it was: whoever opens the store again finds its rows.
        written: bool,
    },
}

/// A store in memory. Clones are other handles of the same rows, as if it were opened again: they outlive a handle whose write failed.
#[derive(Debug, Default)]
pub struct MemoryControl {
    state: Arc<Mutex<State>>,
    /// Nothing is written by this handle any more.
    failed: bool,
}

#[derive(Debug, Default)]
struct State {
    rows: BTreeMap<(String, String), String>,
    /// Writes that still succeed, and what befalls those after them.
    failing: Option<(u32, Failure)>,
}

impl Clone for MemoryControl {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), failed: false }
    }
}

impl MemoryControl {
    /// Lets so many more writes succeed, and befalls each after them so, until [`Self::mend`].
    pub fn fail_after(&self, writes: u32, failure: Failure) {
        self.lock().failing = Some((writes, failure));
    }

    /// Lets all writes succeed again, but for those of a handle that has failed.
    pub fn mend(&self) {
        self.lock().failing = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What befalls the next write.
    fn failure(&mut self) -> Option<Failure> {
        let (left, failure) = self.failing.as_mut()?;
        match left.checked_sub(1) {
            Some(less) => {
                *left = less;
                None
            }
            None => Some(*failure),
        }
    }

    fn apply(&mut self, changes: &[RowChange]) {
        for change in changes.iter().cloned() {
            match change {
                RowChange::Put(Row { kind, id, value }) => drop(self.rows.insert((kind, id), value)),
                RowChange::Remove { kind, id } => drop(self.rows.remove(&(kind, id))),
            }
        }
    }
}

impl ControlStore for MemoryControl {
    fn rows(&self) -> Result<Vec<Row>, ControlStoreError> {
        let row = |((kind, id), value): (&(String, String), &String)| Row {
            kind: kind.clone(),
            id: id.clone(),
            value: value.clone(),
        };
        Ok(self.lock().rows.iter().map(row).collect())
    }

    fn write(&mut self, changes: &[RowChange]) -> Result<(), ControlStoreError> {
        if self.failed {
            return Err(ControlStoreError::Failed { store: NAME.into(), source: None });
        }
        changes.iter().try_for_each(RowChange::check)?;
        let mut state = self.lock();
        match state.failure() {
            None => {
                state.apply(changes);
                Ok(())
            }
            Some(Failure::DiskFull) => Err(ControlStoreError::DiskFull { store: NAME.into() }),
            Some(Failure::Busy) => Err(ControlStoreError::Busy { store: NAME.into() }),
            Some(Failure::Unknown { written }) => {
                if written {
                    state.apply(changes);
                }
                drop(state);
                self.failed = true;
                Err(ControlStoreError::Failed { store: NAME.into(), source: Some("injected failure".into()) })
            }
        }
    }
}

//! A store in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{ControlStore, ControlStoreError, Row, RowChange};

/// A store in memory. Clones share their rows, so that a test can open it again.
#[derive(Debug, Clone, Default)]
pub struct MemoryControl {
    rows: Arc<Mutex<BTreeMap<(String, String), String>>>,
    /// Writes that still succeed; `None`: all.
    left: Arc<Mutex<Option<u32>>>,
}

impl MemoryControl {
    /// Lets so many more writes succeed; `None`: all.
    pub fn fail_after(&self, writes: Option<u32>) {
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = writes;
    }
}

impl ControlStore for MemoryControl {
    fn rows(&self) -> Result<Vec<Row>, ControlStoreError> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let row = |((kind, id), value): (&(String, String), &String)| Row {
            kind: kind.clone(),
            id: id.clone(),
            value: value.clone(),
        };
        Ok(rows.iter().map(row).collect())
    }

    fn write(&mut self, changes: &[RowChange]) -> Result<(), ControlStoreError> {
        if let Some(left) = self.left.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            *left = left.checked_sub(1).ok_or(ControlStoreError::DiskFull { store: "memory".into() })?;
        }
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            match change {
                RowChange::Put(Row { kind, id, value }) => {
                    drop(rows.insert((kind.clone(), id.clone()), value.clone()));
                }
                RowChange::Remove { kind, id } => drop(rows.remove(&(kind.clone(), id.clone()))),
            }
        }
        Ok(())
    }
}

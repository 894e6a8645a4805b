//! Where the records are kept: a row of JSON each.

use std::path::PathBuf;

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Kind of the record.
    pub kind: String,
    /// Its id among those of its kind.
    pub id: String,
    /// The record, JSON.
    pub value: String,
}

/// What is done to rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChange {
    /// A row takes the place of the one of its kind and id.
    Put(Row),
    /// A row goes; one that is not there is gone already.
    Remove {
        /// Kind of the record.
        kind: String,
        /// Its id.
        id: String,
    },
}

/// Keeps rows.
pub trait ControlStore: Send {
    /// Every row, in no order.
    ///
    /// # Errors
    /// [`ControlStoreError`].
    fn rows(&self) -> Result<Vec<Row>, ControlStoreError>;

    /// Makes these changes, all or none, in their order: durable when it returns.
    ///
    /// # Errors
    /// [`ControlStoreError`]; after anything but a full disk or a busy store nobody knows what the disk has, and nothing more is written.
    fn write(&mut self, changes: &[RowChange]) -> Result<(), ControlStoreError>;
}

/// Why rows cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ControlStoreError {
    /// There is no room. Nothing was changed. Remedy: make room.
    #[error("{store} cannot be written, as the disk is full")]
    DiskFull {
        /// The store.
        store: PathBuf,
    },
    /// Nobody knows what the disk has. Remedy: look at the disk, start afresh.
    #[error("{store} could not be written, and is not written any more")]
    Failed {
        /// The store.
        store: PathBuf,
    },
}

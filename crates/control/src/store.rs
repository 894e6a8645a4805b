//! Where the records are kept: a row of JSON each.
//!
//! A store keeps rows and knows nothing of what they mean. Normative: spec/control.md.

use std::io;
use std::path::PathBuf;

/// Most bytes of a kind. The longest of ours has some twenty.
pub const KIND_BYTES_MAX: usize = 64;

/// Most bytes of an id: an organization's is an id of the log's entries.
pub const ID_BYTES_MAX: usize = 2_048;

/// Most bytes of a value: many times a layout, which is the longest record.
pub const VALUE_BYTES_MAX: usize = 1 << 20;

const _: () = assert!(ID_BYTES_MAX >= event::limits::ID_BYTES_MAX);

/// A record as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Kind of the record, 1 to [`KIND_BYTES_MAX`] bytes.
    pub kind: String,
    /// Its id among those of its kind, at most [`ID_BYTES_MAX`] bytes.
    pub id: String,
    /// The record, JSON, at most [`VALUE_BYTES_MAX`] bytes.
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
    /// [`ControlStoreError`]. Nothing was changed after `DiskFull`, `Busy` and `TooLong`; after anything else nobody knows what the disk
    /// has, and nothing more is written.
    fn write(&mut self, changes: &[RowChange]) -> Result<(), ControlStoreError>;
}

/// Why rows cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ControlStoreError {
    /// There is no room. Nothing was changed. Remedy: make room, try again.
    #[error("no space left for {}", store.display())]
    DiskFull {
        /// The store.
        store: PathBuf,
    },
    /// Another process holds the store for longer than a few seconds. Nothing was changed. Remedy: try again.
    #[error("{} is in use by another process", store.display())]
    Busy {
        /// The store.
        store: PathBuf,
    },
    /// A row is longer than is kept. Nothing was changed. Remedy: ask for less.
    #[error("the {what} of a row has {bytes} bytes; it has at least {bytes_min} and at most {bytes_max}")]
    TooLong {
        /// Which part of the row.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The least length.
        bytes_min: usize,
        /// The most.
        bytes_max: usize,
    },
    /// A write failed. Nobody knows what the disk has, so nothing more is written (I-9). Remedy: look at the disk, start afresh.
    #[error("{} could not be written", store.display())]
    Failed {
        /// The store.
        store: PathBuf,
        /// What the store says; `None` if an earlier write failed, or the store was opened to read, and this one was not tried.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The store cannot be read. Remedy: fix the disk or restore it from a copy.
    #[error("{} cannot be read", store.display())]
    Unreadable {
        /// The store.
        store: PathBuf,
        /// What the store says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A file cannot be looked at. Remedy: fix the disk or the permissions.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the disk says.
        source: io::Error,
    },
    /// The file is the database of something else, or of another version. Remedy: use the version that wrote it.
    #[error("{} does not hold accounts and grants of version 1 (application {application:#010x}, version {version})", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// Its SQLite application id.
        application: i64,
        /// Its SQLite user version.
        version: i64,
    },
    /// What lies there is not what the log makes: another hand was at work. Nothing in it was used, and nothing was changed. Remedy: find
    /// out who did it; move away what stands beside `control.db`, and restore `control.db` itself from a copy.
    #[error("{}: {what}", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// The key that shows whose hand wrote the rows cannot be read. Remedy: restore `keys/signing` from a copy.
    #[error("{} cannot be used without the log's key", store.display())]
    Key {
        /// The store.
        store: PathBuf,
        /// What is wrong with the key.
        source: ledger::KeyFileError,
    },
}

impl RowChange {
    /// Whether it is within the bounds of a row.
    ///
    /// # Errors
    /// `TooLong`.
    pub(crate) fn check(&self) -> Result<(), ControlStoreError> {
        let (kind, id, value) = match self {
            Self::Put(Row { kind, id, value }) => (kind, id, value.len()),
            Self::Remove { kind, id } => (kind, id, 0),
        };
        let parts = [
            ("kind", kind.len(), 1, KIND_BYTES_MAX),
            ("id", id.len(), 0, ID_BYTES_MAX),
            ("value", value, 0, VALUE_BYTES_MAX),
        ];
        let wrong = parts.into_iter().find(|(_, bytes, min, max)| bytes < min || bytes > max);
        wrong.map_or(Ok(()), |(what, bytes, bytes_min, bytes_max)| {
            Err(ControlStoreError::TooLong { what, bytes, bytes_min, bytes_max })
        })
    }
}

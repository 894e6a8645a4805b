//! What can go wrong, one enum per operation.

use std::path::PathBuf;

/// Why a vault cannot be created or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A key file cannot be read or written. Remedy: fix the disk or the permissions.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the disk says.
        source: std::io::Error,
    },
    /// A key file was altered, is of another version, or belongs to another log. Remedy: restore it.
    #[error("{}: {reason}", path.display())]
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// There is no room for the key store, or what it keeps beside it. Remedy: make room, start again.
    #[error("no space left for {}", store.display())]
    DiskFull {
        /// The store's name.
        store: PathBuf,
    },
    /// The key store cannot be read or written. Remedy: fix the disk or restore the store.
    #[error("{} cannot be used as the vault's database", store.display())]
    Store {
        /// The store's name.
        store: PathBuf,
        /// What the store says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file is the database of something else, or of a later version. Remedy: use the version that wrote it.
    #[error(
        "{} is not a vault of version 2 (application {application:#010x}, version {version}); one of version 1 was made by an unreleased build: begin a new log",
        path.display()
    )]
    Format {
        /// Which file.
        path: PathBuf,
        /// Its SQLite application id.
        application: i64,
        /// Its SQLite user version.
        version: i64,
    },
    /// What lies there is not what the vault makes: another hand was at work. Nothing in it was used, and nothing was changed. Remedy: move it away
    /// where it stands beside the database; restore the database from a copy.
    #[error("{}: {what}", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
    /// A person's row is damaged. Remedy: restore the store.
    #[error("{}: row {row} of table person: {reason}", store.display())]
    Row {
        /// The store's name.
        store: PathBuf,
        /// Which row, by the store's number.
        row: i64,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Why keys were not made durable, or a key was not destroyed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full; nothing was written. Remedy: free space and try again.
    #[error("no space left for {}", store.display())]
    DiskFull {
        /// The store's name.
        store: PathBuf,
    },
    /// Another process holds the store for longer than a few seconds. Remedy: try again.
    #[error("{} is in use by another process", store.display())]
    Busy {
        /// The store's name.
        store: PathBuf,
    },
    /// The store failed. What it has is unknown, so the vault writes no more (I-9). Remedy: start afresh.
    #[error("{} could not be written", store.display())]
    Failed {
        /// The store's name.
        store: PathBuf,
        /// What the store says; `None` if an earlier write failed and this one was not tried.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

/// Why a sealed disclosure does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenDisclosureError {
    /// No such person was ever in this vault: it is another log's, or older than the record.
    #[error("the vault has never had the key that this disclosure is sealed under")]
    UnknownPerson,
    /// The ciphertext, or what is bound to it, was altered.
    #[error("the sealed disclosure was altered")]
    Altered,
    /// It opens, but to other bytes than its digest says.
    #[error("the opened disclosure does not have its digest")]
    OtherDigest,
}

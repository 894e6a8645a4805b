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
    /// The disk has no room for the database, its write-ahead log or the index of that. Remedy: make room, start again.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// Which file.
        path: PathBuf,
    },
    /// The database cannot be read or written. Remedy: fix the disk or restore the file.
    #[error("{} cannot be used as the vault's database", path.display())]
    Database {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
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
    /// A person's row is damaged. Remedy: restore the file.
    #[error("{}: row {row} of table person: {reason}", path.display())]
    Row {
        /// Which file.
        path: PathBuf,
        /// Which row, by SQLite's rowid.
        row: i64,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// Why keys were not made durable, or a key was not destroyed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full; nothing was written. Remedy: free space and try again.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// Which file.
        path: PathBuf,
    },
    /// Another process holds the database for longer than a few seconds. Remedy: try again.
    #[error("{} is in use by another process", path.display())]
    Busy {
        /// Which file.
        path: PathBuf,
    },
    /// The database failed. What is on the disk is unknown, so the vault writes no more (I-9). Remedy: start afresh.
    #[error("{} could not be written", path.display())]
    Failed {
        /// Which file.
        path: PathBuf,
        /// What SQLite says; `None` if an earlier write failed and this one was not tried.
        source: Option<rusqlite::Error>,
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

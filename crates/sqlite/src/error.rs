//! What can go wrong, one enum for looking and reading, one for writing.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Why a database cannot be opened or read. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// A file cannot be looked at. Remedy: fix the disk or the permissions.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the disk says.
        source: io::Error,
    },
    /// There is no room for the database, or what SQLite keeps beside it. Remedy: make room, start again.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// SQLite cannot use it. Remedy: fix the disk or restore the file.
    #[error("{} cannot be used as a database", path.display())]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file is the database of something else, or of another version. Remedy: use the version that wrote it.
    #[error("{} is another database (application {application:#010x}, version {version})", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// Its SQLite application id.
        application: i64,
        /// Its SQLite user version.
        version: i64,
    },
    /// What lies there is not what its owner makes: another hand was at work. Nothing in it was used. Remedy: move it away where it stands
    /// beside the database; restore the database from a copy.
    #[error("{}: {what}", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        what: String,
    },
}

/// Why a transaction was not done.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk is full; nothing was written. Remedy: free space and try again.
    #[error("no space left for {}", path.display())]
    DiskFull {
        /// The database.
        path: PathBuf,
    },
    /// Another process holds it for longer than a few seconds; nothing was written. Remedy: try again.
    #[error("{} is in use by another process", path.display())]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// It failed. What the disk has is unknown, so nothing more is written (I-9). Remedy: start afresh.
    #[error("{} could not be written", path.display())]
    Failed {
        /// The database.
        path: PathBuf,
        /// What SQLite says; `None` if an earlier write failed, or the database was opened to read, and this one was not tried.
        source: Option<rusqlite::Error>,
    },
}

impl DatabaseError {
    /// A database that cannot be used; a full disk says nothing about its file.
    pub(crate) fn of(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if is_disk_full(&source) { Self::DiskFull { path } } else { Self::Sqlite { path, source } }
    }

    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn foreign(path: &Path, what: impl Into<String>) -> Self {
        Self::Foreign { path: path.to_owned(), what: what.into() }
    }
}

/// Whether SQLite found no room: for a page, or for the index of the write-ahead log, which it maps into memory.
pub(crate) fn is_disk_full(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error();
    code.is_some_and(|error| error.code == ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
}

//! `vault.db` and what lies beside it, before SQLite sees any of it.
//!
//! SQLite plays back a rollback journal that lies beside a database as soon as it reads it, whoever put it there, and takes whatever
//! has the right names for its own. So the names are looked at first, and the header of the file.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use env::{Disk as _, Kind, SystemDisk, begins_as, read_whole};

use super::database::unusable;
use super::{schema, write_ahead};
use crate::VaultError;

/// SQLite's file header has so many bytes.
pub(super) const HEADER_BYTES: usize = 100;

/// Every vault has pages of this size.
pub(super) const PAGE_BYTES: usize = 4096;

/// Fields of the header that are the same in every vault, and what is wrong where they are not. Others count changes and pages.
///
/// Source: SQLite's file format, "The Database Header".
const FIXED: [(usize, &[u8], &str); 9] = [
    (0, b"SQLite format 3\0", "this is no SQLite database"),
    (16, &[0x10, 0], "its pages do not have 4,096 bytes, as the vault's have"),
    (
        schema::LOG_MODE.0,
        &schema::LOG_MODE.1,
        "it is not in write-ahead mode, as the vault always is: SQLite would play a rollback journal back into it; of a copy that SQLite \
         made (VACUUM INTO), set `PRAGMA journal_mode = WAL`",
    ),
    (20, &[0, 64, 32, 32], "its pages are not laid out as the vault's are"),
    (44, &[0, 0, 0, 4], "its schema has another format than the vault's"),
    (52, &[0; 4], "it moves its pages about (auto_vacuum), as the vault never does"),
    (56, &[0, 0, 0, 1], "its text is not UTF-8"),
    (64, &[0; 4], "it moves its pages about (auto_vacuum), as the vault never does"),
    (72, &[0; 20], "its header has bytes that mean nothing"),
];

/// How the files begin that SQLite writes beside a database in write-ahead mode.
///
/// Source: SQLite's file format, "The Write-Ahead Log" (both byte orders begin alike); its WAL-mode file format, the version at the
/// beginning of the index.
const BESIDE: [(&str, &[u8]); 2] = [("-wal", &[0x37, 0x7f, 0x06]), ("-shm", &3_007_000_u32.to_ne_bytes())];

/// Checks what lies at the names that SQLite uses, then the header, in the file and as its write-ahead log says it. Nobody in this process
/// may have the database open.
///
/// # Errors
/// `Foreign` for what is not the vault's, `Format` for another program's database; `File`. Nothing was changed.
pub(super) fn check(path: &Path, to: To) -> Result<(), VaultError> {
    check_beside(path, to)?;
    let mut header = [0; HEADER_BYTES];
    match SystemDisk.open_read(path).and_then(|file| file.read_exact_at(&mut header, 0)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(foreign(path, "it is shorter than a database's header"));
        }
        other => other.map_err(|source| VaultError::File { path: path.to_owned(), source })?,
    }
    check_header(path, &header)?;
    let log = beside(path, "-wal");
    let said = match SystemDisk.open_read(&log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.and_then(|file| write_ahead::header(&*file)),
    };
    let said = said.map_err(|source| VaultError::File { path: log.clone(), source })?;
    said.map_or(Ok(()), |header| check_header(&log, &header))
}

fn check_header(path: &Path, header: &[u8; HEADER_BYTES]) -> Result<(), VaultError> {
    let holds = |at: usize, bytes: &[u8]| header.get(at..).is_some_and(|rest| rest.starts_with(bytes));
    let number = |at: usize| {
        header.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |bytes| i64::from(u32::from_be_bytes(*bytes)))
    };
    let application = number(68);
    let version = number(60);
    let is_database = FIXED.first().is_some_and(|(at, bytes, _)| holds(*at, bytes));
    if is_database && (application, version) != (schema::APPLICATION_ID, schema::VERSION) {
        return Err(VaultError::Format { path: path.to_owned(), application, version });
    }
    FIXED.iter().find(|(at, bytes, _)| !holds(*at, bytes)).map_or(Ok(()), |(_, _, what)| Err(foreign(path, what)))
}

fn foreign(path: &Path, what: &str) -> VaultError {
    VaultError::Foreign { path: path.to_owned(), what: what.to_owned() }
}

/// Checks what lies at the names that SQLite uses without opening it; returns whether the database itself is there. Where it is not,
/// nothing may lie beside it: SQLite would take an older write-ahead log for that of the one to be made.
///
/// # Errors
/// As [`check`].
pub(super) fn check_beside(path: &Path, to: To) -> Result<bool, VaultError> {
    let journal = beside(path, "-journal");
    if kind(&journal)? != Kind::Absent {
        let what = "the vault has no rollback journal, so another hand put this here: SQLite would write it back over the keys; move it away";
        return Err(foreign(&journal, what));
    }
    let is_there = plain(path, to)?;
    for (suffix, begin) in BESIDE {
        let path = beside(path, suffix);
        if !plain(&path, to)? {
            continue;
        }
        if !is_there {
            return Err(foreign(&path, "the database that it belongs to is missing"));
        }
        let begins = if kind(&path)? == Kind::Plain { begins_as(&SystemDisk, &path, begin) } else { Ok(true) };
        if !begins.map_err(|source| VaultError::File { path: path.clone(), source })? {
            return Err(foreign(&path, "this is not what SQLite writes there; move it away"));
        }
    }
    Ok(is_there)
}

/// Whether a database is byte for byte as creation makes it: nobody's key was ever stored in it. SQLite does not see it.
///
/// # Errors
/// `Foreign`, `File`: what lies there is no file, or cannot be read.
pub(super) fn is_fresh(path: &Path) -> Result<bool, VaultError> {
    let file = |source| VaultError::File { path: path.to_owned(), source };
    check_beside(path, To::Read)?;
    let log = beside(path, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        return Ok(false);
    }
    let fresh = schema::fresh().map_err(|source| unusable(path, source))?;
    if path.metadata().map_err(file)?.len() != fresh.len() as u64 {
        return Ok(false);
    }
    Ok(read_whole(&SystemDisk, path, fresh.len() as u64).map_err(file)? == fresh)
}

/// Whether all that the database holds is in its file: there is no write-ahead log, or an empty one.
pub(super) fn is_settled(path: &Path) -> bool {
    beside(path, "-wal").metadata().map_or(true, |log| log.len() == 0)
}

/// The name of a database that nobody changes, for reading it without a byte written beside it.
///
/// Source: SQLite, "Uniform Resource Identifiers", `immutable`.
pub(super) fn unchanging(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => uri.push(char::from(*byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    uri
}

/// What the files are opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// To read them: a copy made with hard links is as good as another.
    Read,
    /// To write to them: what is written to one of two names changes the other, which may be somebody's copy.
    Write,
}

/// Whether a regular file has this name; to be written to, one without another name.
fn plain(path: &Path, to: To) -> Result<bool, VaultError> {
    match kind(path)? {
        Kind::Absent => Ok(false),
        Kind::Plain => Ok(true),
        Kind::Other(_) if to == To::Read && path.symlink_metadata().is_ok_and(|file| file.is_file()) => Ok(true),
        Kind::Other(what) => {
            Err(foreign(path, &format!("{what}; move it away, or copy it and put the copy in its place")))
        }
    }
}

fn kind(path: &Path) -> Result<Kind, VaultError> {
    SystemDisk.kind(path).map_err(|source| VaultError::File { path: path.to_owned(), source })
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyRows as _;
    use crate::sqlite::database::Database;

    #[test]
    fn nothing_that_sqlite_did_not_write_is_handed_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("vault.db");
        drop(Database::create(&database).unwrap());
        for suffix in ["-wal", "-shm", "-journal"] {
            let path = beside(&database, suffix);
            std::fs::write(&path, "my only copy of something").unwrap();
            assert!(matches!(Database::open(&database), Err(VaultError::Foreign { .. })), "{suffix}");
            assert!(matches!(Database::open_at_rest(&database), Err(VaultError::Foreign { .. })), "{suffix}");
            assert!(matches!(Database::create(&database), Err(VaultError::Foreign { .. })), "{suffix}");
            assert_eq!(std::fs::read(&path).unwrap(), b"my only copy of something", "{suffix}");
            let elsewhere = dir.path().join("elsewhere");
            std::fs::rename(&path, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            assert!(matches!(Database::open(&database), Err(VaultError::Foreign { .. })), "{suffix}, a link");
            std::fs::remove_file(&path).unwrap();
        }
        Database::open(&database).unwrap();
    }

    #[test]
    fn reading_a_database_at_rest_writes_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("50% of #1? ö");
        std::fs::create_dir(&data).unwrap();
        let database = data.join("vault.db");
        drop(Database::create(&database).unwrap());
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        Database::open_at_rest(&database).unwrap().for_each(&mut |_, _| Ok(())).unwrap();
        assert_eq!(names(), before);
    }
}

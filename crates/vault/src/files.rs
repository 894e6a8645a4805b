//! The files that SQLite writes by their names: none is handed to it that may be somebody else's.
//!
//! SQLite follows links, and cuts, overwrites or removes what lies under the names beside a database, whatever it is.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use env::{Disk as _, Kind, NotOurs, SystemDisk, begins_as};

use crate::VaultError;
use crate::database::database_path;

/// What may stand beside the database, and how it begins.
///
/// Source: SQLite's file format, "The Write-Ahead Log" (both byte orders begin alike) and "The Rollback Journal"; its WAL-mode
/// file format, the version at the beginning of the index.
const BESIDE: [(&str, &[u8]); 3] = [
    ("-wal", &[0x37, 0x7f, 0x06]),
    ("-shm", &3_007_000_u32.to_ne_bytes()),
    ("-journal", &[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]),
];

/// Checks that the database and what stands beside it are plain files that begin as SQLite writes them.
///
/// # Errors
/// `File`: one is not, or cannot be looked at. Nothing was changed.
pub(crate) fn check_own(data_dir: &Path) -> Result<(), VaultError> {
    let database = database_path(data_dir);
    check_one(&database, b"SQLite f")?;
    BESIDE.iter().try_for_each(|(suffix, begin)| check_one(&beside(&database, suffix), begin))
}

/// Whether all that the database holds is in its file: there is no write-ahead log, or an empty one.
pub(crate) fn is_settled(data_dir: &Path) -> bool {
    beside(&database_path(data_dir), "-wal").metadata().map_or(true, |log| log.len() == 0)
}

/// The name of a database that nobody changes, for reading it without a byte written beside it.
///
/// Source: SQLite, "Uniform Resource Identifiers", `immutable`.
pub(crate) fn unchanging(path: &Path) -> String {
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

fn check_one(path: &Path, begin: &[u8]) -> Result<(), VaultError> {
    let file = |source| VaultError::File { path: path.to_owned(), source };
    let what = match SystemDisk.kind(path).map_err(file)? {
        Kind::Absent => return Ok(()),
        Kind::Other(what) => what,
        Kind::Plain if begins_as(&SystemDisk, path, begin).map_err(file)? => return Ok(()),
        Kind::Plain => "not what SQLite writes there",
    };
    Err(file(NotOurs::error(path, what)))
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    #[test]
    fn nothing_that_sqlite_did_not_write_is_handed_to_it() {
        let dir = tempfile::tempdir().unwrap();
        drop(Database::create(dir.path()).unwrap());
        for suffix in ["-wal", "-shm", "-journal"] {
            let path = beside(&database_path(dir.path()), suffix);
            std::fs::write(&path, "my only copy of something").unwrap();
            assert!(matches!(Database::open(dir.path()), Err(VaultError::File { .. })), "{suffix}");
            assert!(matches!(Database::open_at_rest(dir.path()), Err(VaultError::File { .. })), "{suffix}");
            assert!(matches!(Database::create(dir.path()), Err(VaultError::File { .. })), "{suffix}");
            assert_eq!(std::fs::read(&path).unwrap(), b"my only copy of something", "{suffix}");
            let elsewhere = dir.path().join("elsewhere");
            std::fs::rename(&path, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            assert!(matches!(Database::open(dir.path()), Err(VaultError::File { .. })), "{suffix}, a link");
            std::fs::remove_file(&path).unwrap();
        }
        Database::open(dir.path()).unwrap();
    }

    #[test]
    fn reading_a_database_at_rest_writes_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("50% of #1? ö");
        std::fs::create_dir(&data).unwrap();
        drop(Database::create(&data).unwrap());
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        Database::open_at_rest(&data).unwrap().for_each(&mut |_| Ok(())).unwrap();
        assert_eq!(names(), before);
    }
}

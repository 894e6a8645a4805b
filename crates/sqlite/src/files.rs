//! A database file and what lies beside it, before SQLite sees any of it.
//!
//! SQLite plays back a rollback journal that lies beside a database as soon as it reads it, whoever put it there, and takes whatever
//! has the right names for its own. So the names are looked at first, and the header of the file.

use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use env::{Disk as _, Kind, SystemDisk, begins_as, read_whole};

use crate::header::{self, HEADER_BYTES};
use crate::{DatabaseError, Format, schema, write_ahead};

/// How the files begin that SQLite writes beside a database in write-ahead mode.
///
/// Source: SQLite's file format, "The Write-Ahead Log" (both byte orders begin alike); its WAL-mode file format, the version at the
/// beginning of the index.
const BESIDE: [(&str, &[u8]); 2] = [("-wal", &[0x37, 0x7f, 0x06]), ("-shm", &3_007_000_u32.to_ne_bytes())];

/// Checks what lies at the names that SQLite uses, then the header, in the file and as its write-ahead log says it. Nobody in this process
/// may have the database open.
///
/// # Errors
/// `Foreign` for what is not its owner's, `Format` for another program's database; `File`. Nothing was changed.
pub(crate) fn check(path: &Path, format: &Format, to: To) -> Result<(), DatabaseError> {
    check_beside(path, format, to)?;
    let mut header = [0; HEADER_BYTES];
    match SystemDisk.open_read(path).and_then(|file| file.read_exact_at(&mut header, 0)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(DatabaseError::foreign(path, "it is shorter than a database's header"));
        }
        other => other.map_err(|source| DatabaseError::file(path, source))?,
    }
    header::check(path, &header, format)?;
    let log = beside(path, "-wal");
    let said = match SystemDisk.open_read(&log) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.and_then(|file| write_ahead::header(&*file, format.name)),
    };
    let said = said.map_err(|source| DatabaseError::file(&log, source))?;
    said.map_or(Ok(()), |header| header::check(&log, &header, format))
}

/// Checks what lies at the names that SQLite uses without opening it; returns whether the database itself is there. Where it is not,
/// nothing may lie beside it: SQLite would take an older write-ahead log for that of the one to be made.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_beside(path: &Path, format: &Format, to: To) -> Result<bool, DatabaseError> {
    let journal = beside(path, "-journal");
    if kind(&journal)? != Kind::Absent {
        let Format { name, content, .. } = format;
        let what = format!(
            "the {name} has no rollback journal, so another hand put this here: SQLite would write it back over {content}; move it away"
        );
        return Err(DatabaseError::foreign(&journal, what));
    }
    let is_there = plain(path, to)?;
    for (suffix, begin) in BESIDE {
        let path = beside(path, suffix);
        if !plain(&path, to)? {
            continue;
        }
        if !is_there {
            return Err(DatabaseError::foreign(&path, "the database that it belongs to is missing"));
        }
        let is_read = to != To::ReadBeside && kind(&path)? == Kind::Plain;
        let begins = if is_read { begins_as(&SystemDisk, &path, begin) } else { Ok(true) };
        if !begins.map_err(|source| DatabaseError::file(&path, source))? {
            return Err(DatabaseError::foreign(&path, "this is not what SQLite writes there; move it away"));
        }
    }
    Ok(is_there)
}

/// Whether a database is there, by the names; nothing is opened.
///
/// # Errors
/// `Foreign`, `File`: something lies at one of its names that SQLite does not make, or it cannot be looked at.
pub fn is_there(path: &Path, format: &Format) -> Result<bool, DatabaseError> {
    check_beside(path, format, To::ReadBeside)
}

/// Whether a database is byte for byte as creation makes it: no row was ever stored in it. SQLite does not see it.
///
/// # Errors
/// `Foreign`, `File`: what lies there is no file, or cannot be read.
pub fn is_fresh(path: &Path, format: &Format) -> Result<bool, DatabaseError> {
    let file = |source| DatabaseError::file(path, source);
    check_beside(path, format, To::Read)?;
    let log = beside(path, "-wal");
    if log.metadata().is_ok_and(|log| log.len() > 0) {
        return Ok(false);
    }
    let fresh = schema::fresh(format).map_err(|source| DatabaseError::of(path, source))?;
    if path.metadata().map_err(file)?.len() != fresh.len() as u64 {
        return Ok(false);
    }
    Ok(read_whole(&SystemDisk, path, fresh.len() as u64).map_err(file)? == fresh)
}

/// Whether all that the database holds is in its file: there is no write-ahead log, or an empty one.
pub(crate) fn is_settled(path: &Path) -> bool {
    beside(path, "-wal").metadata().map_or(true, |log| log.len() == 0)
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

/// What the files are opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    /// To read them: a copy made with hard links is as good as another.
    Read,
    /// To read them beside an owner in this process: none may be opened and closed, which would end the locks that SQLite has on it.
    ReadBeside,
    /// To write to them: what is written to one of two names changes the other, which may be somebody's copy.
    Write,
}

/// Whether a regular file has this name; to be written to, one without another name.
fn plain(path: &Path, to: To) -> Result<bool, DatabaseError> {
    match kind(path)? {
        Kind::Absent => Ok(false),
        Kind::Plain => Ok(true),
        Kind::Other(_) if to != To::Write && path.symlink_metadata().is_ok_and(|file| file.is_file()) => Ok(true),
        Kind::Other(what) => {
            Err(DatabaseError::foreign(path, format!("{what}; move it away, or copy it and put the copy in its place")))
        }
    }
}

fn kind(path: &Path) -> Result<Kind, DatabaseError> {
    SystemDisk.kind(path).map_err(|source| DatabaseError::file(path, source))
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::test::ITEMS;
    use crate::{Access, Database};

    #[test]
    fn nothing_that_sqlite_did_not_write_is_handed_to_it() {
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("items.db");
        drop(Database::create(&database, &ITEMS).unwrap());
        for suffix in ["-wal", "-shm", "-journal"] {
            let path = beside(&database, suffix);
            std::fs::write(&path, "my only copy of something").unwrap();
            for access in [Access::Own, Access::AtRest] {
                let refused = Database::open(&database, &ITEMS, access);
                assert!(matches!(refused, Err(DatabaseError::Foreign { .. })), "{suffix} {access:?}");
            }
            assert!(matches!(Database::create(&database, &ITEMS), Err(DatabaseError::Foreign { .. })), "{suffix}");
            assert_eq!(std::fs::read(&path).unwrap(), b"my only copy of something", "{suffix}");
            let elsewhere = dir.path().join("elsewhere");
            std::fs::rename(&path, &elsewhere).unwrap();
            std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            assert!(
                matches!(Database::open(&database, &ITEMS, Access::Own), Err(DatabaseError::Foreign { .. })),
                "{suffix}, a link"
            );
            std::fs::remove_file(&path).unwrap();
        }
        Database::open(&database, &ITEMS, Access::Own).unwrap();
    }

    #[test]
    fn reading_a_database_at_rest_writes_nothing_beside_it() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("50% of #1? ö");
        std::fs::create_dir(&data).unwrap();
        let database = data.join("items.db");
        drop(Database::create(&database, &ITEMS).unwrap());
        let names = || {
            let mut names: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        let open = Database::open(&database, &ITEMS, Access::AtRest).unwrap();
        open.connection().query_row("SELECT count(*) FROM item", [], |_| Ok(())).unwrap();
        drop(open);
        assert_eq!(names(), before);
    }

    #[test]
    fn opening_beside_leaves_the_owner_its_locks() {
        use std::os::unix::fs::MetadataExt as _;
        let dir = tempfile::tempdir().unwrap();
        let database = dir.path().join("items.db");
        let owner = Database::create(&database, &ITEMS).unwrap();
        owner.connection().query_row("SELECT count(*) FROM item", [], |_| Ok(())).unwrap();
        let index = std::fs::metadata(beside(&database, "-shm")).unwrap().ino();
        let locks = || {
            let all = std::fs::read_to_string("/proc/locks").unwrap();
            all.lines().filter(|line| line.contains(&format!(":{index} "))).count()
        };
        let before = locks();
        assert!(before > 0, "SQLite holds a lock on the index");
        assert!(is_there(&database, &ITEMS).unwrap());
        drop(Database::open(&database, &ITEMS, Access::Beside).unwrap());
        assert_eq!(locks(), before);
    }
}

//! Whether the vault's files are whole.

use std::path::{Path, PathBuf};

use env::Disk;

use crate::{
    RootKey, VaultError,
    key_file::{LogKey, log_path, root_path},
    sqlite::database::{Database, database_path},
    wrapping::Wrapping,
};

/// What was found in a vault's files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// Persons with a key.
    pub live: u64,
    /// Persons whose key was destroyed.
    pub destroyed: u64,
    /// Everything that is wrong; empty if nothing is.
    pub findings: Vec<KeyFinding>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFinding {
    /// In which file.
    pub file: PathBuf,
    /// In which row of its table `person`, by SQLite's rowid; `None` for the file as a whole.
    pub row: Option<i64>,
    /// What is wrong.
    pub what: String,
}

/// Checks `keys/root`, `keys/log` and `vault.db` of a data directory: the files' own checksums, SQLite's
/// `integrity_check`, that its schema is the vault's and nothing lies behind the last page, and that every key unwraps and every row
/// without one says when that was destroyed. A file that cannot be read is a finding like any other. Writes nothing. Nobody may have
/// the vault open: its owner asks [`crate::Vault::check`].
///
/// Cost: reads the files whole; about 5 µs a person.
#[must_use]
pub fn check(disk: &dyn Disk, data_dir: &Path) -> Check {
    check_opened(disk, data_dir, Database::open_at_rest)
}

/// As [`check`], with the database opened by `open`.
pub(crate) fn check_opened(disk: &dyn Disk, data_dir: &Path, open: fn(&Path) -> Result<Database, VaultError>) -> Check {
    let mut check = Check::default();
    let root = RootKey::read(disk, data_dir).map_err(|error| check.note(&root_path(data_dir), None, &error)).ok();
    if let Some(root) = &root
        && let Err(error) = LogKey::read(disk, data_dir, root)
    {
        check.note(&log_path(data_dir), None, &error);
    }
    let path = database_path(data_dir);
    match open(data_dir) {
        Ok(database) => check_database(&mut check, &database, root.as_ref()),
        Err(VaultError::Foreign { path, what }) => check.add(&path, None, what),
        Err(error) => check.note(&path, None, &error),
    }
    check
}

fn check_database(check: &mut Check, database: &Database, root: Option<&RootKey>) {
    let path = database.path().to_owned();
    match database.complaints() {
        Ok(complaints) => complaints.into_iter().for_each(|what| check.add(&path, None, what)),
        Err(error) => check.note(&path, None, &error),
    }
    match database.bytes_behind() {
        Ok(0) => {}
        Ok(1) => check.add(&path, None, "1 byte lies behind its last page".to_owned()),
        Ok(bytes) => check.add(&path, None, format!("{bytes} bytes lie behind its last page")),
        Err(error) => check.note(&path, None, &error),
    }
    let wrapping = root.map(Wrapping::new);
    let read = database.for_each(&mut |row| {
        match wrapping.as_ref().map(|wrapping| wrapping.unwrap(&row)) {
            Some(Err(reason)) => check.add(&path, Some(row.number), reason.to_owned()),
            _ if row.wrapped.is_some() => check.live += 1,
            _ => check.destroyed += 1,
        }
        Ok(())
    });
    if let Err(error) = read {
        check.note(&path, None, &error);
    }
}

impl Check {
    fn add(&mut self, file: &Path, row: Option<i64>, what: String) {
        self.findings.push(KeyFinding { file: file.to_owned(), row, what });
    }

    fn note(&mut self, file: &Path, row: Option<i64>, error: &(dyn std::error::Error + 'static)) {
        self.add(file, row, env::with_causes(error));
    }
}

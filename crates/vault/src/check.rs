//! Whether key files and store are whole.

use std::path::{Path, PathBuf};

use env::Disk;

use crate::{
    Access, KeyRows, KeyStore, RootKey, VaultError,
    key_file::{LogKey, log_path, root_path},
    wrapping::Wrapping,
};

/// What was found in a vault.
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
    /// In which file, or in the store of which name.
    pub file: PathBuf,
    /// In which row of its table `person`, by the store's number; `None` for file or store as a whole.
    pub row: Option<i64>,
    /// What is wrong.
    pub what: String,
}

/// Checks `keys/root` and `keys/log` of a data directory by their own checksums, and the store: that it is what the log made
/// (of `vault.db`: SQLite's `integrity_check`, its schema, and that nothing lies behind the last page), that every key unwraps and every row
/// without one says when that was destroyed. What cannot be read is a finding like any other. Writes nothing. Nobody may have
/// the vault open: its owner asks [`crate::Vault::check`].
///
/// Cost: reads files and store whole; about 5 µs a person.
#[must_use]
pub fn check(disk: &dyn Disk, data_dir: &Path, keys: &dyn KeyStore) -> Check {
    check_opened(disk, data_dir, keys, Access::AtRest)
}

/// As [`check`], with the store opened so.
pub(crate) fn check_opened(disk: &dyn Disk, data_dir: &Path, keys: &dyn KeyStore, access: Access) -> Check {
    let mut check = Check::default();
    let root = RootKey::read(disk, data_dir).map_err(|error| check.note(&root_path(data_dir), None, &error)).ok();
    if let Some(root) = &root
        && let Err(error) = LogKey::read(disk, data_dir, root)
    {
        check.note(&log_path(data_dir), None, &error);
    }
    match keys.open(access) {
        Ok(rows) => check_rows(&mut check, keys.name(), &*rows, root.as_ref()),
        Err(VaultError::Foreign { path, what }) => check.add(&path, None, what),
        Err(error) => check.note(keys.name(), None, &error),
    }
    check
}

fn check_rows(check: &mut Check, store: &Path, rows: &dyn KeyRows, root: Option<&RootKey>) {
    rows.complaints().into_iter().for_each(|what| check.add(store, None, what));
    let wrapping = root.map(Wrapping::new);
    let read = rows.for_each(&mut |number, row| {
        match wrapping.as_ref().map(|wrapping| wrapping.unwrap(&row)) {
            Some(Err(reason)) => check.add(store, Some(number), reason.to_owned()),
            _ if row.wrapped.is_some() => check.live += 1,
            _ => check.destroyed += 1,
        }
        Ok(())
    });
    if let Err(error) = read {
        check.note(store, None, &error);
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

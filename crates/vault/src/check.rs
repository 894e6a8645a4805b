//! Whether the vault's files are whole.

use std::path::{Path, PathBuf};

use env::Disk;

use crate::VaultError;

/// What was found in a vault's files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Check {
    /// Persons with a key.
    pub live: u64,
    /// Persons whose key was destroyed.
    pub destroyed: u64,
    /// Everything that is wrong; empty if nothing is.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In which file.
    pub file: PathBuf,
    /// In which row of its table `person`, by SQLite's rowid; `None` for the file as a whole.
    pub row: Option<i64>,
    /// What is wrong.
    pub what: String,
}

/// Checks `keys/root`, `keys/log` and `vault.db` of a data directory: the files' own checksums, SQLite's
/// `integrity_check`, and that every key unwraps. Writes nothing.
///
/// # Errors
/// [`VaultError::File`] and [`VaultError::Database`] if a file cannot be read at all; what is wrong inside is a finding.
pub fn check(_disk: &dyn Disk, _data_dir: &Path) -> Result<Check, VaultError> {
    panic!("being written")
}

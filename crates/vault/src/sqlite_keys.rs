//! `vault.db`: keys in an SQLite file of the data directory.
//!
//! What SQLite would do for whoever writes to that folder (a schema that acts, a rollback journal that is played back) is met by the
//! crate `sqlite`, and the vault knows none of it. Normative: spec/vault.md, "`vault.db`".

mod rows;

use std::path::{Path, PathBuf};

use sqlite::{DatabaseError, Format, WriteError};

use crate::{Access, KeyRows, KeyStore, StoreError, VaultError};
use rows::Rows;

/// `indv`, and rows of persons.
const FORMAT: Format = Format {
    application_id: 0x696e_6476,
    version: 2,
    schema: "
CREATE TABLE person (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  scope TEXT NOT NULL CHECK (substr(scope, 1, 1) IN ('o', 's')),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  wrapped BLOB CHECK (length(wrapped) >= 60),
  created_us INTEGER NOT NULL,
  destroyed_us INTEGER,
  CHECK ((wrapped IS NULL) = (destroyed_us IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX person_live ON person (scope, kind, subject) WHERE destroyed_us IS NULL;
",
    name: "vault",
    content: "the keys",
};

/// The key store in `vault.db`.
#[derive(Debug, Clone)]
pub struct SqliteKeys {
    path: PathBuf,
}

impl SqliteKeys {
    /// That of a data directory; nothing is opened.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self { path: data_dir.join("vault.db") }
    }
}

impl KeyStore for SqliteKeys {
    fn name(&self) -> &Path {
        &self.path
    }

    fn exists(&self) -> Result<bool, VaultError> {
        self.path.try_exists().map_err(|source| VaultError::File { path: self.path.clone(), source })
    }

    /// Whether it is byte for byte as creation makes it. SQLite does not see it.
    fn is_fresh(&self) -> Result<bool, VaultError> {
        Ok(sqlite::is_fresh(&self.path, &FORMAT)?)
    }

    fn create(&self) -> Result<(), VaultError> {
        Ok(Rows::create(&self.path).map(drop)?)
    }

    fn open(&self, access: Access) -> Result<Box<dyn KeyRows>, VaultError> {
        Ok(Box::new(Rows::open(&self.path, access)?))
    }
}

impl From<DatabaseError> for VaultError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::File { path, source } => Self::File { path, source },
            DatabaseError::DiskFull { path } => Self::DiskFull { store: path },
            DatabaseError::Sqlite { path, source } => Self::Store { store: path, source: source.into() },
            DatabaseError::Format { path, application, version } => Self::Format { path, application, version },
            DatabaseError::Foreign { path, what } => Self::Foreign { path, what },
        }
    }
}

impl From<WriteError> for StoreError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::DiskFull { path } => Self::DiskFull { store: path },
            WriteError::Busy { path } => Self::Busy { store: path },
            WriteError::Failed { path, source } => Self::Failed { store: path, source: source.map(Into::into) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_vault_is_four_pages_long() {
        let dir = tempfile::tempdir().unwrap();
        let keys = SqliteKeys::of(dir.path());
        keys.create().unwrap();
        assert!(keys.is_fresh().unwrap());
        assert_eq!(std::fs::metadata(keys.name()).unwrap().len(), 4 * 4096);
    }
}

//! `vault.db`: keys in an SQLite file of the data directory.
//!
//! What SQLite would do for whoever writes to that folder (a schema that acts, a rollback journal that is played back) is met here, and
//! the vault knows none of it. Normative: spec/vault.md, "vault.db".

mod database;
mod files;
mod schema;
mod write_ahead;

use std::path::{Path, PathBuf};

use crate::{Access, KeyRows, KeyStore, VaultError};
use database::Database;

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
        files::is_fresh(&self.path)
    }

    fn create(&self) -> Result<(), VaultError> {
        Database::create(&self.path).map(drop)
    }

    fn open(&self, access: Access) -> Result<Box<dyn KeyRows>, VaultError> {
        let opened = match access {
            Access::Own => Database::open(&self.path),
            Access::AtRest => Database::open_at_rest(&self.path),
            Access::Beside => Database::open_beside(&self.path),
        };
        Ok(Box::new(opened?))
    }
}

//! `control.db`: rows in an SQLite file of the data directory.
//!
//! What SQLite would do for whoever writes to that folder is met by the crate `sqlite`; what such a hand writes into rows, by MACs.
//! Normative: spec/control.md.

mod rows;

use std::path::{Path, PathBuf};

use sqlite::{Access, Database, DatabaseError, Format, WriteError};

use crate::row_key::RowKey;
use crate::store::{ControlStore, ControlStoreError, Row, RowChange};
pub(crate) use rows::Damage;

/// `indc`, and rows of JSON.
const FORMAT: Format = Format {
    application_id: 0x696e_6463,
    version: 1,
    schema: "
CREATE TABLE control (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  mac BLOB NOT NULL CHECK (length(mac) = 32),
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
",
    name: "control database",
    content: "accounts and grants",
};

/// The place of a log's `control.db`, which need not be there: a log has none before somebody settles anything about access.
#[derive(Debug, Clone)]
pub struct SqliteControl {
    data: PathBuf,
    path: PathBuf,
}

impl SqliteControl {
    /// That of a data directory; nothing is opened.
    #[must_use]
    pub fn of(data_dir: &Path) -> Self {
        Self { data: data_dir.to_owned(), path: data_dir.join("control.db") }
    }

    /// What messages and findings call it.
    #[must_use]
    pub fn name(&self) -> &Path {
        &self.path
    }

    /// Whether there is one. What lies beside it is looked at, too.
    ///
    /// # Errors
    /// `File`, `Foreign`.
    pub fn exists(&self) -> Result<bool, ControlStoreError> {
        Ok(sqlite::is_there(&self.path, &FORMAT)?)
    }

    /// Whether it is byte for byte as creation makes it. SQLite does not see it.
    ///
    /// # Errors
    /// As [`Self::exists`]; also if there is none.
    pub fn is_fresh(&self) -> Result<bool, ControlStoreError> {
        Ok(sqlite::is_fresh(&self.path, &FORMAT)?)
    }

    /// Makes an empty one, durable, unless there is one already. It appears whole or not at all.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn create(&self) -> Result<(), ControlStoreError> {
        Ok(Database::create(&self.path, &FORMAT).map(drop)?)
    }

    /// Opens the one that is there, after having seen that it is what the log made. Changes none of what it holds, and makes none: where
    /// there is none, there are no rows, and the first write makes it.
    ///
    /// # Errors
    /// Any [`ControlStoreError`] but `TooLong`, `Busy`, `Failed`.
    pub fn open(&self, access: Access) -> Result<OpenControl, ControlStoreError> {
        let key = RowKey::read(&self.data);
        let key = key.map_err(|source| ControlStoreError::Key { store: self.path.clone(), source })?;
        let database = match self.exists()? {
            true => Some(Database::open(&self.path, &FORMAT, access)?),
            false => None,
        };
        Ok(OpenControl { path: self.path.clone(), access, key, database })
    }
}

/// The store in `control.db`, open.
pub struct OpenControl {
    path: PathBuf,
    access: Access,
    key: RowKey,
    /// `None` until there is one.
    database: Option<Database>,
}

impl OpenControl {
    /// Moves what an earlier process left in the write-ahead log into the file, and overwrites there what was removed; from now on, closing does so, too.
    /// Until then the file stays as it was found, but for what is written.
    ///
    /// # Errors
    /// `Unreadable`, `DiskFull`.
    pub fn settle(&mut self) -> Result<(), ControlStoreError> {
        Ok(self.database.as_mut().map_or(Ok(()), Database::settle)?)
    }

    /// What is wrong with the file itself, in words, rows aside; empty if nothing is. Cost: reads it whole.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.database.as_ref().map_or_else(Vec::new, Database::complaints)
    }

    /// Visits every row that is as the log wrote it, and says what is wrong with others, and with all.
    pub(crate) fn look(&self, visit: impl FnMut(Row)) -> Result<Vec<Damage>, ControlStoreError> {
        let Some(database) = &self.database else { return Ok(Vec::new()) };
        let looked = rows::look(database.connection(), &self.key, visit);
        Ok(looked.map_err(|source| database.unusable(source))?)
    }
}

impl ControlStore for OpenControl {
    /// # Errors
    /// `Foreign` also for rows that nobody wrote who holds the log's key.
    fn rows(&self) -> Result<Vec<Row>, ControlStoreError> {
        let mut rows = Vec::new();
        match self.look(|row| rows.push(row))?.into_iter().next() {
            None => Ok(rows),
            Some(damage) => Err(ControlStoreError::Foreign { path: self.path.clone(), what: damage.to_string() }),
        }
    }

    /// Cost: one transaction, one sync; reads the MAC of each row twice.
    fn write(&mut self, changes: &[RowChange]) -> Result<(), ControlStoreError> {
        changes.iter().try_for_each(RowChange::check)?;
        let database = match &mut self.database {
            Some(database) => database,
            None if self.access == Access::Own => self.database.insert(Database::create(&self.path, &FORMAT)?),
            None => return Err(ControlStoreError::Failed { store: self.path.clone(), source: None }),
        };
        Ok(database.write(|transaction| rows::change(transaction, &self.key, changes))?)
    }
}

impl std::fmt::Debug for OpenControl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenControl").field("path", &self.path).field("access", &self.access).finish_non_exhaustive()
    }
}

impl From<DatabaseError> for ControlStoreError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::File { path, source } if env::is_disk_full(&source) => Self::DiskFull { store: path },
            DatabaseError::File { path, source } => Self::File { path, source },
            DatabaseError::DiskFull { path } => Self::DiskFull { store: path },
            DatabaseError::Sqlite { path, source } => Self::Unreadable { store: path, source: source.into() },
            DatabaseError::Format { path, application, version } => Self::Format { path, application, version },
            DatabaseError::Foreign { path, what } => Self::Foreign { path, what },
        }
    }
}

impl From<WriteError> for ControlStoreError {
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
    use env::SystemDisk;
    use env::fake::SeededRandom;

    use super::*;

    fn put(id: usize) -> RowChange {
        RowChange::Put(Row { kind: "a".to_owned(), id: id.to_string(), value: format!("{:?}", "x".repeat(100)) })
    }

    #[test]
    fn a_full_disk_takes_all_back_and_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("keys")).unwrap();
        let key = dir.path().join("keys/signing");
        drop(ledger::create_signing_key(&SystemDisk, &SeededRandom::new(1), &key, "log/1").unwrap());
        let mut open = SqliteControl::of(dir.path()).open(Access::Own).unwrap();
        open.write(&[put(0), put(1)]).unwrap();
        let limit = |open: &OpenControl, pages: u32| {
            let connection = open.database.as_ref().unwrap().connection();
            connection.pragma_update(None, "max_page_count", pages).unwrap();
        };
        limit(&open, 2);
        let more: Vec<_> = (2..500).map(put).collect();
        for _ in 0..2 {
            let refused = open.write(&more);
            assert!(matches!(refused, Err(ControlStoreError::DiskFull { .. })), "{refused:?}");
            assert_eq!(open.rows().unwrap().len(), 2, "and they fit their MAC");
        }
        open.write(&[RowChange::Remove { kind: "a".to_owned(), id: "1".to_owned() }]).unwrap();
        limit(&open, 1_000_000);
        open.write(&more).unwrap();
        assert_eq!(open.rows().unwrap().len(), 499);
    }
}

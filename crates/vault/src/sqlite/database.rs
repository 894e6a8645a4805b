//! `vault.db`: a row per person.
//!
//! The journal mode is a write-ahead log. A rollback journal would copy the page with the old key to a second place at
//! the very moment the key is destroyed; a write-ahead log holds the new page only, and is cut to nothing before a
//! destruction is reported. It also costs one sync a transaction instead of three.

use std::path::{Path, PathBuf};

use env::SystemDisk;
use rusqlite::config::DbConfig;
use rusqlite::ffi::{self, Error, SQLITE_SCHEMA};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, named_params};

use super::files::{self, To};
use super::schema;
use crate::{KeyRows, PersonRow, StoreError, VaultError};
use event::PersonId;
use std::sync::Arc;

/// The open database. After a failed write it writes no more (I-9).
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    /// SQLite's count of schema changes when the schema was checked.
    schema: i64,
    failed: bool,
}

impl Database {
    /// Creates the file, whole and durable, unless an earlier creation has made it.
    ///
    /// SQLite itself would write it by way of a rollback journal, and [`files::check`] takes none.
    pub(super) fn create(path: &Path) -> Result<Self, VaultError> {
        if !files::check_beside(path, To::Write)? {
            let bytes = schema::fresh().map_err(|source| unusable(path, source))?;
            env::publish_file(&SystemDisk, path, &bytes)
                .map_err(|source| VaultError::File { path: path.to_owned(), source })?;
        }
        let mut database = Self::open(path)?;
        database.settle()?;
        Ok(database)
    }

    /// Opens an existing file, without moving the write-ahead log into it: until [`Self::settle`] both stay as they are,
    /// also when it is closed again.
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        files::check(path, To::Write)?;
        let database = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let settled = settings(&database.connection);
        settled.map_err(|source| unusable(&database.path, source))?;
        Ok(database)
    }

    /// Opens an existing file that nobody has open, for reading alone. Nothing is written where no write-ahead log was left; to read
    /// one, SQLite makes an index beside it.
    pub(super) fn open_at_rest(path: &Path) -> Result<Self, VaultError> {
        files::check(path, To::Read)?;
        if !files::is_settled(path) {
            return Self::open_beside(path);
        }
        let name = files::unchanging(path);
        let mut database = Self::connect_as(name, path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?;
        database.failed = true;
        Ok(database)
    }

    /// Opens an existing file for reading alone, beside whoever has it open. The process that owns it must not open it in
    /// any other way: closing the file would end the locks that SQLite has on it.
    pub(super) fn open_beside(path: &Path) -> Result<Self, VaultError> {
        files::check_beside(path, To::Read)?;
        let mut database = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        database.failed = true;
        Ok(database)
    }

    /// Hands the file to SQLite and checks that what it holds besides rows is the vault's. Reads it, and trusts none of it before.
    fn connect(path: &Path, access: OpenFlags) -> Result<Self, VaultError> {
        Self::connect_as(path, path, access)
    }

    fn connect_as(name: impl AsRef<Path>, path: &Path, access: OpenFlags) -> Result<Self, VaultError> {
        let error = |source| unusable(path, source);
        let path = path.to_owned();
        let connection = Connection::open_with_flags(name, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error)?;
        guard(&connection).map_err(error)?;
        let (application, version) = identity(&connection).map_err(error)?;
        if (application, version) != (schema::APPLICATION_ID, schema::VERSION) {
            return Err(VaultError::Format { path, application, version });
        }
        if let Some(what) = schema::differences(&connection).map_err(error)? {
            return Err(VaultError::Foreign { path, what });
        }
        let schema = schema_version(&connection).map_err(error)?;
        Ok(Self { connection, path, schema, failed: false })
    }

    /// How many bytes of the file lie behind its last page: SQLite reads them never and writes none.
    ///
    /// # Errors
    /// `File`, `Database`: it cannot be read.
    fn bytes_behind(&self) -> Result<u64, VaultError> {
        // Asked by name: closing the file would end the locks that this process has on it. And first: pages are only added.
        let file =
            std::fs::metadata(&self.path).map_err(|source| VaultError::File { path: self.path.clone(), source })?;
        let number = |name| self.connection.query_row(name, [], |row| row.get::<_, i64>(0));
        let bytes = number("PRAGMA page_count").and_then(|count| Ok(count.saturating_mul(number("PRAGMA page_size")?)));
        let bytes = bytes.map_err(|source| unusable(&self.path, source))?;
        Ok(file.len().saturating_sub(u64::try_from(bytes).unwrap_or(0)))
    }

    /// What SQLite's `integrity_check` complains about, at most a hundred lines; empty if nothing.
    fn integrity(&self) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.connection.prepare("PRAGMA integrity_check(100)")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        lines.filter(|line| !matches!(line.as_deref(), Ok("ok"))).collect()
    }

    /// Returns false if another process was reading the log.
    fn cut_log(&mut self) -> rusqlite::Result<bool> {
        let busy: i64 = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(busy == 0)
    }

    /// Does `work` in one transaction, durable when this returns, unless another hand changed the schema since it was checked.
    fn write(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed { store: self.path.clone(), source: None });
        }
        let done = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).and_then(|transaction| {
            if schema_version(&transaction)? != self.schema {
                let what = "another program has changed its schema";
                return Err(rusqlite::Error::SqliteFailure(Error::new(SQLITE_SCHEMA), Some(what.to_owned())));
            }
            work(&transaction)?;
            transaction.commit()
        });
        done.map_err(|error| self.failure(error))
    }

    /// A full disk is met before anything counts, and SQLite takes the transaction back; after anything else nobody
    /// knows what the disk has.
    fn failure(&mut self, error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            _ if is_disk_full(&error) => StoreError::DiskFull { store: self.path.clone() },
            Some(ErrorCode::DatabaseBusy) => StoreError::Busy { store: self.path.clone() },
            _ => {
                self.failed = true;
                StoreError::Failed { store: self.path.clone(), source: Some(error.into()) }
            }
        }
    }
}

impl KeyRows for Database {
    fn for_each(&self, visit: &mut dyn FnMut(i64, PersonRow) -> Result<(), VaultError>) -> Result<(), VaultError> {
        let database = |source| unusable(&self.path, source);
        let columns = "SELECT rowid, id, scope, kind, subject, wrapped, created_us, destroyed_us IS NOT NULL
                       FROM person NOT INDEXED";
        let mut statement = self.connection.prepare(columns).map_err(database)?;
        let rows = statement.query_map([], |row| {
            let number = row.get(0)?;
            let row = PersonRow {
                id: PersonId(row.get(1)?),
                scope: row.get(2)?,
                kind: row.get(3)?,
                subject: row.get(4)?,
                wrapped: row.get(5)?,
                created_us: row.get(6)?,
                destroyed: row.get(7)?,
            };
            Ok((number, row))
        });
        for row in rows.map_err(database)? {
            let (number, row) = row.map_err(database)?;
            visit(number, row)?;
        }
        Ok(())
    }

    fn insert(&mut self, rows: &[Arc<PersonRow>]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO person (id, scope, kind, subject, wrapped, created_us)
                 VALUES (:id, :scope, :kind, :subject, :wrapped, :created_us)",
            )?;
            for row in rows {
                one(statement.execute(named_params! {
                    ":id": row.id.0, ":scope": row.scope, ":kind": row.kind, ":subject": row.subject,
                    ":wrapped": row.wrapped, ":created_us": row.created_us,
                })?)?;
            }
            Ok(())
        })
    }

    fn destroy(&mut self, id: PersonId, destroyed_us: i64) -> Result<(), StoreError> {
        self.write(|transaction| {
            one(transaction.execute(
                "UPDATE person SET wrapped = NULL, destroyed_us = :destroyed_us WHERE id = :id AND wrapped IS NOT NULL",
                named_params! { ":id": id.0, ":destroyed_us": destroyed_us },
            )?)
        })
    }

    /// Moves the write-ahead log into the file and cuts it to nothing.
    fn purge(&mut self) -> Result<(), StoreError> {
        if self.failed {
            return Err(StoreError::Failed { store: self.path.clone(), source: None });
        }
        match self.cut_log() {
            Ok(true) => Ok(()),
            Ok(false) => Err(StoreError::Busy { store: self.path.clone() }),
            Err(error) => Err(self.failure(error)),
        }
    }

    /// Moves what an earlier process left in the write-ahead log into the file.
    fn settle(&mut self) -> Result<(), VaultError> {
        let moved = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
            // A log that another process is reading is cut later.
            .and_then(|_| self.cut_log());
        moved.map(drop).map_err(|source| unusable(&self.path, source))
    }

    /// What SQLite's `integrity_check` says, then what lies behind the last page.
    fn complaints(&self) -> Vec<String> {
        let mut complaints = self.integrity().unwrap_or_else(|error| vec![env::with_causes(&error)]);
        match self.bytes_behind() {
            Ok(0) => {}
            Ok(1) => complaints.push("1 byte lies behind its last page".to_owned()),
            Ok(bytes) => complaints.push(format!("{bytes} bytes lie behind its last page")),
            Err(error) => complaints.push(env::with_causes(&error)),
        }
        complaints
    }
}

/// Whether SQLite found no room: for a page, or for the index of the write-ahead log, which it maps into memory.
fn is_disk_full(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error();
    code.is_some_and(|error| error.code == ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE)
}

/// A database that cannot be used; a full disk says nothing about its file.
pub(super) fn unusable(path: &Path, source: rusqlite::Error) -> VaultError {
    let store = path.to_owned();
    if is_disk_full(&source) {
        VaultError::DiskFull { store }
    } else {
        VaultError::Store { store, source: source.into() }
    }
}

/// Switches off what a schema that somebody altered could do: none of it is used here. And nothing is moved into the file by closing it.
fn guard(connection: &Connection) -> rusqlite::Result<()> {
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(setting, on)?;
    }
    connection.pragma_update(None, "cell_size_check", true)
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)
}

fn identity(connection: &Connection) -> rusqlite::Result<(i64, i64)> {
    let number = |name| connection.query_row(name, [], |row| row.get::<_, i64>(0));
    Ok((number("PRAGMA application_id")?, number("PRAGMA user_version")?))
}

/// SQLite's count of changes to the schema.
fn schema_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA schema_version", [], |row| row.get(0))
}

/// A statement that was to change one row did so.
fn one(changed: usize) -> rusqlite::Result<()> {
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_in(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("vault.db")
    }

    fn rows(from: u64, count: u64) -> Vec<Arc<PersonRow>> {
        let row = |n: u64| {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&n.to_be_bytes());
            let kind = "user".to_owned();
            let subject = n.to_string();
            let scope = "oacme".to_owned();
            let wrapped = Some(vec![1; 60]);
            let id = PersonId(id);
            Arc::new(PersonRow { id, scope, kind, subject, wrapped, created_us: 0, destroyed: false })
        };
        (from..from + count).map(row).collect()
    }

    fn count(database: &Database) -> u64 {
        let mut count = 0;
        let mut visit = |_, _| {
            count += 1;
            Ok(())
        };
        database.for_each(&mut visit).unwrap();
        count
    }

    #[test]
    fn a_full_disk_takes_all_back_and_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir)).unwrap();
        database.insert(&rows(0, 5)).unwrap();
        let pages: i64 = database.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        database.connection.pragma_update(None, "max_page_count", pages).unwrap();
        let refused = database.insert(&rows(5, 500));
        assert!(matches!(refused, Err(StoreError::DiskFull { .. })), "{refused:?}");
        assert_eq!(count(&database), 5);
        database.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        database.insert(&rows(5, 500)).unwrap();
        assert_eq!(count(&database), 505);
    }

    #[test]
    fn after_a_failure_nothing_is_written_any_more() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir)).unwrap();
        database.insert(&rows(0, 1)).unwrap();
        let refused = database.insert(&rows(0, 1));
        assert!(matches!(refused, Err(StoreError::Failed { source: Some(_), .. })), "{refused:?}");
        let refused = database.insert(&rows(1, 1));
        assert!(matches!(refused, Err(StoreError::Failed { source: None, .. })), "{refused:?}");
        assert!(database.purge().is_err());
        assert_eq!(count(&database), 1);
    }

    #[test]
    fn a_schema_changed_meanwhile_stops_the_vault() {
        let what = [
            "CREATE TRIGGER t BEFORE INSERT ON person BEGIN SELECT raise(ignore); END",
            "CREATE TRIGGER t BEFORE UPDATE ON person BEGIN SELECT raise(ignore); END",
            "ALTER TABLE person RENAME TO p2; CREATE TABLE person AS SELECT * FROM p2",
        ];
        for sql in what {
            let dir = tempfile::tempdir().unwrap();
            let mut database = Database::create(&path_in(&dir)).unwrap();
            database.insert(&rows(0, 2)).unwrap();
            Connection::open(path_in(&dir)).unwrap().execute_batch(sql).unwrap();
            let refused = database.insert(&rows(2, 1));
            assert!(matches!(refused, Err(StoreError::Failed { source: Some(_), .. })), "{sql}: {refused:?}");
            assert!(database.destroy(rows(0, 1)[0].id, 7).is_err(), "{sql}");
            assert_eq!(count(&database), 2, "{sql}");
        }
    }

    #[test]
    fn nothing_that_a_schema_could_do_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir)).unwrap();
        database
            .connection
            .execute_batch("CREATE TRIGGER t BEFORE INSERT ON person BEGIN SELECT raise(ignore); END")
            .unwrap();
        database.schema = schema_version(&database.connection).unwrap();
        database.insert(&rows(0, 2)).unwrap();
        assert_eq!(count(&database), 2, "triggers are off");
    }

    #[test]
    fn a_key_that_was_not_stored_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir)).unwrap();
        database.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true).unwrap();
        database
            .connection
            .execute_batch("CREATE TRIGGER t BEFORE INSERT ON person BEGIN SELECT raise(ignore); END")
            .unwrap();
        database.schema = schema_version(&database.connection).unwrap();
        let refused = database.insert(&rows(0, 2));
        assert!(matches!(refused, Err(StoreError::Failed { source: Some(_), .. })), "{refused:?}");
    }

    #[test]
    fn a_reader_delays_a_destruction_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir)).unwrap();
        database.insert(&rows(0, 2)).unwrap();
        let reader = Connection::open(path_in(&dir)).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM person;").unwrap();
        database.connection.busy_timeout(std::time::Duration::from_millis(1)).unwrap();
        database.destroy(rows(0, 1)[0].id, 7).unwrap();
        assert!(matches!(database.purge(), Err(StoreError::Busy { .. })));
        reader.execute_batch("COMMIT").unwrap();
        database.purge().unwrap();
        assert_eq!(std::fs::metadata(dir.path().join("vault.db-wal")).unwrap().len(), 0);
    }

    #[test]
    fn a_full_write_is_synced_and_deletions_are_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::create(&path_in(&dir)).unwrap();
        let number = |name: &str| -> i64 { database.connection.query_row(name, [], |row| row.get(0)).unwrap() };
        assert_eq!(number("PRAGMA synchronous"), 2);
        assert_eq!(number("PRAGMA secure_delete"), 1);
        let mode: String = database.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}

//! The database itself.
//!
//! The journal mode is a write-ahead log. A rollback journal would copy the page with what is removed to a second place at
//! the very moment it is removed; a write-ahead log holds the new page only, and is cut to nothing before a
//! destruction is reported. It also costs one sync a transaction instead of three.

use std::path::{Path, PathBuf};

use env::SystemDisk;
use rusqlite::config::DbConfig;
use rusqlite::ffi::{Error, SQLITE_SCHEMA};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::error::is_disk_full;
use crate::files::{self, To};
use crate::guard::{guard, make_durable};
use crate::{DatabaseError, Format, WriteError, schema};

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To read and write, by the log's own process.
    Own,
    /// To read, while nobody has it open: nothing is written that reading does not need.
    AtRest,
    /// To read, beside whoever has it open, this process included.
    Beside,
}

/// The open database. After a failed write it writes no more (I-9); opened to read, it writes nothing.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    path: PathBuf,
    /// SQLite's count of schema changes when the schema was checked.
    schema: i64,
    failed: bool,
}

impl Database {
    /// Creates the file, whole and durable, unless an earlier creation has made it.
    ///
    /// SQLite itself would write it by way of a rollback journal, of which none is taken.
    ///
    /// # Errors
    /// Any [`DatabaseError`].
    pub fn create(path: &Path, format: &Format) -> Result<Self, DatabaseError> {
        if !files::check_beside(path, format, To::Write)? {
            let bytes = schema::fresh(format).map_err(|source| DatabaseError::of(path, source))?;
            env::publish_file(&SystemDisk, path, &bytes).map_err(|source| DatabaseError::file(path, source))?;
        }
        let mut database = Self::open_own(path, format)?;
        database.settle()?;
        Ok(database)
    }

    /// Opens an existing file, after having seen that it is what its owner made; changes none of what it holds. Beside an owner in this
    /// process it is opened [`Access::Beside`] and in no other way: closing the file would end the locks that SQLite has on it.
    ///
    /// # Errors
    /// Any [`DatabaseError`]; also if there is none.
    pub fn open(path: &Path, format: &Format, access: Access) -> Result<Self, DatabaseError> {
        match access {
            Access::Own => Self::open_own(path, format),
            Access::AtRest => Self::open_at_rest(path, format),
            Access::Beside => Self::open_beside(path, format),
        }
    }

    /// Does not move the write-ahead log into the file: until [`Self::settle`] both stay as they are, also when it is closed again.
    fn open_own(path: &Path, format: &Format) -> Result<Self, DatabaseError> {
        files::check(path, format, To::Write)?;
        let database = Self::connect(path, format, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        make_durable(&database.connection).map_err(|source| database.unusable(source))?;
        Ok(database)
    }

    /// Nothing is written where no write-ahead log was left; to read one, SQLite makes an index beside it.
    fn open_at_rest(path: &Path, format: &Format) -> Result<Self, DatabaseError> {
        files::check(path, format, To::Read)?;
        if !files::is_settled(path) {
            return Self::open_beside(path, format);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let mut database = Self::connect_as(files::unchanging(path), path, format, flags)?;
        database.failed = true;
        Ok(database)
    }

    fn open_beside(path: &Path, format: &Format) -> Result<Self, DatabaseError> {
        files::check_beside(path, format, To::ReadBeside)?;
        let mut database = Self::connect(path, format, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        database.failed = true;
        Ok(database)
    }

    fn connect(path: &Path, format: &Format, access: OpenFlags) -> Result<Self, DatabaseError> {
        Self::connect_as(path, path, format, access)
    }

    /// Hands the file to SQLite and checks that what it holds besides rows is its format's. Reads it, and trusts none of it before.
    fn connect_as(
        name: impl AsRef<Path>,
        path: &Path,
        format: &Format,
        access: OpenFlags,
    ) -> Result<Self, DatabaseError> {
        let error = |source| DatabaseError::of(path, source);
        let connection = Connection::open_with_flags(name, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error)?;
        guard(&connection).map_err(error)?;
        let path = path.to_owned();
        let (application, version) = identity(&connection).map_err(error)?;
        if (application, version) != (format.application_id, format.version) {
            return Err(DatabaseError::Format { path, application, version });
        }
        if let Some(what) = schema::differences(&connection, format).map_err(error)? {
            return Err(DatabaseError::Foreign { path, what });
        }
        let schema = schema_version(&connection).map_err(error)?;
        Ok(Self { connection, path, schema, failed: false })
    }

    /// The connection, to read by: whatever changes rows goes by [`Self::write`].
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What an error of [`Self::connection`] means.
    #[must_use]
    pub fn unusable(&self, source: rusqlite::Error) -> DatabaseError {
        DatabaseError::of(&self.path, source)
    }

    /// Does `work` in one transaction, durable when this returns, unless another hand changed the schema since it was checked.
    ///
    /// # Errors
    /// Any [`WriteError`]; nothing was written after [`WriteError::DiskFull`] and [`WriteError::Busy`].
    pub fn write(&mut self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<(), WriteError> {
        if self.failed {
            return Err(WriteError::Failed { path: self.path.clone(), source: None });
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

    /// Moves the write-ahead log into the file and cuts it to nothing: no byte of what was removed is left.
    ///
    /// # Errors
    /// Any [`WriteError`].
    pub fn purge(&mut self) -> Result<(), WriteError> {
        if self.failed {
            return Err(WriteError::Failed { path: self.path.clone(), source: None });
        }
        match self.cut_log() {
            Ok(true) => Ok(()),
            Ok(false) => Err(WriteError::Busy { path: self.path.clone() }),
            Err(error) => Err(self.failure(error)),
        }
    }

    /// Moves what an earlier process left in the write-ahead log into the file; from now on, closing does so, too.
    ///
    /// # Errors
    /// `Sqlite`, `DiskFull`.
    pub fn settle(&mut self) -> Result<(), DatabaseError> {
        let moved = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
            // A log that another process is reading is cut later.
            .and_then(|_| self.cut_log());
        moved.map(drop).map_err(|source| self.unusable(source))
    }

    /// What SQLite's `integrity_check` says, then what lies behind the last page.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = self.integrity().unwrap_or_else(|error| vec![env::with_causes(&error)]);
        match self.bytes_behind() {
            Ok(0) => {}
            Ok(1) => complaints.push("1 byte lies behind its last page".to_owned()),
            Ok(bytes) => complaints.push(format!("{bytes} bytes lie behind its last page")),
            Err(error) => complaints.push(env::with_causes(&error)),
        }
        complaints
    }

    /// How many bytes of the file lie behind its last page: SQLite reads them never and writes none.
    ///
    /// # Errors
    /// `File`, `Sqlite`: it cannot be read.
    fn bytes_behind(&self) -> Result<u64, DatabaseError> {
        // Asked by name: closing the file would end the locks that this process has on it. And first: pages are only added.
        let file = std::fs::metadata(&self.path).map_err(|source| DatabaseError::file(&self.path, source))?;
        let number = |name| self.connection.query_row(name, [], |row| row.get::<_, i64>(0));
        let bytes = number("PRAGMA page_count").and_then(|count| Ok(count.saturating_mul(number("PRAGMA page_size")?)));
        let bytes = bytes.map_err(|source| self.unusable(source))?;
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

    /// A full disk is met before anything counts, and SQLite takes the transaction back; after anything else nobody
    /// knows what the disk has.
    fn failure(&mut self, error: rusqlite::Error) -> WriteError {
        match error.sqlite_error_code() {
            _ if is_disk_full(&error) => WriteError::DiskFull { path: self.path.clone() },
            Some(ErrorCode::DatabaseBusy) => WriteError::Busy { path: self.path.clone() },
            _ => {
                self.failed = true;
                WriteError::Failed { path: self.path.clone(), source: Some(error) }
            }
        }
    }
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
///
/// # Errors
/// Where it changed none, or several.
pub fn one(changed: usize) -> rusqlite::Result<()> {
    if changed == 1 { Ok(()) } else { Err(rusqlite::Error::StatementChangedRows(changed)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::test::ITEMS;

    fn path_in(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("items.db")
    }

    fn insert(database: &mut Database, ids: std::ops::Range<i64>) -> Result<(), WriteError> {
        database.write(|transaction| {
            for id in ids {
                one(transaction.execute("INSERT INTO item (id, text) VALUES (?1, ?2)", (id, "x".repeat(100)))?)?;
            }
            Ok(())
        })
    }

    fn number(database: &Database, sql: &str) -> i64 {
        database.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn count(database: &Database) -> i64 {
        number(database, "SELECT count(*) FROM item")
    }

    const IGNORES: &str = "CREATE TRIGGER t BEFORE INSERT ON item BEGIN SELECT raise(ignore); END";

    #[test]
    fn a_full_disk_takes_all_back_and_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir), &ITEMS).unwrap();
        insert(&mut database, 0..5).unwrap();
        let pages = number(&database, "PRAGMA page_count");
        database.connection.pragma_update(None, "max_page_count", pages).unwrap();
        let refused = insert(&mut database, 5..500);
        assert!(matches!(refused, Err(WriteError::DiskFull { .. })), "{refused:?}");
        assert_eq!(count(&database), 5);
        database.connection.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        insert(&mut database, 5..500).unwrap();
        assert_eq!(count(&database), 500);
    }

    #[test]
    fn after_a_failure_nothing_is_written_any_more() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir), &ITEMS).unwrap();
        insert(&mut database, 0..1).unwrap();
        let refused = insert(&mut database, 0..1);
        assert!(matches!(refused, Err(WriteError::Failed { source: Some(_), .. })), "{refused:?}");
        let refused = insert(&mut database, 1..2);
        assert!(matches!(refused, Err(WriteError::Failed { source: None, .. })), "{refused:?}");
        assert!(database.purge().is_err());
        assert_eq!(count(&database), 1);
    }

    #[test]
    fn who_opens_to_read_writes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        drop(Database::create(&path_in(&dir), &ITEMS).unwrap());
        for access in [Access::AtRest, Access::Beside] {
            let mut database = Database::open(&path_in(&dir), &ITEMS, access).unwrap();
            let refused = insert(&mut database, 0..1);
            assert!(matches!(refused, Err(WriteError::Failed { source: None, .. })), "{refused:?}");
        }
    }

    #[test]
    fn a_schema_changed_meanwhile_stops_the_owner() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir), &ITEMS).unwrap();
        Connection::open(path_in(&dir)).unwrap().execute_batch(IGNORES).unwrap();
        let refused = insert(&mut database, 0..1);
        assert!(matches!(refused, Err(WriteError::Failed { source: Some(_), .. })), "{refused:?}");
        assert_eq!(count(&database), 0);
    }

    #[test]
    fn nothing_that_a_schema_could_do_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir), &ITEMS).unwrap();
        database.connection.execute_batch(IGNORES).unwrap();
        database.schema = schema_version(&database.connection).unwrap();
        insert(&mut database, 0..2).unwrap();
        assert_eq!(count(&database), 2, "triggers are off");
    }

    #[test]
    fn a_row_that_was_not_stored_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create(&path_in(&dir), &ITEMS).unwrap();
        database.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true).unwrap();
        database.connection.execute_batch(IGNORES).unwrap();
        database.schema = schema_version(&database.connection).unwrap();
        let refused = insert(&mut database, 0..2);
        assert!(matches!(refused, Err(WriteError::Failed { source: Some(_), .. })), "{refused:?}");
    }

    #[test]
    fn a_full_write_is_synced_and_deletions_are_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let database = Database::create(&path_in(&dir), &ITEMS).unwrap();
        assert_eq!(number(&database, "PRAGMA synchronous"), 2);
        assert_eq!(number(&database, "PRAGMA secure_delete"), 1);
        let mode: String = database.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}

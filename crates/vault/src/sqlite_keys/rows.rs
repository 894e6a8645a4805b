//! A row per person.

use std::path::Path;
use std::sync::Arc;

use event::PersonId;
use sqlite::rusqlite::named_params;
use sqlite::{Database, DatabaseError, one};

use super::FORMAT;
use crate::{Access, KeyRows, PersonRow, StoreError, VaultError};

/// The open key store.
pub(super) struct Rows {
    database: Database,
}

impl Rows {
    pub(super) fn create(path: &Path) -> Result<Self, DatabaseError> {
        Ok(Self { database: Database::create(path, &FORMAT)? })
    }

    pub(super) fn open(path: &Path, access: Access) -> Result<Self, DatabaseError> {
        Ok(Self { database: Database::open(path, &FORMAT, access)? })
    }
}

impl KeyRows for Rows {
    fn for_each(&self, visit: &mut dyn FnMut(i64, PersonRow) -> Result<(), VaultError>) -> Result<(), VaultError> {
        let unusable = |source| self.database.unusable(source);
        let columns = "SELECT rowid, id, scope, kind, subject, wrapped, created_us, destroyed_us IS NOT NULL
                       FROM person NOT INDEXED";
        let mut statement = self.database.connection().prepare(columns).map_err(unusable)?;
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
        for row in rows.map_err(unusable)? {
            let (number, row) = row.map_err(unusable)?;
            visit(number, row)?;
        }
        Ok(())
    }

    fn insert(&mut self, rows: &[Arc<PersonRow>]) -> Result<(), StoreError> {
        let written = self.database.write(|transaction| {
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
        });
        Ok(written?)
    }

    fn destroy(&mut self, id: PersonId, destroyed_us: i64) -> Result<(), StoreError> {
        let written = self.database.write(|transaction| {
            one(transaction.execute(
                "UPDATE person SET wrapped = NULL, destroyed_us = :destroyed_us WHERE id = :id AND wrapped IS NOT NULL",
                named_params! { ":id": id.0, ":destroyed_us": destroyed_us },
            )?)
        });
        Ok(written?)
    }

    fn purge(&mut self) -> Result<(), StoreError> {
        Ok(self.database.purge()?)
    }

    fn settle(&mut self) -> Result<(), VaultError> {
        Ok(self.database.settle()?)
    }

    fn complaints(&self) -> Vec<String> {
        self.database.complaints()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use sqlite::rusqlite::Connection;
    use sqlite::rusqlite::config::DbConfig;

    use super::*;

    fn path_in(dir: &tempfile::TempDir) -> PathBuf {
        dir.path().join("vault.db")
    }

    fn persons(from: u64, count: u64) -> Vec<Arc<PersonRow>> {
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

    fn count(rows: &Rows) -> u64 {
        let mut count = 0;
        let mut visit = |_, _| {
            count += 1;
            Ok(())
        };
        rows.for_each(&mut visit).unwrap();
        count
    }

    #[test]
    fn a_full_disk_takes_all_back_and_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        let mut rows = Rows::create(&path_in(&dir)).unwrap();
        rows.insert(&persons(0, 5)).unwrap();
        let pages: i64 = rows.database.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        rows.database.connection().pragma_update(None, "max_page_count", pages).unwrap();
        let refused = rows.insert(&persons(5, 500));
        assert!(matches!(refused, Err(StoreError::DiskFull { .. })), "{refused:?}");
        assert_eq!(count(&rows), 5);
        rows.database.connection().pragma_update(None, "max_page_count", 1_000_000).unwrap();
        rows.insert(&persons(5, 500)).unwrap();
        assert_eq!(count(&rows), 505);
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
            let mut rows = Rows::create(&path_in(&dir)).unwrap();
            rows.insert(&persons(0, 2)).unwrap();
            Connection::open(path_in(&dir)).unwrap().execute_batch(sql).unwrap();
            let refused = rows.insert(&persons(2, 1));
            assert!(matches!(refused, Err(StoreError::Failed { source: Some(_), .. })), "{sql}: {refused:?}");
            assert!(rows.destroy(persons(0, 1)[0].id, 7).is_err(), "{sql}");
            assert_eq!(count(&rows), 2, "{sql}");
        }
    }

    #[test]
    fn a_key_that_was_not_stored_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let mut rows = Rows::create(&path_in(&dir)).unwrap();
        let connection = rows.database.connection();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true).unwrap();
        let ignores = "CREATE TEMP TRIGGER t BEFORE INSERT ON main.person BEGIN SELECT raise(ignore); END";
        connection.execute_batch(ignores).unwrap();
        let refused = rows.insert(&persons(0, 2));
        assert!(matches!(refused, Err(StoreError::Failed { source: Some(_), .. })), "{refused:?}");
    }

    #[test]
    fn a_reader_delays_a_destruction_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let mut rows = Rows::create(&path_in(&dir)).unwrap();
        rows.insert(&persons(0, 2)).unwrap();
        let reader = Connection::open(path_in(&dir)).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM person;").unwrap();
        rows.database.connection().busy_timeout(std::time::Duration::from_millis(1)).unwrap();
        rows.destroy(persons(0, 1)[0].id, 7).unwrap();
        assert!(matches!(rows.purge(), Err(StoreError::Busy { .. })));
        reader.execute_batch("COMMIT").unwrap();
        rows.purge().unwrap();
        assert_eq!(std::fs::metadata(dir.path().join("vault.db-wal")).unwrap().len(), 0);
    }
}

//! What another hand, without a key, puts into the database or beside it is refused by name and left as it is.

use std::fs;
use std::path::Path;

use control::{Access, ControlStore as _, ControlStoreError, SqliteControl};
use rusqlite::Connection;

use crate::{closed, data_dir, found, put};

/// Changes the database as its owner would not, in write-ahead mode, and leaves nothing beside it.
fn change(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    connection.close().unwrap();
}

/// Claims that the store is neither opened nor called sound, that `file` and `what` are told, and that the database stays as it is.
fn is_refused(dir: &Path, file: &str, what: &str) {
    let before = fs::read(dir.join("control.db")).ok();
    for access in [Access::Own, Access::AtRest] {
        let refused = SqliteControl::of(dir).open(access).unwrap_err();
        let named = matches!(&refused, ControlStoreError::Foreign { path, .. } if path.ends_with(file));
        assert!(named && refused.to_string().contains(what), "{what}: {refused}");
    }
    let found = found(dir);
    assert!(found.iter().any(|found| found.starts_with(&format!("{file}: ")) && found.contains(what)), "{found:?}");
    assert_eq!(fs::read(dir.join("control.db")).ok(), before, "{what}");
}

#[test]
fn a_schema_of_another_hand_is_refused_by_name() {
    for (name, sql) in [
        ("trigger t ", "CREATE TRIGGER t BEFORE INSERT ON control BEGIN SELECT raise(ignore); END"),
        (
            "trigger t ",
            "CREATE TRIGGER t AFTER DELETE ON control BEGIN INSERT INTO control VALUES ('a', 'b', 'c', 'd'); END",
        ),
        ("table keep ", "CREATE TABLE keep (id)"),
        ("view v ", "CREATE VIEW v AS SELECT * FROM control"),
        ("table control ", "ALTER TABLE control ADD COLUMN note TEXT"),
        ("index other ", "CREATE INDEX other ON control (value)"),
    ] {
        let dir = data_dir();
        change(&closed(dir.path()), sql);
        is_refused(dir.path(), "control.db", &format!("{name}is not the control database's"));
    }
}

#[test]
fn a_trigger_added_beside_the_owner_stops_it() {
    let dir = data_dir();
    let path = closed(dir.path());
    let mut open = SqliteControl::of(dir.path()).open(Access::Own).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TRIGGER t BEFORE INSERT ON control BEGIN SELECT raise(ignore); END")
        .unwrap();
    let failed = open.write(&[put("a", "1", "1")]);
    assert!(matches!(failed, Err(ControlStoreError::Failed { source: Some(_), .. })), "{failed:?}");
    let refused = open.write(&[put("a", "1", "1")]);
    assert!(matches!(refused, Err(ControlStoreError::Failed { source: None, .. })), "{refused:?}");
}

/// A rollback journal that SQLite believes, which empties page 2.
///
/// Source: SQLite's file format, "The Rollback Journal".
fn hot_journal(database: &Path) -> Vec<u8> {
    let pages = u32::try_from(fs::read(database).unwrap().len() / 4096).unwrap();
    let mut journal = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7].to_vec();
    [1, 7, pages, 512, 4096_u32].into_iter().for_each(|number| journal.extend(number.to_be_bytes()));
    journal.resize(512, 0);
    journal.extend(2_u32.to_be_bytes());
    journal.extend([0; 4096]);
    journal.extend(7_u32.to_be_bytes());
    journal
}

#[test]
fn a_rollback_journal_is_refused_before_sqlite_sees_it() {
    let dir = data_dir();
    let journal = dir.path().join("control.db-journal");
    let hot = hot_journal(&closed(dir.path()));
    for content in [b"garbage".to_vec(), Vec::new(), hot] {
        fs::write(&journal, &content).unwrap();
        is_refused(dir.path(), "control.db-journal", "rollback journal");
        assert_eq!(fs::read(&journal).unwrap(), content);
    }
    // Beside no database, too: the one to be made would be its prey.
    fs::remove_file(dir.path().join("control.db")).unwrap();
    is_refused(dir.path(), "control.db-journal", "rollback journal");
    assert!(!dir.path().join("control.db").exists());
}

#[test]
fn what_sqlite_did_not_write_beside_it_is_refused_and_stays() {
    for suffix in ["-wal", "-shm"] {
        let dir = data_dir();
        let name = format!("control.db{suffix}");
        let path = dir.path().join(&name);
        fs::write(&path, "my only copy of something").unwrap();
        is_refused(dir.path(), &name, "is missing");
        closed_beside(dir.path());
        is_refused(dir.path(), &name, "not what SQLite writes there");
        assert_eq!(fs::read(&path).unwrap(), b"my only copy of something");
    }
}

/// Puts a sound database beside what lies there.
fn closed_beside(dir: &Path) {
    let other = data_dir();
    fs::copy(closed(other.path()), dir.join("control.db")).unwrap();
}

#[test]
fn a_link_a_pipe_and_a_file_of_two_names_are_not_written_to() {
    let dir = data_dir();
    let path = closed(dir.path());
    let elsewhere = dir.path().join("elsewhere");
    fs::hard_link(&path, &elsewhere).unwrap();
    assert!(matches!(SqliteControl::of(dir.path()).open(Access::Own), Err(ControlStoreError::Foreign { .. })));
    assert_eq!(found(dir.path()), [""; 0], "a copy made with hard links is as good as another");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    is_refused(dir.path(), "control.db", "symbolic link");
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    for access in [Access::Own, Access::AtRest, Access::Beside] {
        assert!(matches!(SqliteControl::of(dir.path()).open(access), Err(ControlStoreError::Foreign { .. })));
    }
    assert!(found(dir.path())[0].contains("no regular file"));
}

#[test]
fn another_program_s_database_and_another_version_are_refused() {
    for sql in ["PRAGMA application_id = 7", "PRAGMA user_version = 2"] {
        let dir = data_dir();
        change(&closed(dir.path()), sql);
        let refused = SqliteControl::of(dir.path()).open(Access::Own);
        assert!(matches!(refused, Err(ControlStoreError::Format { .. })), "{refused:?}");
        assert_eq!(found(dir.path()).len(), 1);
    }
    let dir = data_dir();
    change(&closed(dir.path()), "PRAGMA journal_mode = DELETE");
    is_refused(dir.path(), "control.db", "write-ahead mode, as the control database always is");
}

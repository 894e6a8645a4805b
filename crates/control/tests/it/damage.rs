//! Rows that another hand changed, with everything that SQLite checks in order, are found, and named where they can be.

use std::fs;
use std::path::Path;

use control::{Access, ControlStore as _, ControlStoreError, SqliteControl};
use rusqlite::Connection;

use crate::{closed, data_dir, found, make_key, put};

fn change(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
    assert_ne!(connection.execute(sql, []).unwrap(), 0, "{sql}");
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    connection.close().unwrap();
}

fn rows_are_refused(dir: &Path) {
    let rows = SqliteControl::of(dir).open(Access::Own).unwrap().rows();
    assert!(matches!(rows, Err(ControlStoreError::Foreign { .. })), "{rows:?}");
}

#[test]
fn a_sound_store_has_no_findings_in_the_write_ahead_log_either() {
    let dir = data_dir();
    closed(dir.path());
    assert_eq!(found(dir.path()), [""; 0]);
    let mut open = SqliteControl::of(dir.path()).open(Access::Own).unwrap();
    open.write(&[put("a", "1", "1")]).unwrap();
    drop(open);
    assert_ne!(fs::metadata(dir.path().join("control.db-wal")).unwrap().len(), 0, "it was not settled");
    assert_eq!(found(dir.path()), [""; 0]);
}

#[test]
fn every_change_of_rows_is_found_and_no_row_is_given_out() {
    const ALTERED: &str = "not written by a holder of the log's key";
    const ALL: &str = "rows were added, removed or put back";
    for (sql, named) in [
        (r#"UPDATE control SET value = '{"role":"owner"}' WHERE kind = 'grant'"#, &["\"grant\", \"g1\"", ALTERED][..]),
        ("UPDATE control SET id = 'g2' WHERE kind = 'grant'", &["\"grant\", \"g2\"", ALTERED]),
        ("UPDATE control SET kind = 'program' WHERE kind = 'grant'", &["\"program\", \"g1\"", ALTERED]),
        ("UPDATE control SET mac = zeroblob(32) WHERE kind = 'grant'", &["\"grant\", \"g1\"", ALTERED]),
        ("UPDATE control SET mac = x'07' WHERE kind = 'grant'", &["\"grant\", \"g1\"", "longer than a row can be"]),
        (
            "UPDATE control SET mac = (SELECT mac FROM control WHERE id = 'p2') WHERE id = 'p1'",
            &["\"program\", \"p1\"", ALTERED],
        ),
        ("INSERT INTO control SELECT 'grant', 'g9', value, mac FROM control WHERE id = 'g1'", &["\"g9\"", ALTERED]),
        ("INSERT INTO control VALUES ('', 'x', '{}', zeroblob(32))", &["\"\", \"x\"", ALTERED]),
        ("DELETE FROM control WHERE id = 'p2'", &[ALL]),
        ("DELETE FROM control WHERE kind = ''", &[ALL]),
        ("DELETE FROM control WHERE kind <> ''", &[ALL]),
        ("UPDATE control SET mac = zeroblob(32) WHERE kind = ''", &[ALL]),
        (
            "UPDATE control SET value = printf('%02000000d', 7) WHERE id = 'p1'",
            &["longer than a row can be, or no text"],
        ),
        ("UPDATE control SET value = CAST(x'ff22' AS TEXT) WHERE id = 'p1'", &["longer than a row can be, or no text"]),
    ] {
        is_found(sql, named);
    }
}

fn is_found(sql: &str, named: &[&str]) {
    let dir = data_dir();
    change(&closed(dir.path()), sql);
    let found = found(dir.path());
    assert!(found.iter().any(|found| named.iter().all(|what| found.contains(what))), "{sql}: {found:?}");
    assert!(found.iter().all(|found| found.starts_with("control.db: ")), "{found:?}");
    rows_are_refused(dir.path());
    let failed = SqliteControl::of(dir.path()).open(Access::Own).unwrap().write(&[put("z", "1", "1")]);
    let sealed_again = failed.is_ok() && !crate::found(dir.path()).is_empty();
    assert!(failed.is_err() || sealed_again, "{sql}: a write does not make it good");
}

#[test]
fn a_revoked_row_that_is_put_back_is_found_though_it_was_written_by_the_log() {
    let dir = data_dir();
    let path = closed(dir.path());
    let kept: (String, Vec<u8>) = Connection::open(&path)
        .unwrap()
        .query_row("SELECT value, mac FROM control WHERE id = 'p1'", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let mut open = SqliteControl::of(dir.path()).open(Access::Own).unwrap();
    open.settle().unwrap();
    open.write(&[crate::remove("program", "p1")]).unwrap();
    // While the owner runs: its next write sees it.
    let other = Connection::open(&path).unwrap();
    other.execute("INSERT INTO control VALUES ('program', 'p1', ?1, ?2)", (kept.0, kept.1)).unwrap();
    other.close().unwrap();
    let failed = open.write(&[put("a", "1", "1")]);
    assert!(matches!(failed, Err(ControlStoreError::Failed { source: Some(_), .. })), "{failed:?}");
    drop(open);
    assert!(found(dir.path())[0].contains("put back"), "{:?}", found(dir.path()));
    rows_are_refused(dir.path());
}

#[test]
fn every_changed_byte_of_a_value_is_found() {
    let dir = data_dir();
    let path = closed(dir.path());
    let whole = fs::read(&path).unwrap();
    let value = br#"{"role":"auditor"}"#;
    let at = whole.windows(value.len()).position(|window| window == value).unwrap();
    for byte in 0..value.len() {
        let mut changed = whole.clone();
        changed[at + byte] ^= 0x01;
        fs::write(&path, &changed).unwrap();
        assert!(found(dir.path()).iter().any(|found| found.contains("\"g1\"")), "{byte}");
        rows_are_refused(dir.path());
    }
}

#[test]
fn bytes_behind_the_last_page_and_a_file_cut_short_are_found() {
    let dir = data_dir();
    let path = closed(dir.path());
    let whole = fs::read(&path).unwrap();
    for more in [1, 4096] {
        fs::write(&path, [whole.clone(), vec![0; more]].concat()).unwrap();
        let found = found(dir.path());
        assert!(found[0].contains(&format!("{more} byte")), "{found:?}");
    }
    for left in [0, 50, 4096, whole.len() - 1] {
        fs::write(&path, &whole[..left]).unwrap();
        assert!(!found(dir.path()).is_empty(), "{left} bytes");
        let rows = SqliteControl::of(dir.path()).open(Access::Own).and_then(|open| open.rows());
        assert!(rows.is_err(), "{left} bytes: {rows:?}");
    }
}

#[test]
fn a_row_that_is_no_json_is_named() {
    let dir = data_dir();
    let mut open = SqliteControl::of(dir.path()).open(Access::Own).unwrap();
    open.write(&[put("program", "p1", "{\"name\":"), put("program", "p2", "{}")]).unwrap();
    open.settle().unwrap();
    drop(open);
    let found = found(dir.path());
    assert!(found.len() == 1 && found[0].contains("\"program\", \"p1\": it is no JSON"), "{found:?}");
}

#[test]
fn another_log_s_file_and_a_lost_key_are_found() {
    let dir = data_dir();
    let other = tempfile::tempdir().unwrap();
    make_key(other.path(), 2);
    fs::copy(closed(other.path()), dir.path().join("control.db")).unwrap();
    assert_eq!(found(dir.path()).len(), 4, "each row, and all together");
    rows_are_refused(dir.path());
    fs::remove_file(dir.path().join("keys/signing")).unwrap();
    let refused = SqliteControl::of(dir.path()).open(Access::Own);
    assert!(matches!(refused, Err(ControlStoreError::Key { .. })), "{refused:?}");
    assert!(found(dir.path())[0].contains("without the log's key"));
}

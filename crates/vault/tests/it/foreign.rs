//! What another hand, without a key, puts into the database or beside it is refused by name and left as it is.

use std::path::Path;

use indelible_vault::{KeyStore as _, SqliteKeys, VaultError};
use rusqlite::Connection;

use crate::damage::closed_vault;
use crate::{check, create, try_open};

/// Changes the database as its owner would not, in write-ahead mode, and leaves nothing beside it.
fn change(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    connection.close().unwrap();
}

/// Claims that the vault is neither opened nor called sound, that `name` is told, and that no file beside it changes.
fn is_refused(dir: &Path, file: &str, name: &str) {
    let before = std::fs::read(dir.join("vault.db")).unwrap();
    let error = try_open(dir).unwrap_err();
    assert!(matches!(&error, VaultError::Foreign { path, .. } if path.ends_with(file)), "{error}");
    assert!(error.to_string().contains(name), "{name}: {error}");
    let found = check(dir).findings;
    assert!(found.iter().any(|found| found.file.ends_with(file) && found.what.contains(name)), "{name}: {found:?}");
    assert_eq!(std::fs::read(dir.join("vault.db")).unwrap(), before, "{name}");
}

#[test]
fn a_schema_of_another_hand_is_refused_by_name() {
    for (name, sql) in [
        ("trigger t ", "CREATE TRIGGER t BEFORE INSERT ON person BEGIN SELECT raise(ignore); END"),
        ("trigger t ", "CREATE TRIGGER t AFTER INSERT ON person BEGIN DELETE FROM person WHERE id <> new.id; END"),
        ("table keep ", "CREATE TABLE keep (id, wrapped)"),
        ("view v ", "CREATE VIEW v AS SELECT * FROM person"),
        ("table person ", "ALTER TABLE person RENAME TO p2; CREATE VIEW person AS SELECT * FROM p2"),
        ("table person ", "ALTER TABLE person ADD COLUMN note TEXT"),
        ("index person_live is missing", "DROP INDEX person_live"),
        ("index other ", "CREATE INDEX other ON person (subject)"),
        ("table sqlite_stat1 ", "ANALYZE"),
        ("table words ", "CREATE VIRTUAL TABLE words USING fts5(text)"),
        (
            "index person_live ",
            "DROP INDEX person_live; CREATE INDEX person_live ON person (scope, kind, subject) WHERE destroyed_us IS NULL",
        ),
    ] {
        let dir = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        change(&dir.path().join("vault.db"), sql);
        if let VaultError::Foreign { what, .. } = try_open(dir.path()).unwrap_err() {
            assert!(what.contains("its schema was altered"), "{what}");
        }
        is_refused(dir.path(), "vault.db", name);
    }
}

#[test]
fn a_schema_altered_in_the_write_ahead_log_alone_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    closed_vault(dir.path());
    let path = dir.path().join("vault.db");
    let whole = std::fs::read(&path).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE keep (id)").unwrap();
    let log = std::fs::read(dir.path().join("vault.db-wal")).unwrap();
    connection.close().unwrap();
    std::fs::write(&path, &whole).unwrap();
    std::fs::write(dir.path().join("vault.db-wal"), &log).unwrap();
    is_refused(dir.path(), "vault.db", "table keep ");
    assert_eq!(std::fs::read(dir.path().join("vault.db-wal")).unwrap(), log);
}

#[test]
fn a_header_altered_in_the_write_ahead_log_alone_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    closed_vault(dir.path());
    let path = dir.path().join("vault.db");
    let whole = std::fs::read(&path).unwrap();
    let log = dir.path().join("vault.db-wal");
    for (at, byte) in [(18, 1), (19, 1), (20, 32), (16, 8), (64, 1), (80, 1)] {
        let mut page = whole[..4096].to_vec();
        page[at] = byte;
        let planted = log_of(&page, whole.len() / 4096);
        std::fs::write(&log, &planted).unwrap();
        is_refused(dir.path(), "vault.db-wal", "");
        // A write that power loss cut short counts for nothing.
        std::fs::write(&log, &planted[..planted.len() - 1]).unwrap();
        try_open(dir.path()).unwrap();
    }
    std::fs::write(&log, log_of(&whole[..4096], whole.len() / 4096)).unwrap();
    try_open(dir.path()).unwrap();
}

/// A write-ahead log of one transaction, which writes the first page.
///
/// Source: SQLite's file format, "The Write-Ahead Log".
fn log_of(page: &[u8], pages: usize) -> Vec<u8> {
    let mut sums = (0_u32, 0_u32);
    let mut sum = |bytes: &[u8]| {
        for pair in bytes.chunks(8) {
            let word = |at: usize| u32::from_le_bytes(pair[at..at + 4].try_into().unwrap());
            sums.0 = sums.0.wrapping_add(word(0)).wrapping_add(sums.1);
            sums.1 = sums.1.wrapping_add(word(4)).wrapping_add(sums.0);
        }
        [sums.0.to_be_bytes(), sums.1.to_be_bytes()].concat()
    };
    let numbers = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let head = numbers(&[0x377f_0682, 3_007_000, 4096, 0, 7, 9]);
    let head_sums = sum(&head);
    let frame = numbers(&[1, u32::try_from(pages).unwrap()]);
    sum(&frame);
    let frame_sums = sum(page);
    [head, head_sums, frame, numbers(&[7, 9]), frame_sums, page.to_vec()].concat()
}

#[test]
fn a_rollback_journal_is_refused_before_sqlite_sees_it() {
    let dir = tempfile::tempdir().unwrap();
    closed_vault(dir.path());
    let journal = dir.path().join("vault.db-journal");
    for content in [b"garbage".to_vec(), Vec::new(), hot_journal(&dir.path().join("vault.db"))] {
        std::fs::write(&journal, &content).unwrap();
        is_refused(dir.path(), "vault.db-journal", "rollback journal");
        assert!(SqliteKeys::of(dir.path()).is_fresh().is_err());
        assert_eq!(std::fs::read(&journal).unwrap(), content);
    }
    std::fs::remove_file(&journal).unwrap();
    std::os::unix::fs::symlink("/nowhere", &journal).unwrap();
    is_refused(dir.path(), "vault.db-journal", "rollback journal");
    std::fs::remove_file(&journal).unwrap();
    try_open(dir.path()).unwrap();
}

/// A journal that SQLite believes, which empties page 2.
///
/// Source: SQLite's file format, "The Rollback Journal".
fn hot_journal(database: &Path) -> Vec<u8> {
    let pages = u32::try_from(std::fs::read(database).unwrap().len() / 4096).unwrap();
    let mut journal = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7].to_vec();
    for number in [1, 7, pages, 512, 4096_u32] {
        journal.extend(number.to_be_bytes());
    }
    journal.resize(512, 0);
    journal.extend(2_u32.to_be_bytes());
    journal.extend([0; 4096]);
    // The checksum of a page of zeroes is the nonce.
    journal.extend(7_u32.to_be_bytes());
    journal
}

#[test]
fn a_database_that_is_not_in_write_ahead_mode_is_refused_and_not_switched() {
    for sql in [
        "PRAGMA journal_mode = DELETE",
        "PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = 1; VACUUM; PRAGMA journal_mode = WAL",
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM; PRAGMA journal_mode = WAL",
    ] {
        let dir = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        change(&dir.path().join("vault.db"), sql);
        is_refused(dir.path(), "vault.db", "vault");
    }
}

#[test]
fn what_is_no_file_is_refused_under_every_name() {
    for name in ["vault.db", "vault.db-wal", "vault.db-shm", "keys/root", "keys/log"] {
        let dir = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        let path = dir.path().join(name);
        let lay = |lay: &dyn Fn(&Path)| {
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path));
            lay(&path);
            assert!(try_open(dir.path()).is_err(), "{name}");
            let found = check(dir.path()).findings;
            assert!(found.iter().any(|found| found.file == path), "{name}: {found:?}");
        };
        lay(&|path| std::os::unix::fs::symlink("/dev/zero", path).unwrap());
        lay(&|path| std::fs::create_dir(path).unwrap());
        lay(&|path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()));
        lay(&|path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success()));
    }
}

#[test]
fn a_creation_finds_its_own_database_and_takes_no_others() {
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    assert!(SqliteKeys::of(dir.path()).is_fresh().unwrap());
    drop(create(dir.path()));
    assert!(SqliteKeys::of(dir.path()).is_fresh().unwrap(), "completed, it is as it was");
    closed_vault(dir.path());
    assert!(!SqliteKeys::of(dir.path()).is_fresh().unwrap());
    let path = dir.path().join("vault.db");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(dir.path().join("vault.db-wal"), "of another database").unwrap();
    let made = indelible_vault::Vault::create(dir.path(), crate::surroundings(dir.path(), 1));
    assert!(matches!(made, Err(VaultError::Foreign { .. })));
    assert!(!path.exists());
}

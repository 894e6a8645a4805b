//! Altered files are noticed, and the message names the place.

use std::path::Path;

use env::SystemDisk;
use event::{Keys as _, PersonId};
use indelible_vault::{RootKey, Vault, VaultError};

use crate::{check, create, reopen, surroundings, try_open, user};

/// A vault of five persons, closed; their handles.
pub fn closed_vault(dir: &Path) -> Vec<PersonId> {
    let vault = create(dir);
    let ids = (0..5).map(|n| vault.person(&user(&n.to_string())).unwrap().id()).collect();
    vault.make_durable(vault.made()).unwrap();
    ids
}

#[test]
fn a_whole_vault_has_no_findings() {
    let dir = tempfile::tempdir().unwrap();
    closed_vault(dir.path());
    let found = check(dir.path());
    assert_eq!((found.live, found.destroyed, found.findings), (5, 0, vec![]));
    let vault = reopen(dir.path());
    vault.person(&user("new")).unwrap();
    vault.make_durable(vault.made()).unwrap();
    let found = vault.check();
    assert_eq!((found.live, found.findings), (6, vec![]), "what is still in the write-ahead log counts");
}

#[test]
fn every_flipped_bit_of_a_key_file_is_noticed_and_the_file_named() {
    let dir = tempfile::tempdir().unwrap();
    closed_vault(dir.path());
    for name in ["keys/root", "keys/log"] {
        let path = dir.path().join(name);
        let whole = std::fs::read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &flipped).unwrap();
            let error = match RootKey::read(&SystemDisk, dir.path()) {
                Err(error) => error,
                // Only the log's keys are altered: what opening reads first.
                Ok(root) => Vault::open(dir.path(), surroundings(dir.path(), 2), &root).unwrap_err(),
            };
            assert!(
                matches!(&error, VaultError::KeyFile { path, .. } if path.ends_with(name)),
                "{name} {bit}: {error}"
            );
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(try_open(dir.path()).is_err(), "cut short");
        let found = check(dir.path());
        assert!(found.findings.iter().any(|finding| finding.file == path), "{found:?}");
        std::fs::write(&path, &whole).unwrap();
    }
    try_open(dir.path()).unwrap();
}

#[test]
fn every_flipped_byte_of_a_wrapped_key_is_noticed_and_its_row_named() {
    let dir = tempfile::tempdir().unwrap();
    let ids = closed_vault(dir.path());
    let path = dir.path().join("vault.db");
    let whole = std::fs::read(&path).unwrap();
    let connection = rusqlite::Connection::open(&path).unwrap();
    let (wrapped, row): (Vec<u8>, i64) = connection
        .query_row("SELECT wrapped, rowid FROM person WHERE id = ?1", [ids[2].0], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    connection.close().unwrap();
    let at = whole.windows(wrapped.len()).position(|window| window == wrapped).unwrap();
    for byte in 0..wrapped.len() {
        let mut flipped = whole.clone();
        flipped[at + byte] ^= 0x10;
        std::fs::write(&path, &flipped).unwrap();
        let found = check(dir.path());
        assert_eq!(found.findings.len(), 1, "{found:?}");
        assert_eq!((&found.findings[0].file, found.findings[0].row), (&path, Some(row)));
        let error = try_open(dir.path()).unwrap_err();
        assert!(matches!(error, VaultError::Row { row: named, .. } if named == row), "{error}");
    }
}

#[test]
fn a_row_altered_by_hand_is_noticed() {
    for change in [
        "UPDATE person SET subject = 'x' WHERE rowid = 3",
        "UPDATE person SET scope = 'sacme' WHERE rowid = 3",
        "UPDATE person SET kind = 'token' WHERE rowid = 3",
        "UPDATE person SET created_us = created_us + 1 WHERE rowid = 3",
        "UPDATE person SET id = randomblob(16) WHERE rowid = 3",
        "UPDATE person SET wrapped = (SELECT wrapped FROM person WHERE rowid = 2) WHERE rowid = 3",
        "UPDATE person SET destroyed_us = 7 WHERE rowid = 3",
        "UPDATE person SET wrapped = NULL WHERE rowid = 3",
    ] {
        let dir = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        let connection = rusqlite::Connection::open(dir.path().join("vault.db")).unwrap();
        connection.pragma_update(None, "ignore_check_constraints", true).unwrap();
        connection.execute(change, []).unwrap();
        connection.close().unwrap();
        let error = try_open(dir.path()).unwrap_err();
        assert!(matches!(error, VaultError::Row { row: 3, .. }), "{change}: {error}");
        let found = check(dir.path());
        let rows: Vec<_> = found.findings.iter().filter_map(|finding| finding.row).collect();
        assert_eq!(rows, [3], "{change}: {found:?}");
    }
}

#[test]
fn bytes_behind_the_last_page_are_noticed() {
    for more in [1, 4096] {
        let dir = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        let path = dir.path().join("vault.db");
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, [whole, vec![0; more]].concat()).unwrap();
        let found = check(dir.path()).findings;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].file == path && found[0].what.contains(&format!("{more} byte")), "{found:?}");
    }
}

#[test]
fn another_log_s_files_are_refused() {
    for (name, other_path) in [("keys/root", "keys/log"), ("keys/log", "keys/log"), ("vault.db", "vault.db")] {
        let dir = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        let vault = Vault::create(other.path(), surroundings(other.path(), 99)).unwrap();
        vault.person(&user("other")).unwrap();
        vault.make_durable(vault.made()).unwrap();
        drop(vault);
        std::fs::copy(other.path().join(name), dir.path().join(name)).unwrap();
        let error = try_open(dir.path()).unwrap_err();
        assert!(error.to_string().contains(other_path), "{name}: {error}");
        assert!(!check(dir.path()).findings.is_empty(), "{name}");
    }
}

#[test]
fn missing_and_foreign_files_are_findings() {
    for name in ["keys/root", "keys/log", "vault.db"] {
        let dir = tempfile::tempdir().unwrap();
        closed_vault(dir.path());
        let path = dir.path().join(name);
        std::fs::remove_file(&path).unwrap();
        assert!(try_open(dir.path()).is_err(), "{name}");
        let found = check(dir.path());
        assert!(found.findings.iter().any(|finding| finding.file == path), "{name}: {found:?}");
    }
    let dir = tempfile::tempdir().unwrap();
    closed_vault(dir.path());
    let path = dir.path().join("vault.db");
    for text in ["not a database".to_owned(), "not a database, but long enough to be looked at ".repeat(9)] {
        std::fs::write(&path, text).unwrap();
        assert!(matches!(try_open(dir.path()), Err(VaultError::Foreign { .. })));
    }
    assert!(!check(dir.path()).findings.is_empty());
    std::fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute("CREATE TABLE person (id)", []).unwrap();
    assert!(matches!(try_open(dir.path()), Err(VaultError::Format { .. })));
    assert!(!check(dir.path()).findings.is_empty());
}

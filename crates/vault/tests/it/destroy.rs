//! Destroying a key.

use std::path::Path;
use std::sync::Arc;

use event::Keys as _;
use indelible_vault::{KeyState, Vault};

use crate::{check, create, identity, reopen, user};

fn wrapped_key(dir: &Path, id: &[u8; 16]) -> Vec<u8> {
    let connection = rusqlite::Connection::open(dir.join("vault.db")).unwrap();
    connection.query_row("SELECT wrapped FROM person WHERE id = ?1", [id], |row| row.get(0)).unwrap()
}

/// Whether a file of the vault holds these bytes, or any 16 of them in a row.
fn remains(dir: &Path, bytes: &[u8]) -> Option<String> {
    let names = ["vault.db", "vault.db-wal", "vault.db-journal"];
    let held = names.into_iter().filter_map(|name| Some((name, std::fs::read(dir.join(name)).ok()?)));
    let piece_in = |file: &[u8]| bytes.windows(16).any(|piece| file.windows(16).any(|window| window == piece));
    held.into_iter().find(|(_, file)| piece_in(file)).map(|(name, _)| name.to_owned())
}

#[test]
fn a_destroyed_key_opens_nothing_ever_again() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("1")).unwrap();
    let sealed = vault.seal(&key, &identity(&key, "Ada Lovelace", "ada@example.org"));
    vault.make_durable(vault.made()).unwrap();
    assert_eq!(vault.destroy(&user("1")).unwrap(), Some(key.id()));
    assert_eq!(vault.open_sealed(&sealed), Ok(None));
    assert_eq!(vault.key_state(key.id()), KeyState::Destroyed);
    assert_eq!(vault.destroy(&user("1")).unwrap(), None, "there is nothing left to destroy");
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!(vault.open_sealed(&sealed), Ok(None));
    let found = check(dir.path());
    assert_eq!((found.live, found.destroyed, found.findings), (0, 1, vec![]));
}

#[test]
fn no_byte_of_the_wrapped_key_remains_in_the_files() {
    for durable_first in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let vault = create(dir.path());
        // Neighbours on the same page, before and after.
        for n in 0..20 {
            vault.person(&user(&format!("before {n}"))).unwrap();
        }
        let key = vault.person(&user("1")).unwrap();
        for n in 0..20 {
            vault.person(&user(&format!("after {n}"))).unwrap();
        }
        vault.make_durable(vault.made()).unwrap();
        let wrapped = wrapped_key(dir.path(), &key.id().0);
        let vault = if durable_first {
            // The key has moved from the write-ahead log into the file.
            drop(vault);
            reopen(dir.path())
        } else {
            vault
        };
        assert!(remains(dir.path(), &wrapped).is_some(), "it is there before");
        vault.destroy(&user("1")).unwrap();
        assert_eq!(remains(dir.path(), &wrapped), None);
        assert_eq!(vault.check().findings, vec![]);
        assert_eq!(vault.check().live, 40);
    }
}

#[test]
fn a_key_that_was_never_durable_is_destroyed_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("1")).unwrap();
    vault.destroy(&user("1")).unwrap();
    vault.make_durable(vault.made()).unwrap();
    drop(vault);
    assert_eq!(reopen(dir.path()).key_state(key.id()), KeyState::Destroyed);
}

#[test]
fn the_same_person_s_later_events_get_a_new_key() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let old = vault.person(&user("1")).unwrap();
    let sealed = vault.seal(&old, &identity(&old, "Ada Lovelace", "ada@example.org"));
    vault.destroy(&user("1")).unwrap();
    let new = vault.person(&user("1")).unwrap();
    assert_ne!(new.id(), old.id());
    assert_ne!(new.secret(), old.secret());
    vault.make_durable(vault.made()).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!(vault.person(&user("1")).unwrap().id(), new.id());
    assert_eq!(vault.open_sealed(&sealed), Ok(None));
    assert_eq!(vault.destroy(&user("1")).unwrap(), Some(new.id()), "a second erasure");
}

#[test]
fn open_identities_go_with_the_key_and_do_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let ada = vault.person(&user("1")).unwrap();
    let bob = vault.person(&user("2")).unwrap();
    for (key, name) in [(&ada, "Ada Lovelace"), (&bob, "Bob Lovelace")] {
        let disclosure = identity(key, name, "x@example.org");
        vault.remember_identity(disclosure.digest, key.id(), &disclosure.json).unwrap();
    }
    assert_eq!(vault.identities_matching("/actor/name", "Lovelace", false).len(), 2);
    vault.destroy(&user("1")).unwrap();
    let ada_again = identity(&ada, "Ada Lovelace", "x@example.org");
    vault.remember_identity(ada_again.digest, ada.id(), &ada_again.json).unwrap();
    let left = vault.identities_matching("/actor/name", "Lovelace", false);
    assert_eq!(left, [identity(&bob, "Bob Lovelace", "x@example.org").digest]);
}

#[test]
fn what_is_kept_ready_of_a_key_goes_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let ready = Arc::downgrade(&vault.person(&user("1")).unwrap());
    let old = ready.upgrade().expect("it was used a moment ago").id();
    vault.destroy(&user("1")).unwrap();
    assert!(ready.upgrade().is_none());
    assert_ne!(vault.person(&user("1")).unwrap().id(), old);
}

#[test]
fn a_stranger_s_key_is_not_there_to_be_destroyed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    assert_eq!(vault.destroy(&user("nobody")).unwrap(), None);
}

#[test]
fn a_dictionary_finds_who_a_pseudonym_is_until_the_person_is_erased() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let dictionary = ["ada@example.org", "bob@example.org", "carl@example.org"];
    let pseudonyms = dictionary.map(|address| vault.pseudonym(&user(address)));
    vault.make_durable(vault.made()).unwrap();
    let named = |vault: &Vault| dictionary.map(|address| pseudonyms.contains(&vault.pseudonym(&user(address))));
    assert_eq!(named(&vault), [true; 3], "so it can be found");
    let gone = vault.destroy(&user(&pseudonyms[1])).unwrap().unwrap();
    assert_eq!(named(&vault), [true, false, true], "the address has another pseudonym now");
    assert_ne!(vault.person(&user(&vault.pseudonym(&user("bob@example.org")))).unwrap().id(), gone);
    drop(vault);
    // What was made since is not durable, and so is gone; what the erased one was is not to be had again.
    let vault = reopen(dir.path());
    assert_eq!(named(&vault), [true, false, true]);
    assert!(vault.check().findings.is_empty());
    let database = std::fs::read(dir.path().join("vault.db")).unwrap();
    assert!(!database.windows(7).any(|window| window == b"example"));
}

//! Who gets which key, and what survives.

use std::os::unix::fs::PermissionsExt as _;

use env::SystemDisk;
use event::{Keys as _, Person, personal::Scope};
use indelible_vault::{KeyState, RootKey, Vault, VaultError};

use crate::{create, reopen, surroundings, user};

#[test]
fn a_person_has_one_key_and_keeps_it() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = {
        let vault = create(dir.path());
        let first = vault.person(&user("1")).unwrap();
        assert_eq!(vault.person(&user("1")).unwrap().id(), first.id());
        let second = vault.person(&user("2")).unwrap();
        assert_ne!(first.secret(), second.secret());
        assert_eq!(vault.make_durable(vault.made()).unwrap(), 2);
        let before = vault.made();
        vault.person(&user("3")).unwrap();
        assert_eq!(vault.make_durable(before).unwrap(), 0, "they are durable, and the third has time");
        assert_eq!(vault.make_durable(vault.made()).unwrap(), 1);
        (first, second)
    };
    let vault = reopen(dir.path());
    for (id, key) in [("1", &first), ("2", &second)] {
        let again = vault.person(&user(id)).unwrap();
        assert_eq!((again.id(), again.secret()), (key.id(), key.secret()));
        assert_eq!(vault.key_state(key.id()), KeyState::Live);
    }
    assert_eq!(vault.make_durable(vault.made()).unwrap(), 0);
}

#[test]
fn the_same_id_elsewhere_is_another_person() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let people = [
        user("77"),
        Person { scope: Scope::Organization("umbrella"), kind: "user", id: "77" },
        Person { scope: Scope::Source("acme"), kind: "user", id: "77" },
        Person { scope: Scope::Organization("acme"), kind: "anonymous", id: "77" },
        Person { scope: Scope::Organization("acmeuser"), kind: "", id: "77" },
        user("nul\0 and Ünïcode"),
        user(""),
    ];
    let keys: Vec<_> = people.iter().map(|person| vault.person(person).unwrap()).collect();
    for (n, key) in keys.iter().enumerate() {
        assert!(keys[..n].iter().all(|other| other.id() != key.id() && other.secret() != key.secret()));
    }
    vault.make_durable(vault.made()).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    for (person, key) in people.iter().zip(&keys) {
        assert_eq!(vault.person(person).unwrap().secret(), key.secret());
    }
}

#[test]
fn a_key_never_made_durable_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let first = create(dir.path()).person(&user("1")).unwrap();
    let vault = reopen(dir.path());
    assert_eq!(vault.key_state(first.id()), KeyState::Unknown);
    assert_ne!(vault.person(&user("1")).unwrap().secret(), first.secret());
}

#[test]
fn a_key_is_durable_without_a_clean_end() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("1")).unwrap();
    vault.make_durable(vault.made()).unwrap();
    // What a killed process leaves: the files as they are now, the write-ahead log among them.
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir(copy.path().join("keys")).unwrap();
    for name in ["keys/root", "keys/log", "vault.db", "vault.db-wal"] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    assert_eq!(reopen(copy.path()).person(&user("1")).unwrap().secret(), key.secret());
}

#[test]
fn pseudonyms_and_seeds_of_indexes_stay_and_are_the_log_s_own() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let pseudonym = vault.pseudonym(&user("ada@example.org"));
    let seed = vault.index_seed();
    let mac_key = vault.index_mac_key();
    assert!(pseudonym.starts_with("p_") && pseudonym.len() == 24);
    assert_ne!(vault.pseudonym(&Person { kind: "mailbox", ..user("ada@example.org") }), pseudonym);
    vault.make_durable(vault.made()).unwrap();
    drop(vault);
    let vault = reopen(dir.path());
    assert_eq!(vault.pseudonym(&user("ada@example.org")), pseudonym);
    assert_eq!((vault.index_seed(), vault.index_mac_key()), (seed, mac_key));
    let other_dir = tempfile::tempdir().unwrap();
    let other = Vault::create(other_dir.path(), surroundings(other_dir.path(), 99)).unwrap();
    assert_ne!(other.pseudonym(&user("ada@example.org")), pseudonym);
    assert_ne!(other.index_seed(), seed);
    assert_ne!(other.index_mac_key(), mac_key);
}

#[test]
fn what_the_index_holds_for_an_address_is_read_and_found_until_the_person_is_erased() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let ip = "192.0.2.1".parse().unwrap();
    let keys = ["1", "2", "3"].map(|id| vault.person(&user(id)).unwrap());
    let values = keys.each_ref().map(|key| vault.address_of(key.id(), "192.0.2.1").unwrap());
    let in_line = vault.address_in_line("192.0.2.1").unwrap();
    let mut all = [&values[..], &[in_line]].concat();
    all.sort_unstable();
    assert_eq!(vault.address_values(ip), all);
    assert!(all.iter().all(|value| vault.reveal_address(value) == Some(ip) && !vault.is_of_erased(value)));
    vault.destroy(&user("2")).unwrap().unwrap();
    for vault in [vault, reopen(dir.path())] {
        assert_eq!(vault.reveal_address(&values[1]), None);
        assert_eq!(vault.address_of(keys[1].id(), "192.0.2.1"), None);
        assert!(vault.is_of_erased(&values[1]) && !vault.is_of_erased(&values[0]));
        let left = vault.address_values(ip);
        assert!(left.len() == 3 && !left.contains(&values[1]));
    }
    for none in ["unknown", "", "192.0.2.1:443", "fe80::1%eth0"] {
        assert_eq!(reopen(dir.path()).address_in_line(none), None);
    }
}

#[test]
fn only_the_owner_reads_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    vault.person(&user("1")).unwrap();
    vault.make_durable(vault.made()).unwrap();
    let mode = |name| std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("keys"), 0o700);
    for name in ["keys/root", "keys/log", "vault.db", "vault.db-wal"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[test]
fn a_creation_cut_short_is_completed() {
    for missing in [&["vault.db"][..], &["vault.db", "keys/log"], &["vault.db", "keys/log", "keys/root"]] {
        let dir = tempfile::tempdir().unwrap();
        drop(create(dir.path()));
        missing.iter().for_each(|name| std::fs::remove_file(dir.path().join(name)).unwrap());
        let vault = create(dir.path());
        vault.person(&user("1")).unwrap();
        vault.make_durable(vault.made()).unwrap();
    }
    // The database appears whole, so an empty one is not of a creation.
    let dir = tempfile::tempdir().unwrap();
    drop(create(dir.path()));
    std::fs::write(dir.path().join("vault.db"), b"").unwrap();
    let error = Vault::create(dir.path(), surroundings(dir.path(), 3)).unwrap_err();
    assert!(matches!(error, VaultError::Foreign { .. }), "{error}");
    std::fs::rename(dir.path().join("vault.db"), dir.path().join("vault.db.tmp")).unwrap();
    create(dir.path()).person(&user("1")).unwrap();
    assert!(!dir.path().join("vault.db.tmp").exists());
}

#[test]
fn lost_keys_are_not_replaced_beside_a_database() {
    for lost in ["keys/root", "keys/log"] {
        let dir = tempfile::tempdir().unwrap();
        drop(create(dir.path()));
        std::fs::remove_file(dir.path().join(lost)).unwrap();
        let error = Vault::create(dir.path(), surroundings(dir.path(), 3)).unwrap_err();
        assert!(matches!(&error, VaultError::KeyFile { path, .. } if path.ends_with(lost)), "{error}");
        assert!(!dir.path().join(lost).exists());
    }
}

#[test]
fn creating_again_opens_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let vault = create(dir.path());
    let key = vault.person(&user("1")).unwrap();
    vault.make_durable(vault.made()).unwrap();
    drop(vault);
    let vault = Vault::create(dir.path(), surroundings(dir.path(), 5)).unwrap();
    assert_eq!(vault.person(&user("1")).unwrap().secret(), key.secret());
    assert!(!format!("{:?}", RootKey::read(&SystemDisk, dir.path()).unwrap()).is_empty());
}

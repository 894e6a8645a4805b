//! A log over another key store than `vault.db`.

use std::sync::Arc;

use engine::verify::{Expect, Verification, verify_directory};
use engine::{Log, SubmitError, World, inspect};
use env::fake::Fault;
use search::parse_query;
use vault::fake::FakeKeyStore;

use crate::{Folder, events, everything, submit};

fn world(keys: &FakeKeyStore) -> World {
    World { keys: Some(Arc::new(keys.clone())), ..World::system() }
}

fn open(folder: &Folder, keys: &FakeKeyStore) -> Log {
    Log::open(folder.config(), world(keys)).unwrap()
}

fn verify(folder: &Folder, world: &World) -> Verification {
    verify_directory(&folder.config(), world, &Expect::default(), &|_, _| {}).unwrap()
}

/// How many entries name this person, by a value that their key opens.
fn named(log: &Log, text: &str) -> usize {
    let predicate = parse_query(text, &jiff::tz::TimeZone::UTC).unwrap();
    let found = inspect::ask(log, &inspect::view(log), &predicate, |question| {
        search::scan(question, search::Order::Leaf).map(|hit| hit.map(|hit| hit.leaf)).collect::<Result<Vec<_>, _>>()
    });
    found.unwrap().len()
}

#[test]
fn a_log_keeps_its_persons_in_the_store_it_is_given_and_finds_them_there() {
    let folder = Folder::new();
    let keys = FakeKeyStore::new();
    let log = open(&folder, &keys);
    submit(&log, &events(0, 14)).unwrap();
    log.seal().unwrap();
    submit(&log, &events(14, 7)).unwrap();
    log.close().unwrap();
    let log = open(&folder, &keys);
    assert_eq!(named(&log, "actor_name:\"Person Number3\""), 3);
    log.close().unwrap();
    assert_eq!(keys.rows().len(), 7);
    assert!(!folder.data().join("vault.db").exists());
    assert_eq!(verify(&folder, &world(&keys)).findings, []);
    let without = verify(&folder, &World::system()).findings;
    assert!(without.iter().any(|finding| finding.file.ends_with("vault.db")), "{without:?}");
}

#[test]
fn an_entry_is_written_after_the_keys_it_needs_are_durable_or_not_at_all() {
    let folder = Folder::new();
    let keys = FakeKeyStore::new();
    let log = open(&folder, &keys);
    submit(&log, &events(0, 3)).unwrap();
    let before = everything(&log);
    let operations = keys.operations();
    submit(&log, &events(0, 3)).unwrap();
    assert_eq!(keys.operations(), operations, "nobody is new");
    keys.fail_at(0, Fault::PowerLoss);
    let refused = submit(&log, &events(3, 3)).unwrap_err();
    assert!(matches!(refused, SubmitError::Stopped { .. }), "{refused:?}");
    drop(log);
    keys.crash(7);
    let log = open(&folder, &keys);
    let entries = everything(&log);
    assert!(entries.starts_with(&before));
    assert_eq!(named(&log, "door"), 3, "none of the three that were refused");
    submit(&log, &events(3, 3)).unwrap();
    log.close().unwrap();
    assert_eq!(verify(&folder, &world(&keys)).findings, []);
}

#[test]
fn all_new_persons_of_a_request_are_one_transaction() {
    let folder = Folder::new();
    let keys = FakeKeyStore::new();
    let log = open(&folder, &keys);
    let before = keys.operations();
    submit(&log, &events(0, 7)).unwrap();
    assert_eq!((keys.operations() - before, keys.rows().len()), (1, 7));
}

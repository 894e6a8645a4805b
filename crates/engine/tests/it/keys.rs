//! A log over another key store than `vault.db`, and over a disk in memory besides.

use std::path::Path;
use std::sync::Arc;

use engine::verify::{Expect, Verification, verify_directory};
use engine::{Config, Log, OpenLogError, SubmitError, World, inspect};
use env::LockError;
use env::fake::{Fault, FaultyDisk};
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

#[test]
fn a_log_of_which_all_lies_in_memory_is_whole_after_every_power_loss() {
    let config = Config { marks: "/marks".into(), reserve_bytes: 1 << 20, ..Config::new(Path::new("/log")) };
    let disk = FaultyDisk::new();
    let keys = FakeKeyStore::new();
    let world = World { disk: Arc::new(disk.clone()), ..world(&keys) };
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let log = Log::open(config.clone(), world.clone()).unwrap();
        assert!(everything(&log).starts_with(&acknowledged), "round {round}");
        let second = Log::open(config.clone(), world.clone()).err();
        assert!(matches!(second, Some(OpenLogError::Lock(LockError::Held { .. }))), "{second:?}");
        submit(&log, &events(round * 30, 20)).unwrap();
        log.seal().unwrap();
        submit(&log, &events(round * 30 + 20, 5)).unwrap();
        acknowledged = everything(&log);
        disk.fail_at(0, Fault::PowerLoss);
        assert!(submit(&log, &events(round * 30 + 25, 5)).is_err());
        drop(log);
        disk.crash(round as u64);
        keys.crash(round as u64);
    }
    Log::open(config.clone(), world.clone()).unwrap().close().unwrap();
    let verified = verify_directory(&config, &world, &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, []);
    assert!(verified.size >= acknowledged.len() as u64);
}

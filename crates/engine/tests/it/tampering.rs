//! Relations that `verify` and a start look at beside the bytes: keys and erasures, times, and what a running log finds.

use std::sync::Arc;

use engine::verify::{Expect, Finding, verify_directory};
use engine::{Config, Log, OpenLogError, Own, World};
use env::fake::{ManualClock, SeededRandom};
use env::{Clock, SystemDisk};
use event::{Keys, Person, PersonId, personal::Scope};
use vault::{RootKey, Surroundings, Vault};

use crate::destroying::copy;
use crate::{Folder, events, files, submit};

const NOW_US: i64 = 1_900_000_000_000_000;
const YEAR_US: i64 = 365 * 24 * 3_600 * 1_000_000;

fn findings(folder: &Folder, world: &World) -> Vec<Finding> {
    verify_directory(&folder.config(), world, &Expect::default(), &|_, _| {}).unwrap().findings
}

/// A log at rest: a segment, then a journal.
fn sample() -> Folder {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 40)).unwrap();
    log.seal().unwrap();
    submit(&log, &events(40, 20)).unwrap();
    log.close().unwrap();
    folder
}

/// The handle of a person's key.
fn handle(folder: &Folder, id: &str) -> PersonId {
    open_vault(folder).person(&Person { scope: Scope::Source("test"), kind: "user", id }).unwrap().id()
}

/// An error and its causes.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut error = error.source();
    while let Some(at) = error {
        text = format!("{text}: {at}");
        error = at.source();
    }
    text
}

/// Destroys a person's key as somebody with the keys would, without the log.
fn destroy(folder: &Folder, id: &str) -> PersonId {
    let person = Person { scope: Scope::Source("test"), kind: "user", id };
    open_vault(folder).destroy(&person).unwrap().unwrap()
}

pub(crate) fn open_vault(folder: &Folder) -> Vault {
    let surroundings = Surroundings {
        disk: Arc::new(SystemDisk),
        keys: World::system().key_store(&folder.data()),
        clock: Arc::new(ManualClock::at(NOW_US)),
        random: Arc::new(SeededRandom::new(1)),
        fold: index::fold,
    };
    let root = RootKey::read(&SystemDisk, &folder.data()).unwrap();
    Vault::open(&folder.data(), surroundings, &root).unwrap()
}

#[test]
fn a_destroyed_key_without_an_erasure_is_found_and_not_started_from() {
    let folder = sample();
    destroy(&folder, "u1");
    let found = findings(&folder, &World::system());
    assert!(found.iter().any(|found| found.what.contains("records an erasure")), "{found:?}");
    let refused = Log::open(folder.config(), World::system()).err();
    assert!(matches!(refused, Some(OpenLogError::Unexplained { .. })), "{refused:?}");
}

#[test]
fn an_erasure_by_the_log_itself_explains_a_destroyed_key_and_a_look_alike_does_not() {
    let folder = sample();
    let log = folder.open();
    let person = handle(&folder, "u1");
    log.record_own(&Own::Erased { person }).unwrap();
    log.close().unwrap();
    assert_eq!(destroy(&folder, "u1"), person);
    assert_eq!(findings(&folder, &World::system()), vec![]);
    folder.open().close().unwrap();

    let folder = sample();
    let log = folder.open();
    let text: String = handle(&folder, "u2").0.iter().map(|byte| format!("{byte:02x}")).collect();
    let look_alike = format!(r#"{{"action":"person.erased","resource":{{"type":"person","id":"{text}"}}}}"#);
    submit(&log, &look_alike).unwrap();
    log.close().unwrap();
    destroy(&folder, "u2");
    assert!(!findings(&folder, &World::system()).is_empty(), "another source explains nothing");
}

#[test]
fn entries_received_far_in_the_future_are_found_and_not_started_from() {
    let folder = Folder::new();
    // Nothing is signed meanwhile, nor sealed because it is years old, and a crash leaves the tail unsigned.
    let unsigned = |config: Config| Config {
        checkpoint_interval_us: 3_600_000_000,
        seal_age_us: i64::MAX,
        seal_quiet_us: i64::MAX,
        ..config
    };
    let config = unsigned(folder.config());
    let clock = Arc::new(ManualClock::at(NOW_US));
    let world = World { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..World::system() };
    let log = Log::open(config.clone(), world.clone()).unwrap();
    clock.step_to(NOW_US + 70 * YEAR_US);
    submit(&log, &events(0, 10)).unwrap();
    let crashed = Folder::new();
    copy(&folder.root(), &crashed.root());
    drop(log);
    let folder = crashed;
    let config = unsigned(folder.config());
    assert_eq!(findings(&folder, &world), vec![], "the clock of this machine says the same");
    clock.step_to(NOW_US);
    let found = findings(&folder, &world);
    assert!(found.iter().any(|found| found.what.contains("in the future") && found.leaves.is_some()), "{found:?}");
    let refused = with_causes(&Log::open(config, world).err().unwrap());
    assert!(refused.contains("leaf") && refused.contains("in the future"), "{refused}");
}

#[test]
fn a_running_log_names_the_file_and_leaves_of_what_it_finds() {
    let folder = sample();
    let log = folder.open();
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![]);
    drop(log);
    let lines = files(&folder.data()).into_iter().find(|file| file.to_string_lossy().ends_with(".ndjson.zst")).unwrap();
    let log = folder.open();
    let mut bytes = std::fs::read(&lines).unwrap();
    let middle = bytes.len() / 4;
    bytes[middle] ^= 1;
    std::fs::write(&lines, bytes).unwrap();
    let found = log.verify(&|_, _| {}).unwrap().findings;
    assert!(!found.is_empty());
    for found in found {
        assert_eq!(found.file, lines, "{found}");
        assert!(found.leaves.is_some(), "{found}");
    }
}

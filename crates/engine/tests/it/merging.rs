//! Small segments become one while the log serves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::verify::{Expect, verify_directory};
use engine::{Config, Log, Watch, World, inspect, reindex};

use super::limping::Limping;
use super::{Folder, events, everything, files, submit};

/// Waits until there are so many segments.
fn wait_for(log: &Log, segments: usize) {
    for _ in 0..600 {
        if log.segments() == segments {
            return;
        }
        log.wait_for_sealing(Duration::from_millis(100));
    }
    panic!("{} segments after a minute, not {segments}", log.segments());
}

fn count(log: &Log, query: &str) -> u64 {
    let predicate = search::parse_query(query, &jiff::tz::TimeZone::UTC).unwrap();
    inspect::ask(log, &inspect::view(log), &predicate, search::count).unwrap()
}

#[test]
fn a_tail_that_is_not_full_does_not_keep_segments_from_being_merged() {
    let folder = Folder::new();
    let log = Log::open(Config { merge_rows: 1, ..folder.config() }, World::system()).unwrap();
    for round in 0..8 {
        submit(&log, &events(round * 4, 4)).unwrap();
        log.seal().unwrap();
    }
    for round in 0..11 {
        submit(&log, &events(100 + round * 10_000, 10_000)).unwrap();
    }
    assert_eq!(log.segments(), 8);
    log.close().unwrap();
    let log = folder.open();
    wait_for(&log, 1);
    assert!(log.size() > 110_000, "the rest waits in the tail");
    log.close().unwrap();
}

#[test]
fn small_segments_become_one_and_nothing_else_changes() {
    let folder = Folder::new();
    let log = folder.open();
    for round in 0..7 {
        submit(&log, &events(round * 40, 40)).unwrap();
        log.seal().unwrap();
    }
    assert_eq!(log.segments(), 7, "seven are not merged");
    let held = inspect::view(&log);
    let before = everything(&log);
    submit(&log, &events(280, 40)).unwrap();
    log.seal().unwrap();
    wait_for(&log, 1);
    assert!(everything(&log).starts_with(&before));
    for (leaf, line) in &before {
        let (part, row) = held.find(*leaf).unwrap();
        assert_eq!(part.line(row).unwrap(), *line, "who read the old segments goes on reading them");
    }
    assert_eq!(count(&log, "actor_name:number3"), (0..320).filter(|n| n % 7 == 3).count() as u64);
    assert_eq!(count(&log, "ip:10.0.2.7"), (0..320).filter(|n| n % 5 == 2 && n % 250 == 7).count() as u64);
    let again = submit(&log, &events(0, 320)).unwrap();
    assert!(again.receipts.iter().flatten().all(|receipt| receipt.duplicate), "events are known by the merged segment");
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![]);

    let before = everything(&log);
    log.close().unwrap();
    let left = files(&folder.data().join("segments"));
    assert_eq!(left.len(), 3, "{left:?}");
    let config = folder.config();
    let verified = verify_directory(&config, &World::system(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, vec![]);
    let same = |name: &str, differs: bool| assert!(!differs, "the index of {name} is what its lines give");
    assert_eq!(reindex(&config, &World::system(), &Watch { each: &same, progress: &|_, _| {} }).unwrap(), 1);
    let log = folder.open();
    assert!(everything(&log).starts_with(&before));
    log.close().unwrap();
}

/// Segments of a log that was used by a version without merging, or whose merging was cut short.
#[test]
fn a_start_goes_on_merging() {
    let folder = Folder::new();
    for round in 0..8 {
        let log = folder.open();
        submit(&log, &events(round * 40, 40)).unwrap();
        log.seal().unwrap();
        drop(log);
    }
    let log = folder.open();
    submit(&log, &events(320, 1)).unwrap();
    log.seal().unwrap();
    wait_for(&log, 2);
    assert_eq!(count(&log, "actor_name:number3"), (0..321).filter(|n| n % 7 == 3).count() as u64);
}

/// As large segments are merged, with small ones.
#[test]
fn joined_segments_answer_for_the_others_while_sealing_goes_on() {
    let folder = Folder::new();
    let config = Config { merge_anew_rows: 0, ..folder.config() };
    let log = Log::open(config.clone(), World::system()).unwrap();
    for round in 0..7 {
        submit(&log, &events(round * 40, 40)).unwrap();
        log.seal().unwrap();
    }
    assert_eq!((log.segments(), log.entries_to_merge()), (7, 0), "seven are not merged");
    let held = inspect::view(&log);
    let before = everything(&log);
    submit(&log, &events(280, 40)).unwrap();
    log.seal().unwrap();
    submit(&log, &events(320, 3)).unwrap();
    log.seal().unwrap();
    wait_for(&log, 2);
    assert_eq!(log.entries_to_merge(), 0);
    assert!(everything(&log).starts_with(&before));
    for (leaf, line) in &before {
        let (part, row) = held.find(*leaf).unwrap();
        assert_eq!(part.line(row).unwrap(), *line, "who read the old segments goes on reading them");
    }
    assert_eq!(count(&log, "actor_name:number3"), (0..323).filter(|n| n % 7 == 3).count() as u64);
    assert_eq!(count(&log, "ip:10.0.2.7"), (0..323).filter(|n| n % 5 == 2 && n % 250 == 7).count() as u64);
    let again = submit(&log, &events(0, 323)).unwrap();
    assert!(again.receipts.iter().flatten().all(|receipt| receipt.duplicate), "events are known by the joined segment");
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![]);
    let before = everything(&log);
    log.close().unwrap();
    assert_eq!(files(&folder.data().join("segments")).len(), 6);
    let verified = verify_directory(&config, &World::system(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, vec![]);
    assert_eq!(reindex(&config, &World::system(), &Watch { each: &|_, _| {}, progress: &|_, _| {} }).unwrap(), 2);
    let log = Log::open(config, World::system()).unwrap();
    assert!(everything(&log).starts_with(&before));
    log.close().unwrap();
}

/// A log that takes in as much as it can is never at leisure.
#[test]
fn too_many_segments_are_joined_though_whole_ones_wait_to_be_sealed() {
    let folder = Folder::new();
    let config = Config { merge_rows: 1, seal_rows: 10, ..folder.config() };
    let log = Log::open(config.clone(), World::system()).unwrap();
    for round in 0..24 {
        submit(&log, &events(round * 10, 10)).unwrap();
        log.seal().unwrap();
    }
    submit(&log, &events(240, 20)).unwrap();
    log.close().unwrap();
    let config = Config { merge_rows: 1 << 20, merge_anew_rows: 0, ..config };
    let log = Log::open(config, World::system()).unwrap();
    wait_for(&log, 1);
    assert!(log.size() >= 260, "two whole segments wait in the tail");
    let again = submit(&log, &events(0, 260)).unwrap();
    assert!(again.receipts.iter().flatten().all(|receipt| receipt.duplicate));
    log.close().unwrap();
}

#[test]
fn nothing_is_joined_where_the_disk_has_no_room_for_it() {
    let folder = Folder::new();
    let config = Config { merge_anew_rows: 0, ..folder.config() };
    let disk = Arc::new(Limping { room: Some(64 << 20), ..Limping::default() });
    let world = World { disk: Arc::<Limping>::clone(&disk), ..World::system() };
    let log = Log::open(config.clone(), world).unwrap();
    for round in 0..10 {
        submit(&log, &events(round * 40, 40)).unwrap();
        log.seal().unwrap();
    }
    let begun = disk.asked.load(Ordering::Acquire);
    // Had joining begun, nobody would ask for room again before it has ended, and then there were fewer.
    while log.segments() == 10 && disk.asked.load(Ordering::Acquire) < begun + 2 {
        log.wait_for_sealing(Duration::from_millis(100));
    }
    assert_eq!(log.segments(), 10);
    log.close().unwrap();
    let log = Log::open(config, World::system()).unwrap();
    submit(&log, &events(400, 1)).unwrap();
    log.seal().unwrap();
    wait_for(&log, 2);
}

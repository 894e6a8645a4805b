//! One disk operation of making and publishing a segment fails, each in turn: the log goes on, the next attempt succeeds, nothing
//! unnamed is left, everything verifies, and a start finds it all.

use std::sync::Arc;
use std::time::Duration;

use engine::verify::{Expect, verify_directory};
use engine::{Config, Log, World};

use super::failing_once::{FailingOnce, FaultMode};
use super::{Folder, events, everything, files, submit};

/// How a log comes to publish a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Sealing,
    Merging,
    Joining,
}

/// Segments that are made one: the eighth is sealed last.
const MERGED: usize = 8;

fn config(folder: &Folder, by: By) -> Config {
    match by {
        By::Sealing => Config { merge_rows: 0, ..folder.config() },
        By::Merging => folder.config(),
        By::Joining => Config { merge_anew_rows: 0, ..folder.config() },
    }
}

/// A log about to publish: returns it when all that is missing is the entries of `last` and a seal.
fn prepare(folder: &Folder, by: By, disk: &FailingOnce) -> Log {
    let world = World { disk: Arc::new(disk.clone()), ..World::system() };
    let log = Log::open(config(folder, by), world).unwrap();
    let rounds = if by == By::Sealing { 1 } else { MERGED - 1 };
    for round in 0..rounds {
        submit(&log, &events(round * 3, 3)).unwrap();
        log.seal().unwrap();
    }
    submit(&log, &events(100, 3)).unwrap();
    log
}

/// Seals, and waits until what is to be merged is, or until something has failed, where it may.
fn publish(log: &Log, by: By, may_fail: bool) -> bool {
    let sealed = log.seal().is_ok();
    let merged = |log: &Log| by == By::Sealing || log.segments() <= 2;
    for _ in 0..1_000 {
        if merged(log) || (may_fail && !log.degraded().is_empty()) {
            break;
        }
        log.wait_for_sealing(Duration::from_millis(10));
    }
    sealed && merged(log)
}

/// The operations that publication takes without a fault: their kinds.
fn operations(by: By) -> Vec<String> {
    let folder = Folder::new();
    let disk = FailingOnce::default();
    let log = prepare(&folder, by, &disk);
    disk.arm(&[]);
    assert!(publish(&log, by, false));
    disk.disarm().0
}

fn check(by: By, failing: &[(u64, FaultMode)]) {
    let folder = Folder::new();
    let disk = FailingOnce::default();
    let log = prepare(&folder, by, &disk);
    disk.arm(failing);
    let first = publish(&log, by, true);
    let (_, failed) = disk.disarm();
    let case = format!("{by:?} {failing:?} {failed:?}");
    assert!(first || log.sealing_failures() > 0, "{case}: what failed is counted");
    submit(&log, &events(200, 2)).unwrap();
    let again = log.seal();
    assert!(again.is_ok(), "{case}: {again:?}");
    assert!(publish(&log, by, false), "{case}: segments {}", log.segments());
    assert_eq!(log.degraded(), vec![], "{case}");
    assert_eq!(log.sealed(), log.size(), "{case}");
    assert_eq!(log.verify(&|_, _| {}).unwrap().findings, vec![], "{case}");
    let before = everything(&log);
    let segments = log.segments();
    log.close().unwrap();
    if failing.len() > 1 {
        // What could not be removed either goes at the next start.
        folder.open().close().unwrap();
    }
    let left = files(&folder.data().join("segments"));
    assert_eq!(left.len(), 3 * segments, "{case}: {left:?}");
    let verified = verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, vec![], "{case}");
    assert!(everything(&folder.open()).starts_with(&before), "{case}");
}

/// The first operation of each kind fails.
fn each_kind_of_failure(by: By) {
    let kinds = operations(by);
    let mut chosen: Vec<u64> = Vec::new();
    for (at, kind) in kinds.iter().enumerate() {
        if !kinds[..at].contains(kind) {
            chosen.push(at as u64);
        }
    }
    assert!(chosen.len() > 20, "{kinds:?}");
    for nth in chosen {
        for how in [FaultMode::NotDone, FaultMode::Done] {
            check(by, &[(nth, how)]);
        }
    }
}

#[test]
fn sealing_goes_on_after_an_operation_of_any_kind_has_failed_once() {
    each_kind_of_failure(By::Sealing);
}

#[test]
fn merging_goes_on_after_an_operation_of_any_kind_has_failed_once() {
    each_kind_of_failure(By::Merging);
}

#[test]
fn joining_goes_on_after_an_operation_of_any_kind_has_failed_once() {
    each_kind_of_failure(By::Joining);
}

#[test]
#[ignore = "campaign: some thousand logs"]
fn publication_goes_on_after_any_operation_has_failed_and_sealing_after_any_two() {
    for by in [By::Sealing, By::Merging, By::Joining] {
        for nth in 0..operations(by).len() as u64 {
            for how in [FaultMode::NotDone, FaultMode::Done] {
                check(by, &[(nth, how)]);
            }
        }
    }
    // Once one has failed, others follow that there are not without.
    let count = operations(By::Sealing).len() as u64 + 40;
    for first in 0..count {
        for second in first + 1..count {
            check(By::Sealing, &[(first, FaultMode::NotDone), (second, FaultMode::NotDone)]);
        }
    }
}

//! Segments are made while the log takes in: from the journal's frames and the columns of frozen runs.

use std::sync::Arc;
use std::time::Duration;

use engine::verify::{Expect, verify_directory};
use engine::{Config, Log, Watch, World, reindex};

use super::limping::Limping;
use super::{Folder, events, everything, submit};

/// Seals in several steps, with persons that come again, batches cut by runs, and lines that no step ends with.
pub(crate) fn fill(log: &Log) {
    for (first, count) in [(0, 30), (30, 1), (31, 50)] {
        submit(log, &events(first, count)).unwrap();
        // Says so each time it fails.
        while log.seal().is_err() {}
    }
    submit(log, &events(81, 20)).unwrap();
}

/// Every index is what its lines alone give, and everything verifies.
pub(crate) fn assert_sound(folder: &Folder) {
    let mut config = folder.config();
    let changed = std::sync::Mutex::new(Vec::new());
    let note = |name: &str, differs: bool| changed.lock().unwrap().push((name.to_owned(), differs));
    let told = std::sync::Mutex::new(Vec::new());
    let progress = |done: u64, all: u64| told.lock().unwrap().push((done, all));
    assert_eq!(reindex(&config, &World::system(), &Watch { each: &note, progress: &progress }).unwrap(), 3);
    // Several threads tell, in an order of their own: each segment once, in the end all of it.
    let mut told = told.into_inner().unwrap();
    told.sort_unstable();
    assert!(told.len() == 3 && told.iter().all(|(done, _)| *done > 0), "{told:?}");
    assert!(told.last().is_some_and(|(done, all)| done == all), "{told:?}");
    assert!(changed.lock().unwrap().iter().all(|(_, differs)| !differs), "{changed:?}");
    config.note.clear();
    let verified = verify_directory(&config, &World::system(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, vec![]);
}

#[test]
fn segments_from_one_journal_file_each_hold_the_persons_they_name() {
    let folder = Folder::new();
    let log = folder.open();
    fill(&log);
    let before = everything(&log);
    assert_eq!((log.segments(), before.len() as u64), (3, log.size()));
    log.close().unwrap();
    assert_sound(&folder);
    assert!(everything(&folder.open()).starts_with(&before));
}

#[test]
fn sealing_that_was_given_up_begins_anew_from_the_lines() {
    let folder = Folder::new();
    let world = World { disk: Arc::new(Limping { refusals: 2.into(), ..Limping::default() }), ..World::system() };
    let log = Log::open(folder.config(), world).unwrap();
    fill(&log);
    let before = everything(&log);
    log.close().unwrap();
    let left = std::fs::read_dir(folder.data().join("segments")).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.ends_with(".tmp")), "{left:?}");
    assert_sound(&folder);
    assert!(everything(&folder.open()).starts_with(&before));
}

/// After a large import, or at the end of the day.
#[test]
fn a_tail_worth_a_segment_is_sealed_once_nothing_comes_any_more() {
    let folder = Folder::new();
    let config = Config { seal_rows: 40, seal_quiet_us: 0, ..folder.config() };
    let log = Log::open(config, World::system()).unwrap();
    submit(&log, &events(0, 5)).unwrap();
    let settled = |entries| {
        (0..100).any(|_| {
            log.wait_for_sealing(Duration::from_millis(100));
            log.sealed() >= entries
        })
    };
    submit(&log, &events(5, 13)).unwrap();
    assert!(settled(18), "nearly half of a segment");
    submit(&log, &events(18, 5)).unwrap();
    let sealed = log.sealed();
    let segments = log.segments();
    // Longer than the sealer sleeps.
    (0..60).for_each(|_| log.wait_for_sealing(Duration::from_millis(100)));
    assert_eq!((log.sealed(), log.segments()), (sealed, segments), "an eighth of one waits for more");
    log.close().unwrap();
}

//! The engine over a journal that is no file: what it does does not rest on files, and when it is not the writer any more, or cannot
//! tell, it stops.

use std::sync::Arc;

use engine::verify::{Expect, verify_directory};
use engine::{Config, Log, SubmitError, World, inspect};
use journal::Term;
use journal::fake::{Fault, MemoryJournal};

use super::{Folder, events, everything, submit};

/// A data directory, and the journal of its log beside it.
struct Place {
    folder: Folder,
    journal: MemoryJournal,
}

impl Place {
    fn new() -> Self {
        Self { folder: Folder::new(), journal: MemoryJournal::new() }
    }

    fn world(&self) -> World {
        World { journal: Some(Arc::new(self.journal.clone())), ..World::system() }
    }

    fn open(&self) -> Log {
        self.open_with(|_| ())
    }

    fn open_with(&self, set: impl FnOnce(&mut Config)) -> Log {
        let mut config = self.folder.config();
        set(&mut config);
        Log::open(config, self.world()).unwrap()
    }

    fn checkpoints(&self) -> Vec<u8> {
        std::fs::read(self.folder.data().join("tree/checkpoints")).unwrap()
    }
}

/// How many entries a person's name finds.
fn named(log: &Log) -> u64 {
    let predicate = search::parse_query("actor_name:number3", &jiff::tz::TimeZone::UTC).unwrap();
    inspect::ask(log, &inspect::view(log), &predicate, search::count).unwrap()
}

/// Every entry of `source:test` with its disclosures opened.
fn opened(log: &Log) -> Vec<String> {
    let shown = inspect::ask(log, &inspect::view(log), &search::Predicate::All, |question| {
        search::scan(question, search::Order::Leaf).map(|hit| inspect::show(log, &hit?)).collect::<Result<Vec<_>, _>>()
    });
    shown.unwrap().iter().map(|shown| format!("{shown:?}")).collect()
}

#[test]
fn what_was_acknowledged_is_back_with_its_disclosures() {
    let place = Place::new();
    let log = place.open();
    for round in 0..20 {
        submit(&log, &events(round * 30, 30)).unwrap();
    }
    let lines = everything(&log);
    let texts = opened(&log);
    assert!(texts.iter().any(|text| text.contains("Person Number3")), "{}", texts[5]);
    drop(log);
    let log = place.open();
    assert_eq!(everything(&log)[..lines.len()], lines[..]);
    assert_eq!(opened(&log)[..texts.len()], texts[..]);
    assert_eq!(named(&log), (0..600).filter(|n| n % 7 == 3).count() as u64);
    log.close().unwrap();
    let terms = place.journal.terms();
    assert_eq!((terms.first(), terms.last()), (Some(&Term(1)), Some(&Term(2))), "each batch under its writer's term");
}

#[test]
fn sealing_takes_the_lines_over_and_frees_them() {
    let place = Place::new();
    let log = place.open();
    for round in 0..20 {
        submit(&log, &events(round * 30, 30)).unwrap();
        if round == 13 {
            log.seal().unwrap();
        }
    }
    let lines = everything(&log);
    let texts = opened(&log);
    log.seal().unwrap();
    assert_eq!((log.segments(), log.sealed()), (2, log.size()));
    assert!(place.journal.leaves().start > 420, "{:?}", place.journal.leaves());
    assert_eq!(everything(&log), lines);
    assert_eq!(opened(&log), texts);
    drop(log);
    let log = place.open();
    submit(&log, &events(600, 30)).unwrap();
    assert_eq!(everything(&log)[..lines.len()], lines[..]);
    log.close().unwrap();
    let verified = verify_directory(&place.folder.config(), &place.world(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!((verified.findings, verified.warnings), (Vec::new(), Vec::new()));
}

#[test]
fn a_journal_that_lost_what_a_checkpoint_covers_is_refused() {
    let place = Place::new();
    submit(&place.open(), &events(0, 5)).unwrap();
    let other = World { journal: Some(Arc::new(MemoryJournal::new())), ..World::system() };
    let refused = Log::open(place.folder.config(), other).err().unwrap();
    assert!(env::with_causes(&refused).contains("ends at leaf 0"), "{refused:?}");
}

#[test]
fn a_fenced_writer_acknowledges_nothing_more_and_signs_nothing() {
    let place = Place::new();
    let log = place.open_with(|config| config.checkpoint_interval_us = u64::MAX / 2);
    submit(&log, &events(0, 5)).unwrap();
    let signed = place.checkpoints();
    let size = log.size();
    place.journal.take_over();
    for round in 1..3 {
        let refused = submit(&log, &events(round * 5, 5));
        let Err(SubmitError::Stopped { reason }) = refused else { panic!("{refused:?}") };
        assert!(reason.contains("another writer has taken the journal over"), "{reason}");
    }
    assert!(log.stopped().is_some_and(|reason| reason.contains("term 1")), "{:?}", log.stopped());
    assert_eq!((log.size(), place.journal.leaves().end), (size, size));
    assert!(log.seal().is_err());
    assert!(log.close().is_err(), "it does not end in good order");
    assert_eq!(place.checkpoints(), signed, "a fenced writer signs nothing, not even what was acknowledged");
    // The journal has all that was acknowledged, for whoever starts next.
    assert!(place.open().size() > size);
}

#[test]
fn a_group_of_unknown_fate_is_neither_acknowledged_nor_repeated() {
    for recorded in [false, true] {
        let place = Place::new();
        let log = place.open();
        submit(&log, &events(0, 5)).unwrap();
        let size = log.size();
        place.journal.fail_after(0, Fault::Unknown { recorded });
        for _ in 0..2 {
            let refused = submit(&log, &events(5, 5));
            let Err(SubmitError::Stopped { reason }) = refused else { panic!("{refused:?}") };
            assert!(reason.contains("not known: the answer was lost"), "{reason}");
        }
        assert_eq!(log.size(), size, "what was not acknowledged is not shown");
        let there = if recorded { 5 } else { 0 };
        assert_eq!(place.journal.leaves().end, size + there, "nothing was written a second time");
        assert!(log.close().is_err());

        // A start looks what became of it, and whoever sends it again has it once.
        let log = place.open();
        submit(&log, &events(5, 5)).unwrap();
        let again = submit(&log, &events(0, 10)).unwrap();
        assert!(again.receipts.iter().flatten().all(|receipt| receipt.duplicate));
        let lines = everything(&log);
        let once = |n: usize| lines.iter().filter(|(_, line)| contains(line, &format!("\"id\":\"d{n}\""))).count() == 1;
        assert!((0..10).all(once), "recorded: {recorded}");
        log.close().unwrap();
    }
}

fn contains(line: &[u8], text: &str) -> bool {
    memchr::memmem::find(line, text.as_bytes()).is_some()
}

#[test]
fn on_a_full_medium_the_log_goes_on_by_itself_and_after_a_failure_it_stops() {
    let place = Place::new();
    let log = place.open();
    place.journal.fail_after(0, Fault::DiskFull);
    assert!(matches!(submit(&log, &events(0, 5)), Err(SubmitError::DiskFull)));
    submit(&log, &events(0, 5)).unwrap();
    let size = log.size();
    place.journal.fail_after(1, Fault::Failed);
    submit(&log, &events(5, 5)).unwrap();
    assert!(matches!(submit(&log, &events(10, 5)), Err(SubmitError::Stopped { .. })));
    assert!(matches!(submit(&log, &events(15, 5)), Err(SubmitError::Stopped { .. })));
    drop(log);
    let log = place.open();
    assert_eq!(everything(&log).iter().filter(|(_, line)| contains(line, "door.open")).count(), 10);
    assert!(log.size() > size + 5);
}

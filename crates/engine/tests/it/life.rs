use super::{Folder, events, everything, submit};
use engine::{Caller, Limits, Log, OpenLogError, Viewer, World, inspect};
use search::Predicate;

#[test]
fn what_was_acknowledged_is_searchable_at_once_and_back_after_a_crash() {
    let folder = Folder::new();
    let log = folder.open();
    let submitted = submit(&log, &events(0, 100)).unwrap();
    assert_eq!(submitted.receipts.len(), 100);
    let before = everything(&log);
    let everybody = Caller::of_everything(Viewer::default(), Limits::default());
    for receipt in submitted.receipts.iter().flatten() {
        let shown = log.reader(&everybody).entry(&receipt.id).unwrap().unwrap();
        assert_eq!(shown.leaf_index, receipt.leaf_index);
        assert_eq!(shown.digest(), receipt.digest);
    }
    drop(log);
    let log = folder.open();
    let after = everything(&log);
    assert_eq!(after[..before.len()], before[..], "every line is back, byte for byte, at its leaf");
    log.close().unwrap();
}

#[test]
fn sealing_hands_over_without_a_gap_or_a_double() {
    let folder = Folder::new();
    let log = folder.open();
    for round in 0..4 {
        submit(&log, &events(round * 500, 500)).unwrap();
        if round % 2 == 0 {
            log.seal().unwrap();
        }
    }
    assert_eq!(log.segments(), 2);
    let lines = everything(&log);
    assert!(lines.iter().enumerate().all(|(at, (leaf, _))| at as u64 == *leaf), "leaves follow one another");
    assert_eq!(lines.len() as u64, log.size());
    let named = |log: &engine::Log| {
        let view = inspect::view(log);
        let predicate: Predicate = search::parse_query("actor_name:number3", &jiff::tz::TimeZone::UTC).unwrap();
        inspect::ask(log, &view, &predicate, search::count).unwrap()
    };
    assert_eq!(named(&log), (0..2000).filter(|n| n % 7 == 3).count() as u64, "over segments and tail alike");
    drop(log);
    let log = folder.open();
    assert_eq!(everything(&log)[..lines.len()], lines[..]);
    assert_eq!(named(&log), (0..2000).filter(|n| n % 7 == 3).count() as u64, "identities are open again after a start");
    assert!(log.verify(&|_, _| {}).unwrap().findings.is_empty());
    log.close().unwrap();
}

#[test]
fn an_address_finds_its_entries_wherever_they_lie() {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, 300)).unwrap();
    log.seal().unwrap();
    submit(&log, &events(300, 300)).unwrap();
    let view = inspect::view(&log);
    let predicate = search::parse_query("ip:10.0.2.7", &jiff::tz::TimeZone::UTC).unwrap();
    let count = inspect::ask(&log, &view, &predicate, search::count).unwrap();
    assert_eq!(count, (0..600).filter(|n| n % 5 == 2 && n % 250 == 7).count() as u64);
}

#[test]
fn checkpoints_continue_over_restarts_and_prove_every_entry() {
    let folder = Folder::new();
    let mut last = None;
    for round in 0..3 {
        let log = folder.open();
        let receipts = submit(&log, &events(round * 10, 10)).unwrap().receipts;
        let leaf = receipts.iter().flatten().next_back().unwrap().leaf_index;
        let checkpoint = log.checkpoint_covering(leaf).unwrap();
        if let Some((size, root)) = last.replace((checkpoint.checkpoint.size, checkpoint.checkpoint.root)) {
            let path = log.tree().consistency(size, checkpoint.checkpoint.size).unwrap();
            proof::verify_consistency(size, checkpoint.checkpoint.size, &path, &root, &checkpoint.checkpoint.root)
                .unwrap();
        }
        for receipt in receipts.iter().flatten() {
            let proof = log.tree().inclusion(proof::LeafIndex(receipt.leaf_index), &checkpoint).unwrap();
            proof.verify(&receipt.digest, &log.tree().verifier_key()).unwrap();
        }
        if round == 1 { drop(log) } else { log.close().unwrap() }
    }
}

#[test]
fn long_lines_are_sealed_before_there_are_many() {
    let folder = Folder::new();
    let config = engine::Config { seal_bytes: 1, ..folder.config() };
    let log = engine::Log::open(config, engine::World::system()).unwrap();
    submit(&log, &events(0, 10_000)).unwrap();
    submit(&log, &events(10_000, 7_000)).unwrap();
    let sealed = (0..60).any(|_| {
        log.wait_for_sealing(std::time::Duration::from_secs(1));
        log.segments() > 0
    });
    assert!(sealed, "one run is enough when its bytes are");
    assert_eq!(everything(&log).len() as u64, log.size());
}

#[test]
fn a_creation_that_ended_before_its_marker_was_made_is_begun_again() {
    let folder = Folder::new();
    let unfinished = folder.data().join("CREATING.tmp");
    std::fs::create_dir_all(folder.data()).unwrap();
    std::fs::write(&unfinished, "somebody's").unwrap();
    let refused = Log::open(folder.config(), World::system());
    assert!(matches!(refused, Err(OpenLogError::NotEmpty { found, .. }) if found == unfinished));
    std::fs::write(&unfinished, "").unwrap();
    assert!(folder.open().stopped().is_none());
    assert!(!unfinished.exists());
}

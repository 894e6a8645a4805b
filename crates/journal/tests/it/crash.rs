//! Crash table: whatever operation fails or loses power, acknowledged batches come back whole.

use crate::world::{SMALL, Seen, append, dir, open, open_at, signed};
use env::fake::{Fault, FaultyDisk, SeededRandom};
use journal::{AppendError, Journal};

/// What a run achieved before its disk failed.
#[derive(Default)]
struct Run {
    acknowledged: Vec<Seen>,
    /// What the group that failed would have held.
    in_flight: Vec<Seen>,
    checkpoint: u64,
}

/// Opens, appends, rotates, frees and closes until something fails.
fn work(disk: &FaultyDisk, seed: u64, run: &mut Run) {
    let random = SeededRandom::new(seed);
    let Ok(opened) = open(disk, seed, run.checkpoint) else { return };
    assert_recovered(&opened.seen, run);
    run.acknowledged = opened.seen;
    run.in_flight.clear();
    for _ in 0..6 {
        let sizes: Vec<u64> = (0..1 + random.below(3)).map(|_| 1 + random.below(3)).collect();
        let width = usize::try_from(random.below(400)).unwrap();
        let before = opened.journal.next_leaf().0;
        run.in_flight = expected(before, &sizes, width);
        match append(&opened.journal, &sizes, width) {
            Ok(group) => run.acknowledged.extend(group),
            Err(error) => {
                assert!(matches!(error, AppendError::Failed { .. }), "{error}");
                let next = append(&opened.journal, &[1], 1);
                assert!(matches!(next, Err(AppendError::Stopped { .. })), "I-9");
                return;
            }
        }
        run.in_flight.clear();
        match random.below(4) {
            0 if opened.journal.begin_book(signed(0)).is_err() => return,
            1 => run.checkpoint = opened.journal.next_leaf().0,
            _ => {}
        }
    }
    if random.below(2) == 0 {
        let _ = opened.journal.close();
    }
}

fn expected(first: u64, sizes: &[u64], width: usize) -> Vec<Seen> {
    let mut first = first;
    sizes
        .iter()
        .map(|lines| {
            let seen = crate::world::seen(first, &crate::world::batch(first, *lines, width));
            first += lines;
            seen
        })
        .collect()
}

/// Everything acknowledged, then perhaps whole batches of the group that was being written, nothing else.
fn assert_recovered(seen: &[Seen], run: &Run) {
    let acknowledged = run.acknowledged.len();
    assert!(seen.len() >= acknowledged, "{} of {acknowledged} batches came back", seen.len());
    assert_eq!(seen[..acknowledged], run.acknowledged[..]);
    assert!(run.in_flight.starts_with(&seen[acknowledged..]));
}

fn table(fault: Fault, seeds: std::ops::Range<u64>) {
    let clean = FaultyDisk::new();
    let mut run = Run::default();
    work(&clean, 0, &mut run);
    let operations = clean.operations() + 40;
    for nth in 0..operations {
        for seed in seeds.clone() {
            let disk = FaultyDisk::new();
            let mut run = Run::default();
            disk.fail_at(nth, fault);
            work(&disk, seed, &mut run);
            // A process may die and start again without the machine going down: the page cache then still shows what
            // the disk never got.
            if fault == Fault::Error && seed % 2 == 0 {
                work(&disk, seed + 1000, &mut run);
            }
            for restart in 0..3 {
                disk.crash(seed * 31 + restart);
                disk.fail_at(nth % (7 + restart), Fault::PowerLoss);
                work(&disk, seed + 2000 + restart, &mut run);
            }
            disk.crash(seed);
            let opened = open(&disk, seed + 3000, run.checkpoint);
            let opened = opened.unwrap_or_else(|error| panic!("operation {nth}, seed {seed}: {error}"));
            assert_recovered(&opened.seen, &run);
            let mut all = opened.seen;
            all.extend(append(&opened.journal, &[2], 9).unwrap());
            disk.crash(seed + 1);
            assert_eq!(open(&disk, 7, run.checkpoint).unwrap().seen, all, "later appends are fine");
        }
    }
}

#[test]
fn power_loss_at_every_operation_loses_nothing_acknowledged() {
    table(Fault::PowerLoss, 0..40);
}

#[test]
fn an_error_at_every_operation_stops_the_journal_and_loses_nothing_acknowledged() {
    table(Fault::Error, 0..40);
}

#[test]
fn a_sealed_prefix_may_be_missing_after_a_crash_while_freeing() {
    for seed in 0..40 {
        let disk = FaultyDisk::new();
        let journal = open(&disk, seed, 0).unwrap().journal;
        let mut all = Vec::new();
        for _ in 0..4 {
            all.extend(append(&journal, &[2, 3], 30).unwrap());
            journal.begin_book(signed(0)).unwrap();
        }
        disk.fail_at(seed % 4, Fault::PowerLoss);
        let _ = journal.free(proof::LeafIndex(12));
        disk.crash(seed);
        let opened = open_at(&disk, &dir(), seed, 12, 20, SMALL).unwrap();
        let from = all.len() - opened.seen.len();
        assert_eq!(opened.seen[..], all[from..]);
        assert!(opened.seen[0].first_leaf <= 12);
    }
}

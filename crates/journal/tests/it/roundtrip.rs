//! What was appended comes back.

use crate::world::{SMALL, append, batch, dir, key, known, open, open_at, signed};
use env::SystemDisk;
use env::fake::{FaultyDisk, SeededRandom};
use journal::{AppendError, FileJournal, Journal, Known, OpenJournalError, ReadError, Sizes};
use proof::LeafIndex;
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn a_new_journal_is_empty_and_starts_at_leaf_zero() {
    let opened = open(&FaultyDisk::new(), 1, 0).unwrap();
    assert_eq!((opened.seen.len(), opened.journal.next_leaf()), (0, LeafIndex(0)));
}

#[test]
fn lines_are_read_back_from_where_they_were_placed() {
    let opened = open(&FaultyDisk::new(), 1, 0).unwrap();
    let group = [batch(0, 3, 10), batch(3, 2, 400)];
    let handles = opened.journal.append(&group).unwrap();
    let reader = opened.journal.reader();
    for (handle, batch) in handles.iter().zip(&group) {
        for (index, line) in batch.lines.iter().enumerate() {
            assert_eq!(reader.read(handle.line(batch.lines.as_ref(), index).unwrap()).unwrap(), line);
        }
        for (index, record) in batch.disclosures.iter().enumerate() {
            assert_eq!(reader.read(handle.record(batch.disclosures.as_ref(), index).unwrap()).unwrap(), record);
        }
    }
    assert_eq!(handles[1].first_leaf, LeafIndex(3));
    assert!(handles.iter().all(|handle| handle.term == opened.journal.term()));
}

#[test]
fn a_closed_journal_reopens_closed_and_takes_nothing_more_before() {
    let disk = FaultyDisk::new();
    let opened = open(&disk, 1, 0).unwrap();
    let expected = append(&opened.journal, &[2, 1], 20).unwrap();
    opened.journal.close().unwrap();
    assert!(matches!(append(&opened.journal, &[1], 1), Err(AppendError::Stopped { .. })));
    let again = open(&disk, 2, 0).unwrap();
    assert!(again.recovery.closed);
    assert_eq!((again.seen, again.recovery.cut), (expected, None));
}

#[test]
fn freed_files_are_gone_but_readers_made_before_still_read_them() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    let group = [batch(0, 5, 50)];
    let batches = journal.append(&group).unwrap();
    let handle = batches[0].line(group[0].lines.as_ref(), 4).unwrap();
    let old = journal.book();
    assert_ne!(journal.begin_book(signed(0)).unwrap(), old);
    append(&journal, &[5], 50).unwrap();
    let pinned = journal.reader();
    journal.free(LeafIndex(4)).unwrap();
    assert!(journal.reader().read(handle).is_ok(), "leaf 4 is still needed");
    journal.free(LeafIndex(7)).unwrap();
    assert!(pinned.read(handle).is_ok());
    assert!(matches!(journal.reader().read(handle), Err(ReadError::Freed)));
    drop(journal);
    assert_eq!(open_at(&disk, &dir(), 2, 5, 0, SMALL).unwrap().seen[0].first_leaf, 5);
}

#[test]
fn rotating_an_empty_file_changes_nothing() {
    let journal = open(&FaultyDisk::new(), 1, 0).unwrap().journal;
    assert_eq!(journal.begin_book(signed(0)).unwrap(), journal.book());
    append(&journal, &[1], 1).unwrap();
    let second = journal.begin_book(signed(0)).unwrap();
    assert_eq!(journal.begin_book(signed(0)).unwrap(), second);
}

#[test]
fn a_group_beyond_the_limit_is_refused_and_the_journal_goes_on() {
    let journal = open_at(&FaultyDisk::new(), &dir(), 1, 0, 0, Sizes::default()).unwrap().journal;
    let mut large = batch(0, 1, 1);
    large.disclosures.push(&vec![0; usize::try_from(journal::GROUP_BYTES_MAX).unwrap()]);
    assert!(matches!(journal.append(&[large]), Err(AppendError::TooLarge { .. })));
    append(&journal, &[1], 1).unwrap();
}

#[test]
fn a_file_of_another_log_is_refused() {
    let disk = FaultyDisk::new();
    append(&open(&disk, 1, 0).unwrap().journal, &[1], 1).unwrap();
    let key = key();
    let known = Known { origin: "other/0000000000000000", ..known(0, 0, &key) };
    let random = Arc::new(SeededRandom::new(2));
    let refused = FileJournal::open(Arc::new(disk), random, &dir(), &known, &mut |_| Ok(()));
    assert!(matches!(refused.err(), Some(OpenJournalError::OtherLog { .. })));
}

#[test]
fn the_real_file_system_serves_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("deep/journal");
    let key = key();
    let known = known(0, 0, &key);
    let opening = |seed, lines: &mut usize| {
        let random = Arc::new(SeededRandom::new(seed));
        FileJournal::open_sized(Arc::new(SystemDisk), random, &dir, &known, SMALL, &mut |batch| {
            *lines += batch.lines.len();
            Ok(())
        })
        .unwrap()
    };
    let mut lines = 0;
    let (journal, _) = opening(1, &mut lines);
    for _ in 0..20 {
        append(&journal, &[3, 4], 60).unwrap();
        if journal.book_is_full() {
            journal.begin_book(signed(0)).unwrap();
        }
    }
    drop(journal);
    let (journal, recovery) = opening(2, &mut lines);
    assert_eq!((lines, recovery.lines, journal.next_leaf()), (140, 140, LeafIndex(140)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_batch_comes_back_in_order_across_rotations_and_restarts(
        groups in prop::collection::vec((prop::collection::vec(1_u64..6, 1..4), 0_usize..300, 0_u8..8), 1..14),
        checkpoint_each in 1_usize..4,
    ) {
        let disk = FaultyDisk::new();
        let mut expected = Vec::new();
        let mut journal = open(&disk, 0, 0).unwrap().journal;
        let mut checkpoint = 0;
        for (index, (sizes, width, then)) in groups.iter().enumerate() {
            expected.extend(append(&journal, sizes, *width).unwrap());
            if index % checkpoint_each == 0 {
                checkpoint = journal.next_leaf().0;
            }
            match then {
                0 => { journal.begin_book(signed(0)).unwrap(); }
                1 => { journal.close().unwrap(); }
                _ => {}
            }
            if *then < 4 && *then > 0 {
                let again = open(&disk, index as u64 + 1, checkpoint).unwrap();
                prop_assert_eq!(&again.seen, &expected);
                journal = again.journal;
            }
        }
        prop_assert_eq!(open(&disk, 999, checkpoint).unwrap().seen, expected);
    }
}

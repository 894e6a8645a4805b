//! What a log needs of its journal, the same of each: in files, and in memory.

use crate::world::{batch, dir, key, known, seen, signed};
use env::fake::{FaultyDisk, SeededRandom};
use journal::fake::{Fault, MemoryJournal};
use journal::{AppendError, FileJournalStore, Journal, JournalStore, ReadError, Recovery, Term};
use proof::LeafIndex;
use std::sync::Arc;

/// Runs a test over each kind of journal.
fn over_each(test: impl Fn(&dyn JournalStore)) {
    let disk = Arc::new(FaultyDisk::new());
    test(&FileJournalStore::new(disk, Arc::new(SeededRandom::new(1)), &dir(), 4 << 20));
    test(&MemoryJournal::new());
}

/// First leaf and first line of a batch.
type Begun = (u64, Vec<u8>);

/// Takes the journal over; returns also what it held.
fn open(store: &dyn JournalStore, sealed: u64) -> (Box<dyn Journal>, Recovery, Vec<Begun>) {
    let mut batches = Vec::new();
    let key = key();
    let found = store.look(&known(sealed, 0, &key), &mut |batch| {
        batches.push((batch.handle.first_leaf.0, batch.lines.get(0).unwrap_or_default().to_vec()));
        Ok(())
    });
    let found = found.unwrap();
    let term = found.next_term();
    let (journal, recovery) = found.take_over(&|_| true).unwrap();
    assert_eq!(journal.term(), term);
    (journal, recovery, batches)
}

#[test]
fn handles_lead_to_lines_and_records() {
    over_each(|store| {
        let (journal, ..) = open(store, 0);
        let group = [batch(0, 3, 10), batch(3, 2, 400), batch(5, 1, 7), batch(6, 2, 20)];
        let handles = journal.append(&group).unwrap();
        assert_eq!(handles.iter().map(|handle| handle.first_leaf.0).collect::<Vec<_>>(), [0, 3, 5, 6]);
        let reader = journal.reader();
        for (handle, batch) in handles.iter().zip(&group) {
            assert_eq!((handle.term, handle.book), (journal.term(), journal.book()));
            for (at, line) in batch.lines.iter().enumerate() {
                assert_eq!(reader.read(handle.line(batch.lines.as_ref(), at).unwrap()).unwrap(), line);
            }
            for (at, record) in batch.disclosures.iter().enumerate() {
                assert_eq!(reader.read(handle.record(batch.disclosures.as_ref(), at).unwrap()).unwrap(), record);
            }
        }
        assert_eq!(journal.next_leaf(), LeafIndex(8));
    });
}

#[test]
fn what_was_appended_is_back_under_a_higher_term() {
    over_each(|store| {
        let mut held = Vec::new();
        let mut term = Term(0);
        for round in 0..4 {
            let (journal, recovery, batches) = open(store, 0);
            assert!(journal.term() > term);
            term = journal.term();
            assert_eq!((batches, recovery.batches), (held.clone(), round));
            assert_eq!(recovery.closed, round == 3, "round {round}");
            let first = journal.next_leaf().0;
            let group = [batch(first, 3, 30)];
            journal.append(&group).unwrap();
            held.push((first, seen(first, &group[0]).lines[0].clone()));
            if round == 2 {
                journal.close().unwrap();
                assert!(matches!(journal.append(&group), Err(AppendError::Stopped { .. })));
            }
        }
    });
}

#[test]
fn a_book_is_freed_once_all_its_lines_are_sealed_and_is_read_by_whoever_holds_it() {
    over_each(|store| {
        let (journal, ..) = open(store, 0);
        let group = [batch(0, 4, 10)];
        let handle = journal.append(&group).unwrap()[0].line(group[0].lines.as_ref(), 3).unwrap();
        let first = journal.book();
        let second = journal.begin_book(signed(0)).unwrap();
        assert!(second > first);
        assert_eq!(journal.begin_book(signed(0)).unwrap(), second, "it has no batch yet");
        journal.append(&[batch(4, 2, 10)]).unwrap();
        let pinned = journal.reader();
        journal.free(LeafIndex(3)).unwrap();
        assert!(journal.reader().read(handle).is_ok(), "leaf 3 is still needed");
        journal.free(LeafIndex(6)).unwrap();
        assert!(matches!(journal.reader().read(handle), Err(ReadError::Freed)));
        assert!(pinned.read(handle).is_ok() && !pinned.since(Some(second)).has(first));
        assert!(journal.reader().has(second), "the current book stays");
        assert!(matches!(journal.cursor(LeafIndex(3)), Err(ReadError::Freed)));
        drop(journal);
        assert_eq!(open(store, 4).2.first().unwrap().0, 4);
    });
}

#[test]
fn a_cursor_follows_what_is_appended_from_book_to_book() {
    over_each(|store| {
        let (journal, ..) = open(store, 0);
        journal.append(&[batch(0, 3, 10), batch(3, 2, 10)]).unwrap();
        let mut cursor = journal.cursor(LeafIndex(4)).unwrap();
        let mut read = |until| {
            let mut leaves = Vec::new();
            while let Some(batch) = cursor.next_batch(LeafIndex(until)).unwrap() {
                leaves.push(batch.handle.first_leaf.0);
            }
            leaves
        };
        assert_eq!(read(5), [0, 3], "from the beginning of the book");
        assert_eq!(read(5), [0; 0]);
        journal.append(&[batch(5, 4, 10)]).unwrap();
        journal.begin_book(signed(0)).unwrap();
        journal.append(&[batch(9, 1, 10), batch(10, 5, 10)]).unwrap();
        assert_eq!(read(10), [5, 9]);
        assert_eq!(read(12), [10], "it reaches beyond");
        assert_eq!(read(12), [0; 0]);
        assert_eq!(read(15), [10], "and is given again");
        assert_eq!(cursor.next_leaf(), LeafIndex(15));
        assert_eq!(cursor.book(), journal.book());
    });
}

#[test]
fn a_writer_that_was_overtaken_writes_and_removes_nothing() {
    let store = MemoryJournal::new();
    let (old, ..) = open(&store, 0);
    old.append(&[batch(0, 3, 10)]).unwrap();
    let (new, ..) = open(&store, 0);
    assert!(matches!(old.append(&[batch(3, 1, 10)]), Err(AppendError::Fenced { ours: Term(1) })));
    assert!(matches!(old.append(&[batch(3, 1, 10)]), Err(AppendError::Stopped { .. })));
    assert!(old.begin_book(signed(0)).is_err() && old.close().is_err() && old.free(LeafIndex(3)).is_err());
    assert_eq!(store.leaves(), 0..3);
    new.append(&[batch(3, 2, 10)]).unwrap();
    assert_eq!((store.leaves(), store.terms()), (0..5, vec![Term(1), Term(2)]));
}

#[test]
fn a_fault_comes_once_and_in_its_turn() {
    let store = MemoryJournal::new();
    let (journal, ..) = open(&store, 0);
    store.fail_after(1, Fault::DiskFull);
    journal.append(&[batch(0, 1, 10)]).unwrap();
    assert!(matches!(journal.append(&[batch(1, 1, 10)]), Err(AppendError::DiskFull)));
    journal.append(&[batch(1, 1, 10)]).unwrap();
    store.fail_after(0, Fault::Unknown { recorded: true });
    assert!(matches!(journal.append(&[batch(2, 1, 10)]), Err(AppendError::Unknown { .. })));
    assert!(matches!(journal.append(&[batch(2, 1, 10)]), Err(AppendError::Stopped { .. })));
    assert_eq!(store.leaves(), 0..3);
}

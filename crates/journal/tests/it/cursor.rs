//! What was appended is handed out again in order, as sealing reads it.

use crate::world::{append, batch, open, signed};
use env::fake::FaultyDisk;
use journal::{Cursor, Journal, ReadError};
use proof::LeafIndex;

/// The first leaves of the batches handed out, and their first lines.
fn read(cursor: &mut dyn Cursor, journal: &dyn Journal, until: u64) -> Vec<(u64, Vec<u8>)> {
    let mut seen = Vec::new();
    while let Some(batch) = cursor.next_batch(LeafIndex(until)).unwrap() {
        let line = batch.lines.get(0).unwrap();
        assert_eq!(journal.reader().read(batch.handle.line(batch.lines, 0).unwrap()).unwrap(), line);
        seen.push((batch.handle.first_leaf.0, line.to_vec()));
    }
    seen
}

fn leaves(seen: &[(u64, Vec<u8>)]) -> Vec<u64> {
    seen.iter().map(|(leaf, _)| *leaf).collect()
}

#[test]
fn a_cursor_follows_what_is_appended_from_file_to_file() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    append(&journal, &[3, 2], 40).unwrap();
    let mut cursor = journal.cursor(LeafIndex(0)).unwrap();
    assert_eq!(leaves(&read(&mut *cursor, &journal, 5)), [0, 3]);
    assert_eq!(leaves(&read(&mut *cursor, &journal, 5)), [0; 0]);

    // What lies behind the last frame was read as zeroes before; it must be read anew.
    append(&journal, &[4], 40).unwrap();
    journal.begin_book(signed(0)).unwrap();
    append(&journal, &[1, 5], 40).unwrap();
    assert_eq!(leaves(&read(&mut *cursor, &journal, 10)), [5, 9]);
    // A batch that reaches beyond is handed out again.
    assert_eq!(leaves(&read(&mut *cursor, &journal, 12)), [10]);
    assert_eq!(leaves(&read(&mut *cursor, &journal, 15)), [10]);
    assert_eq!(cursor.next_leaf(), LeafIndex(15));
}

#[test]
fn a_cursor_begins_with_the_file_of_its_leaf_and_survives_recovery() {
    let disk = FaultyDisk::new();
    {
        let journal = open(&disk, 1, 0).unwrap().journal;
        append(&journal, &[3], 40).unwrap();
        journal.begin_book(signed(0)).unwrap();
        append(&journal, &[2, 2], 40).unwrap();
    }
    let journal = open(&disk, 2, 0).unwrap().journal;
    append(&journal, &[1], 40).unwrap();
    let mut cursor = journal.cursor(LeafIndex(6)).unwrap();
    assert_eq!(leaves(&read(&mut *cursor, &journal, 8)), [3, 5, 7]);
    journal.free(LeafIndex(7)).unwrap();
    assert!(matches!(journal.cursor(LeafIndex(2)), Err(ReadError::Freed)));
}

#[test]
fn a_changed_byte_is_noticed_by_the_cursor() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    let group = [batch(0, 3, 40)];
    let batches = journal.append(&group).unwrap();
    let handle = batches[0].line(group[0].lines.as_ref(), 1).unwrap();
    disk.flip_bit(&crate::world::newest_file(&disk), u64::from(handle.span.offset()), 3).unwrap();
    let mut cursor = journal.cursor(LeafIndex(0)).unwrap();
    assert!(matches!(cursor.next_batch(LeafIndex(3)), Err(ReadError::Damaged { .. })));
}

//! What was appended is handed out again in order, as sealing reads it.

use crate::world::{append, batch, open, signed};
use env::fake::FaultyDisk;
use journal::{Cursor, Journal, JournalReader, ReadError};
use proof::LeafIndex;

/// The first leaves of the batches handed out, and their first lines.
fn read(cursor: &mut Cursor, reader: &JournalReader, until: u64) -> Vec<(u64, Vec<u8>)> {
    let mut seen = Vec::new();
    let mut each = |batch: journal::RecoveredBatch<'_>| -> Result<(), ReadError> {
        let position = batch.placed.position(batch.lines, 0).unwrap();
        assert_eq!(reader.read_line(position).unwrap(), batch.lines.get(0).unwrap());
        seen.push((batch.placed.first_leaf.0, batch.lines.get(0).unwrap().to_vec()));
        Ok(())
    };
    cursor.read(reader, LeafIndex(until), &mut each).unwrap();
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
    let mut cursor = journal.reader().cursor(LeafIndex(0)).unwrap();
    assert_eq!(leaves(&read(&mut cursor, &journal.reader(), 5)), [0, 3]);
    assert_eq!(leaves(&read(&mut cursor, &journal.reader(), 5)), [0; 0]);

    // What lies behind the last frame was read as zeroes before; it must be read anew.
    append(&journal, &[4], 40).unwrap();
    journal.rotate(signed(0)).unwrap();
    append(&journal, &[1, 5], 40).unwrap();
    assert_eq!(leaves(&read(&mut cursor, &journal.reader(), 10)), [5, 9]);
    // A batch that reaches beyond is handed out again.
    assert_eq!(leaves(&read(&mut cursor, &journal.reader(), 12)), [10]);
    assert_eq!(leaves(&read(&mut cursor, &journal.reader(), 15)), [10]);
    assert_eq!(cursor.next_leaf(), LeafIndex(15));
}

#[test]
fn a_cursor_begins_with_the_file_of_its_leaf_and_survives_recovery() {
    let disk = FaultyDisk::new();
    {
        let journal = open(&disk, 1, 0).unwrap().journal;
        append(&journal, &[3], 40).unwrap();
        journal.rotate(signed(0)).unwrap();
        append(&journal, &[2, 2], 40).unwrap();
    }
    let journal = open(&disk, 2, 0).unwrap().journal;
    append(&journal, &[1], 40).unwrap();
    let reader = journal.reader();
    let mut cursor = reader.cursor(LeafIndex(6)).unwrap();
    assert_eq!(leaves(&read(&mut cursor, &reader, 8)), [3, 5, 7]);
    journal.free(LeafIndex(7)).unwrap();
    assert!(matches!(journal.reader().cursor(LeafIndex(2)), Err(ReadError::Freed)));
}

#[test]
fn a_changed_byte_is_noticed_by_the_cursor() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    let group = [batch(0, 3, 40)];
    let placed = journal.append(&group).unwrap();
    let position = placed[0].position(group[0].lines.as_ref(), 1).unwrap();
    disk.flip_bit(&crate::world::newest_file(&disk), u64::from(position.offset), 3).unwrap();
    let mut cursor = journal.reader().cursor(LeafIndex(0)).unwrap();
    let read = cursor.read(&journal.reader(), LeafIndex(3), &mut |_| Ok::<_, ReadError>(()));
    assert!(matches!(read, Err(ReadError::Damaged { .. })));
}

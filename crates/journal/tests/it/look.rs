//! A start first looks: nothing is written or removed before the rest of the log agrees.

use crate::world::{SMALL, append, dir, key, known, newest_file, open, signed};
use env::Disk;
use env::fake::{FaultyDisk, SeededRandom};
use journal::{FileJournal, Found, Journal, OpenError};
use std::path::PathBuf;
use std::sync::Arc;

fn look(disk: &FaultyDisk, sealed: u64) -> Result<Found, OpenError> {
    let key = key();
    FileJournal::look(disk, &dir(), &known(sealed, 0, &key), &mut |_| Ok(()))
}

/// Several files; `lines` lines in all.
fn filled(lines: u64) -> FaultyDisk {
    let disk = FaultyDisk::new();
    let opened = open(&disk, 1, 0).unwrap();
    while opened.journal.next_leaf().0 < lines {
        append(&opened.journal, &[5], 60).unwrap();
        if opened.journal.wants_rotation() {
            opened.journal.rotate(signed(0)).unwrap();
        }
    }
    disk
}

fn files(disk: &FaultyDisk) -> Vec<(PathBuf, Vec<u8>)> {
    disk.list(&dir()).unwrap().into_iter().map(|path| (path.clone(), disk.read(&path).unwrap())).collect()
}

#[test]
fn looking_changes_nothing_and_going_on_keeps_every_line() {
    let disk = filled(100);
    let (operations, before) = (disk.operations(), files(&disk));
    let found = look(&disk, 0).unwrap();
    assert_eq!((found.leaves().start.0, found.leaves().end.0), (0, 100));
    assert_eq!(disk.operations(), operations, "looking is reading");
    assert!(files(&disk) == before);
    let random = Arc::new(SeededRandom::new(2));
    let (journal, _) = found.go_on(Arc::new(disk.clone()), random, SMALL, &|_| true).unwrap();
    assert_eq!(journal.next_leaf().0, 100);
    drop(journal);
    assert_eq!(look(&disk, 0).unwrap().leaves().end.0, 100);
}

#[test]
fn a_sealed_file_stays_unless_segments_really_hold_its_lines() {
    let disk = filled(100);
    let oldest = disk.list(&dir()).unwrap().into_iter().find(|path| path.extension().is_some()).unwrap();
    for held in [false, true] {
        let asked = std::cell::RefCell::new(Vec::new());
        let are_held = |leaves: std::ops::Range<u64>| {
            asked.borrow_mut().push(leaves);
            held
        };
        let random = Arc::new(SeededRandom::new(3));
        let found = look(&disk, 80).unwrap();
        found.go_on(Arc::new(disk.clone()), random, SMALL, &are_held).unwrap();
        assert_eq!(disk.exists(&oldest).unwrap(), !held, "held: {held}");
        assert_eq!(asked.borrow().first().map(|leaves| leaves.start), Some(0), "it asks for what the file holds");
    }
}

#[test]
fn what_a_later_writing_lacks_is_not_given_up() {
    let disk = filled(10);
    let full = newest_file(&disk);
    let kept = disk.read(&full).unwrap();
    // The next start copies it; then an older state of that copy takes its place, and the original is back.
    drop(open(&disk, 4, 0).unwrap());
    let copies = disk.list(&dir()).unwrap();
    assert!(!copies.contains(&full), "the copy was durable, and the original removed");
    env::publish_file(&disk, &full, &kept).unwrap();
    assert_eq!(look(&disk, 0).unwrap().leaves().end.0, 10, "the copy holds all, so it counts");

    let empty = FaultyDisk::new();
    drop(open(&empty, 5, 0).unwrap());
    drop(open(&empty, 6, 0).unwrap());
    let begun = newest_file(&empty);
    for path in disk.list(&dir()).unwrap().into_iter().filter(|path| path.extension().is_some()) {
        if path != full {
            disk.remove(&path).unwrap();
        }
    }
    // A file of a later term with the same first leaf, and without a line.
    env::publish_file(&disk, &begun, &empty.read(&begun).unwrap()).unwrap();
    let before = files(&disk);
    let refused = open(&disk, 7, 0).err().expect("ten lines would be given up");
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
    assert!(files(&disk) == before);
}

#[test]
fn a_temporary_file_of_another_name_is_nobodys_to_remove() {
    let disk = filled(10);
    let foreign = dir().join("notes.tmp");
    env::publish_file(&disk, &foreign, b"mine").unwrap();
    drop(open(&disk, 8, 0).unwrap());
    assert_eq!(disk.read(&foreign).unwrap(), b"mine");
}

//! A start first looks: nothing is written or removed before the rest of the log agrees.

use crate::world::{SMALL, append, dir, key, known, newest_file, open, signed};
use env::Disk;
use env::fake::{FaultyDisk, SeededRandom};
use journal::{FileJournal, FoundFiles, Journal, OpenJournalError};
use std::path::PathBuf;
use std::sync::Arc;

fn look(disk: &FaultyDisk, sealed: u64) -> Result<FoundFiles, OpenJournalError> {
    let key = key();
    // What is sealed is under a checkpoint.
    FileJournal::look(disk, &dir(), &known(sealed, sealed, &key), &mut |_| Ok(()))
}

/// Several files; `lines` lines in all.
fn filled(lines: u64) -> FaultyDisk {
    let disk = FaultyDisk::new();
    let opened = open(&disk, 1, 0).unwrap();
    while opened.journal.next_leaf().0 < lines {
        append(&opened.journal, &[5], 60).unwrap();
        if opened.journal.book_is_full() {
            opened.journal.begin_book(signed(0)).unwrap();
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
    let operations = disk.operations();
    let before = files(&disk);
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
    assert!(matches!(refused, OpenJournalError::Damaged { .. }), "{refused:?}");
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

/// Puts a file where a journal's would be, opens the journal, and returns why the file stays. It must, to the byte.
fn left(disk: &FaultyDisk, name: &str, content: &[u8], sealed: u64) -> Option<&'static str> {
    let path = dir().join(name);
    env::publish_file(disk, &path, content).unwrap();
    let found = look(disk, sealed).unwrap();
    let what = found.recovery().foreign.iter().find(|foreign| foreign.path == path).map(|foreign| foreign.what);
    let end = found.leaves().end;
    let random = Arc::new(SeededRandom::new(11));
    let (journal, _) = found.go_on(Arc::new(disk.clone()), random, SMALL, &|_| true).unwrap();
    assert_eq!(journal.next_leaf(), end, "{name}");
    assert_eq!(disk.read(&path).ok().as_deref(), what.map(|_| content), "{name}");
    what
}

/// A journal whose first file was sealed and removed, and that file.
fn begun_behind() -> (FaultyDisk, String, Vec<u8>) {
    let disk = filled(100);
    let oldest = disk.list(&dir()).unwrap().into_iter().find(|path| path.extension().is_some()).unwrap();
    let name = oldest.file_name().unwrap().to_str().unwrap().to_owned();
    let content = disk.read(&oldest).unwrap();
    disk.remove(&oldest).unwrap();
    (disk, name, content)
}

#[test]
fn a_sealed_name_removes_no_file_that_is_not_the_logs_line_by_line() {
    let (disk, name, ours) = begun_behind();
    assert!(left(&disk.snapshot(), &name, b"my only copy of something", 80).is_some());
    // Another log's, and this log's with a line changed, a frame lost, a foreign key's.
    let other = FaultyDisk::new();
    let key = journal::MacKey::new(&[2; 32]);
    let known = journal::Known { origin: "other/0123456789abcdef", ..known(0, 0, &key) };
    let random = Arc::new(SeededRandom::new(1));
    let opened = FileJournal::open_sized(Arc::new(other.clone()), random, &dir(), &known, SMALL, &mut |_| Ok(()));
    append(&opened.unwrap().0, &[5], 60).unwrap();
    let theirs = other.read(&newest_file(&other)).unwrap();
    assert!(left(&disk.snapshot(), &name, &theirs, 80).is_some());
    for at in (0..ours.len()).step_by(97) {
        let mut changed = ours.clone();
        changed[at] ^= 1;
        let what = left(&disk.snapshot(), &name, &changed, 80);
        // What a closing mark is followed by, or torn off it, is no line.
        assert!(what.is_some() || at > ours.len() - 200, "byte {at}");
    }
    assert_eq!(left(&disk, &name, &ours, 80), None, "what was read to be held elsewhere goes");
}

#[test]
fn a_file_whose_lines_are_not_the_trees_stays_though_this_log_wrote_it() {
    let (disk, name, ours) = begun_behind();
    let path = dir().join(&name);
    env::publish_file(&disk, &path, &ours).unwrap();
    let key = key();
    let known = journal::Known { in_tree: &|leaf, _| leaf.0 != 2, ..known(80, 80, &key) };
    let found = FileJournal::look(&disk, &dir(), &known, &mut |_| Ok(())).unwrap();
    assert_eq!(found.recovery().foreign.iter().map(|foreign| &foreign.path).collect::<Vec<_>>(), [&path]);
    found.go_on(Arc::new(disk.clone()), Arc::new(SeededRandom::new(2)), SMALL, &|_| true).unwrap();
    assert_eq!(disk.read(&path).unwrap(), ours);
}

#[test]
fn a_name_at_the_edge_is_nobodys_and_lends_no_term() {
    for name in [
        "0000000000000000-ffffffffffffffff.wal",
        "0000000000000000-fffffffffffffffe.wal",
        "0000000000000000-1000000000001.wal",
        "ffffffffffffffff-00000001.wal",
        "fffffffffffffffe-00000001.wal",
        "0400000000000001-00000001.wal",
    ] {
        let disk = filled(10);
        assert!(left(&disk, name, b"x", 0).is_some(), "{name}");
        let names: Vec<_> = disk.list(&dir()).unwrap();
        let terms = names.iter().filter(|path| !path.ends_with(name)).filter_map(|path| {
            let stem = path.file_stem()?.to_str()?.split_once('-')?.1;
            u64::from_str_radix(stem, 16).ok()
        });
        assert!(terms.max().unwrap() <= 2, "{name}: {names:?}");
        assert_eq!(look(&disk, 0).unwrap().leaves().end.0, 10, "{name}");
    }
    // The last term that a name may have, on a file that does not count.
    let disk = filled(100);
    assert!(left(&disk, "0000000000000000-00000000.wal", b"x", 80).is_some());
    let (disk, _, ours) = begun_behind();
    assert!(left(&disk, "0000000000000000-1000000000000.wal", &ours, 80).is_some(), "its header has another term");
    assert_eq!(look(&disk, 80).unwrap().leaves().end.0, 100);
}

#[test]
fn a_temporary_name_is_cleared_of_what_a_journal_leaves_and_of_nothing_else() {
    let ours = filled(10);
    let begun = ours.read(&newest_file(&ours)).unwrap();
    for (content, stays) in [
        (&b"my only copy of something"[..], true),
        (&b""[..], false),
        (&begun[..], false),
        (&begun[..40], false),
        (&[0; 600][..], false),
    ] {
        for name in ["0000000000000000-00000001.wal.tmp", "000000000000000a-00000002.wal.tmp"] {
            let disk = filled(10);
            assert_eq!(left(&disk, name, content, 0).is_some(), stays, "{name}, {} bytes", content.len());
        }
    }
    let disk = filled(10);
    disk.remove(&dir().join("reserve")).unwrap();
    assert!(left(&disk, "reserve.tmp", b"my only copy of something", 0).is_some());
}

//! Flipped bits, missing and misplaced files.

use crate::world::{Seen, append, dir, key, known, open, signed};
use env::Disk;
use env::fake::FaultyDisk;
use journal::{AppendError, FileJournal, Journal, OpenJournalError};
use std::path::Path;

/// Two files, the first complete; the last holds two groups. Returns what should come back.
fn written(disk: &FaultyDisk) -> Vec<Seen> {
    let journal = open(disk, 1, 0).unwrap().journal;
    let mut expected = append(&journal, &[2, 1], 20).unwrap();
    expected.extend(append(&journal, &[1], 5).unwrap());
    journal.begin_book(signed(0)).unwrap();
    expected.extend(append(&journal, &[1, 2], 10).unwrap());
    expected.extend(append(&journal, &[2, 2], 10).unwrap());
    expected
}

fn wal_files(disk: &FaultyDisk) -> Vec<std::path::PathBuf> {
    disk.list(&dir()).unwrap().into_iter().filter(|path| path.extension().is_some_and(|e| e == "wal")).collect()
}

/// Flips every bit of every file in turn; `kept` says how many batches must come back where the journal opens.
fn flip_all(checkpoint: u64, kept: usize) {
    let disk = FaultyDisk::new();
    let expected = written(&disk);
    let mut refused = 0;
    for path in wal_files(&disk) {
        let content = disk.read(&path).unwrap();
        let used = content.iter().rposition(|byte| *byte != 0).unwrap() as u64;
        for byte in 0..content.len() as u64 {
            // Space ahead is zeroes and means nothing; a few of its bytes stand for all.
            if byte > used + 200 && !byte.is_multiple_of(97) {
                continue;
            }
            let copy = disk.snapshot();
            copy.flip_bit(&path, byte, (byte % 8) as u8).unwrap();
            match open(&copy, byte, checkpoint) {
                Err(OpenJournalError::Damaged { path: named, offset, leaf, .. }) => {
                    assert_eq!(named, path, "the damaged file is named");
                    assert!(offset <= byte, "offset {offset} is that of the frame with byte {byte}");
                    assert!(leaf.0 <= 11);
                    refused += 1;
                }
                Err(other) => panic!("byte {byte} of {}: {other}", path.display()),
                Ok(opened) => {
                    assert!(opened.seen.len() >= kept, "byte {byte} of {} was acknowledged", path.display());
                    assert_eq!(opened.seen[..], expected[..opened.seen.len()], "what comes back is unaltered");
                }
            }
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn a_flipped_bit_is_refused_by_name_or_lies_in_the_last_unattested_group() {
    flip_all(0, 5);
}

#[test]
fn a_flipped_bit_under_a_checkpoint_is_always_refused_by_name() {
    flip_all(11, 7);
}

#[test]
fn an_unattested_torn_end_is_cut_and_what_comes_after_is_kept() {
    let disk = FaultyDisk::new();
    let mut expected = written(&disk);
    let last = wal_files(&disk).pop().unwrap();
    let content = disk.read(&last).unwrap();
    let end = content.iter().rposition(|byte| *byte != 0).unwrap() as u64;
    disk.flip_bit(&last, end, 0).unwrap();
    let opened = open(&disk, 5, 0).unwrap();
    expected.pop();
    assert_eq!(opened.seen, expected);
    assert_eq!(opened.recovery.cut.unwrap().path, last);
    expected.extend(append(&opened.journal, &[4], 3).unwrap());
    assert_eq!(open(&disk, 6, 0).unwrap().seen, expected);
}

#[test]
fn missing_files_are_noticed() {
    let disk = FaultyDisk::new();
    written(&disk);
    let files = wal_files(&disk);
    assert_eq!(files.len(), 2);
    let without_first = disk.snapshot();
    without_first.remove(&files[0]).unwrap();
    assert!(matches!(open(&without_first, 2, 0).err(), Some(OpenJournalError::Gap { .. })));
    let without_last = disk.snapshot();
    without_last.remove(&files[1]).unwrap();
    assert!(matches!(open(&without_last, 2, 11).err(), Some(OpenJournalError::Short { .. })));
    let without_any = disk.snapshot();
    files.iter().for_each(|path| without_any.remove(path).unwrap());
    assert!(matches!(open(&without_any, 2, 11).err(), Some(OpenJournalError::Short { .. })));
}

#[test]
fn a_renamed_file_is_noticed() {
    let disk = FaultyDisk::new();
    written(&disk);
    let files = wal_files(&disk);
    let renamed = disk.snapshot();
    renamed.rename_noreplace(&files[1], &dir().join("0000000000000005-00000001.wal")).unwrap();
    assert!(open(&renamed, 2, 0).is_err());
    let misnamed = disk.snapshot();
    misnamed.rename_noreplace(&files[1], &dir().join("4-1.wal")).unwrap();
    assert!(matches!(open(&misnamed, 2, 0).err(), Some(OpenJournalError::Damaged { .. })));
}

#[test]
fn inspecting_gives_the_same_batches_and_changes_nothing() {
    let disk = FaultyDisk::new();
    let expected = written(&disk);
    let inspect = || {
        let key = key();
        let known = known(0, 11, &key);
        let mut lines = Vec::new();
        FileJournal::inspect(&disk, &dir(), &known, &mut |batch| {
            lines.extend(batch.lines.iter().map(<[u8]>::to_vec));
            Ok(())
        })
        .map(|_| lines)
    };
    let operations = disk.operations();
    let lines: Vec<_> = expected.into_iter().flat_map(|batch| batch.lines).collect();
    assert_eq!(inspect().unwrap(), lines);
    assert_eq!(disk.operations(), operations);
    disk.flip_bit(&dir().join("reserve"), 77, 3).unwrap();
    assert!(matches!(inspect(), Err(OpenJournalError::Damaged { offset: 77, .. })), "no byte changes unnoticed");
    open(&disk, 9, 11).unwrap();
}

/// What another hand does to a file.
type Hand<'a> = &'a dyn Fn(&FaultyDisk, &Path);

#[test]
fn nothing_is_taken_into_a_file_whose_name_is_gone() {
    let other = dir().join("other");
    let remove = |disk: &FaultyDisk, path: &Path| disk.remove(path).unwrap();
    let rename = |disk: &FaultyDisk, path: &Path| disk.rename_replace(path, &other).unwrap();
    let replace = |disk: &FaultyDisk, path: &Path| {
        disk.create_new(&other).unwrap();
        disk.rename_replace(&other, path).unwrap();
    };
    let hands: [Hand<'_>; 3] = [&remove, &rename, &replace];
    for take_away in hands {
        let disk = FaultyDisk::new();
        let journal = open(&disk, 1, 0).unwrap().journal;
        append(&journal, &[2, 1], 20).unwrap();
        take_away(&disk, wal_files(&disk).last().unwrap());
        let refused = append(&journal, &[1], 5);
        assert!(matches!(refused, Err(AppendError::Failed { .. })), "{refused:?}");
        assert!(matches!(append(&journal, &[1], 5), Err(AppendError::Stopped { .. })), "and nothing more (I-9)");
    }
}

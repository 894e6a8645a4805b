//! Files changed by somebody who knows the format and repairs every checksum, but lacks the log's key.

use crate::world::{ORIGIN, Seen, append, batch, dir, key, known, newest_file, open, open_at, root_at, signed};
use env::Disk;
use env::fake::FaultyDisk;
use journal::{FileJournal, Journal, MacKey, OpenJournalError};
use proof::{Digest, Hash, LeafIndex, TreeSize};
use std::path::{Path, PathBuf};

const HEADER_BYTES: usize = 192;

fn crc(bytes: &[u8]) -> [u8; 4] {
    crc32c::crc32c(bytes).to_le_bytes()
}

fn size(frame: &[u8], at: usize) -> usize {
    u32::from_le_bytes(frame[at..at + 4].try_into().unwrap()) as usize
}

fn frame_bytes(frame: &[u8]) -> usize {
    80 + size(frame, 48) * 8 + size(frame, 60) * 4 + size(frame, 52) + size(frame, 56) + size(frame, 64) + 36
}

/// Where the frames begin.
fn frames(file: &[u8]) -> Vec<usize> {
    let mut at = HEADER_BYTES;
    let mut found = Vec::new();
    while file.get(at..).is_some_and(|rest| rest.starts_with(b"IWFR")) {
        found.push(at);
        at += frame_bytes(&file[at..]);
    }
    found
}

/// Computes every checksum anew, from the header's to the last frame's.
fn mend(file: &mut [u8]) {
    let header = crc(&file[..188]);
    file[188..192].copy_from_slice(&header);
    let mut previous = header;
    for at in frames(file) {
        let end = at + frame_bytes(&file[at..]);
        file[at + 68..at + 72].copy_from_slice(&previous);
        let header = crc(&file[at..at + 76]);
        file[at + 76..at + 80].copy_from_slice(&header);
        previous = crc(&file[at..end - 4]);
        file[end - 4..end].copy_from_slice(&previous);
    }
}

/// Where the last frame ends.
fn end_of(file: &[u8]) -> usize {
    frames(file).last().map_or(HEADER_BYTES, |at| at + frame_bytes(&file[*at..]))
}

fn rewrite(disk: &FaultyDisk, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut content = disk.read(path).unwrap();
    change(&mut content);
    mend(&mut content);
    disk.remove(path).unwrap();
    env::publish_file(disk, path, &content).unwrap();
}

/// Three groups that no checkpoint covers, never closed, as after a kill.
fn written(disk: &FaultyDisk) -> (PathBuf, Vec<Seen>) {
    let journal = open(disk, 1, 0).unwrap().journal;
    let mut expected = append(&journal, &[2], 20).unwrap();
    expected.extend(append(&journal, &[1, 1], 20).unwrap());
    expected.extend(append(&journal, &[1], 20).unwrap());
    (newest_file(disk), expected)
}

fn assert_refused(disk: &FaultyDisk, path: &Path, at: usize, leaf: u64) {
    let before = disk.read(path).unwrap();
    match open(disk, 9, 0).err() {
        Some(OpenJournalError::Damaged { path: named, offset, leaf: found, what }) => {
            assert_eq!((named.as_path(), offset, found), (path, at as u64, LeafIndex(leaf)), "{what}");
        }
        other => panic!("not refused as damaged: {other:?}"),
    }
    assert_eq!(disk.read(path).unwrap(), before, "a refused start changes nothing");
}

#[test]
fn mending_what_was_not_changed_changes_nothing() {
    let disk = FaultyDisk::new();
    let (path, expected) = written(&disk);
    rewrite(&disk, &path, |_| {});
    assert_eq!(open(&disk, 2, 0).unwrap().seen, expected);
}

#[test]
fn a_line_altered_with_every_checksum_repaired_is_refused_in_every_frame() {
    let disk = FaultyDisk::new();
    let (path, _) = written(&disk);
    let starts = frames(&disk.read(&path).unwrap());
    for (at, leaf) in starts.into_iter().zip([0, 2, 3, 4]) {
        let copy = disk.snapshot();
        // The digit in {"leaf":N…
        rewrite(&copy, &path, |file| {
            let digit = at + file[at..].windows(7).position(|window| window == b"\"leaf\":").unwrap() + 7;
            file[digit] ^= 1;
        });
        assert_refused(&copy, &path, at, leaf);
    }
}

#[test]
fn every_changed_byte_that_a_mac_covers_is_refused_and_none_comes_back_altered() {
    let disk = FaultyDisk::new();
    let (path, expected) = written(&disk);
    let file = disk.read(&path).unwrap();
    let end = end_of(&file);
    let mut refused = 0;
    for byte in 0..end {
        let copy = disk.snapshot();
        let mut content = file.clone();
        content[byte] ^= 0x11;
        if frames(&content) != frames(&file) || end_of(&content) != end {
            // Lengths that lead nowhere: no checksum can be repaired.
            continue;
        }
        rewrite(&copy, &path, |file| *file = content);
        match open(&copy, 9, 0) {
            Err(_) => refused += 1,
            // Checksums, or the nonce: that cuts, as nothing of the file counts then.
            Ok(opened) => assert!(expected.starts_with(&opened.seen), "byte {byte}"),
        }
    }
    assert!(refused > end / 2, "{refused} of {end}");
}

#[test]
fn a_frame_added_at_the_end_is_refused_there() {
    let disk = FaultyDisk::new();
    let (path, _) = written(&disk);
    let file = disk.read(&path).unwrap();
    let last = *frames(&file).last().unwrap();
    let end = last + frame_bytes(&file[last..]);
    rewrite(&disk, &path, |file| {
        let mut frame = file[last..end].to_vec();
        frame[16..24].copy_from_slice(&5_u64.to_le_bytes());
        frame[24..32].copy_from_slice(&(end as u64).to_le_bytes());
        file.truncate(end);
        file.extend(frame);
        file.extend([0; 300]);
    });
    assert_refused(&disk, &path, end, 5);
}

#[test]
fn a_close_added_to_a_file_that_was_cut_is_refused() {
    let disk = FaultyDisk::new();
    let (path, _) = written(&disk);
    let cut = frames(&disk.read(&path).unwrap())[3];
    open(&disk, 2, 0).unwrap().journal.close().unwrap();
    let closed = disk.list(&dir()).unwrap().into_iter().find(|path| path.to_string_lossy().contains("0-00000002"));
    let path = closed.unwrap();
    rewrite(&disk, &path, |file| {
        let frame = frame_bytes(&file[cut..]);
        file.drain(cut..cut + frame);
        file[cut + 16..cut + 24].copy_from_slice(&4_u64.to_le_bytes());
        file[cut + 24..cut + 32].copy_from_slice(&(cut as u64).to_le_bytes());
    });
    assert_refused(&disk, &path, cut, 4);
}

#[test]
fn cutting_whole_frames_that_no_checkpoint_covers_looks_like_a_crash() {
    let disk = FaultyDisk::new();
    let (path, mut expected) = written(&disk);
    let cut = *frames(&disk.read(&path).unwrap()).last().unwrap();
    rewrite(&disk, &path, |file| file.truncate(cut));
    expected.pop();
    assert_eq!(open(&disk, 2, 0).unwrap().seen, expected);
}

#[test]
fn a_header_that_names_another_checkpoint_is_refused() {
    let disk = FaultyDisk::new();
    let (path, _) = written(&disk);
    rewrite(&disk, &path, |file| file[80] = 1);
    assert_refused(&disk, &path, 0, 0);
}

#[test]
fn a_file_begun_under_a_checkpoint_that_the_tree_lacks_is_refused() {
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    append(&journal, &[3], 20).unwrap();
    journal.begin_book(signed(3)).unwrap();
    append(&journal, &[2], 20).unwrap();
    let refused = open(&disk, 2, 2).err();
    assert!(
        matches!(refused, Some(OpenJournalError::OtherTree { begun: TreeSize(3), newest: Some(TreeSize(2)), .. })),
        "checkpoints were taken away: {refused:?}"
    );
    let key = key();
    let other = |size| (size != TreeSize(3)).then(|| root_at(size)).flatten().or(Some(Hash([0; 32])));
    let known = journal::Known { root_at: &other, ..known(0, 5, &key) };
    let refused = FileJournal::inspect(&disk, &dir(), &known, &mut |_| Ok(())).err();
    assert!(
        matches!(refused, Some(OpenJournalError::OtherTree { begun: TreeSize(3), newest: None, .. })),
        "{refused:?}"
    );
    assert!(open(&disk, 2, 4).is_ok());
}

#[test]
fn a_file_of_another_run_of_the_same_log_does_not_follow() {
    // Two histories of one log under one key that part after the first file's first group.
    let disk = FaultyDisk::new();
    let journal = open(&disk, 1, 0).unwrap().journal;
    append(&journal, &[1], 20).unwrap();
    let begin = disk.snapshot();
    let ends = [20, 21].map(|width| {
        let disk = begin.snapshot();
        let journal = open(&disk, 2, 0).unwrap().journal;
        append(&journal, &[2], width).unwrap();
        journal.begin_book(signed(0)).unwrap();
        append(&journal, &[1], 20).unwrap();
        disk
    });
    let last = newest_file(&ends[0]);
    assert_eq!(last, newest_file(&ends[1]));
    let foreign = ends[1].read(&last).unwrap();
    ends[0].remove(&last).unwrap();
    env::publish_file(&ends[0], &last, &foreign).unwrap();
    assert_refused(&ends[0], &last, 0, 3);
}

#[test]
fn without_the_key_only_checksums_are_checked_and_that_is_said() {
    let disk = FaultyDisk::new();
    let (path, _) = written(&disk);
    let inspect = |key: Option<&MacKey>| {
        let any = crate::world::key();
        let known = journal::Known { key, ..known(0, 0, &any) };
        FileJournal::inspect(&disk, &dir(), &known, &mut |_| Ok(()))
    };
    assert!(inspect(Some(&key())).unwrap().authenticated);
    assert!(!inspect(None).unwrap().authenticated);
    let other = inspect(Some(&MacKey::new(&[2; 32]))).err();
    assert!(matches!(other, Some(OpenJournalError::Damaged { offset: 0, .. })), "{other:?}");
    let at = frames(&disk.read(&path).unwrap())[1];
    rewrite(&disk, &path, |file| file[at + 120] ^= 1);
    assert!(inspect(None).is_ok(), "whoever lacks the key cannot tell");
    assert!(inspect(Some(&key())).is_err());
}

#[test]
fn a_file_of_the_version_before_is_refused_by_its_version() {
    let disk = FaultyDisk::new();
    let mut old = b"INDELWAL".to_vec();
    old.extend([1, 0, 0, 0, 0, 0, 0, 0]);
    old.extend(1_u64.to_le_bytes());
    old.extend([0; 24]);
    old.extend(Digest::of(ORIGIN.as_bytes()).0);
    old.extend([0; 12]);
    old.extend(crc(&old));
    disk.create_dir_all(&dir()).unwrap();
    env::publish_file(&disk, &dir().join("0000000000000000-00000001.wal"), &old).unwrap();
    let refused = open(&disk, 1, 0).err().unwrap();
    assert!(matches!(refused, OpenJournalError::Version { version: 1, .. }), "{refused}");
    assert!(refused.to_string().contains("unreleased build"), "{refused}");
}

#[test]
fn macs_survive_copies_and_rotations() {
    let disk = FaultyDisk::new();
    let mut expected = Vec::new();
    for seed in 1..6 {
        let opened = open_at(&disk, &dir(), seed, 0, seed - 1, crate::world::SMALL).unwrap();
        assert_eq!(opened.seen, expected);
        expected.extend(append(&opened.journal, &[1, 2], 30).unwrap());
        opened.journal.begin_book(signed(seed)).unwrap();
        opened.journal.append(&[batch(opened.journal.next_leaf().0, 1, 3)]).map(drop).unwrap();
        expected = open_at(&disk, &dir(), seed + 50, 0, seed, crate::world::SMALL).unwrap().seen;
    }
    assert!(expected.len() == 15, "{}", expected.len());
}

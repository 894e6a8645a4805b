use std::path::{Path, PathBuf};

use env::Disk;
use env::fake::FaultyDisk;
use indelible_segment::SegmentFile;
use indelible_segment::manifest::SegmentEntry;
use indelible_segment::verify::{FindingKind, SegmentFinding};

use crate::sample::{Log, SEGMENTS, disk};

const LOG: Log = Log("here");

fn verify(disk: &FaultyDisk, entry: &SegmentEntry) -> Vec<SegmentFinding> {
    LOG.verify(disk, Path::new(SEGMENTS), entry)
}

fn path(entry: &SegmentEntry, file: SegmentFile) -> PathBuf {
    Path::new(SEGMENTS).join(entry.name.file(file))
}

fn put(disk: &dyn Disk, path: &Path, bytes: &[u8]) {
    env::replace_file(disk, path, bytes).unwrap();
}

/// What a finding in this file must be: the index can be made again, everything else is evidence.
fn kind(file: SegmentFile) -> FindingKind {
    if file == SegmentFile::Index { FindingKind::Index } else { FindingKind::Tampered }
}

fn assert_found(disk: &FaultyDisk, entry: &SegmentEntry, file: SegmentFile, what: &str) {
    let findings = verify(disk, entry);
    let found = findings.iter().any(|finding| {
        finding.file == path(entry, file)
            && finding.kind == kind(file)
            && finding.leaves.as_ref().is_some_and(|leaves| !leaves.is_empty())
    });
    assert!(found, "{what} in {file:?}: {findings:?}");
    let others =
        findings.iter().filter(|finding| kind(file) == FindingKind::Index && finding.kind != FindingKind::Index);
    assert_eq!(others.count(), 0, "{what} in {file:?}: {findings:?}");
}

#[test]
fn every_flipped_bit_is_found() {
    let disk = disk();
    let entry = LOG.seal(&disk, 5..12).unwrap();
    assert_eq!(verify(&disk, &entry), []);
    for file in SegmentFile::ALL {
        let path = path(&entry, file);
        let len = disk.read(&path).unwrap().len() as u64;
        for byte in 0..len {
            for bit in 0..8 {
                disk.flip_bit(&path, byte, bit).unwrap();
                assert_found(&disk, &entry, file, &format!("byte {byte} bit {bit}"));
                disk.flip_bit(&path, byte, bit).unwrap();
            }
        }
    }
    assert_eq!(verify(&disk, &entry), []);
}

#[test]
fn truncation_growth_and_deletion_are_found() {
    let disk = disk();
    let entry = LOG.seal(&disk, 0..12).unwrap();
    for file in SegmentFile::ALL {
        let path = path(&entry, file);
        let bytes = disk.read(&path).unwrap();
        for len in [0, 1, 8, bytes.len() / 2, bytes.len() - 1] {
            put(&disk, &path, &bytes[..len]);
            assert_found(&disk, &entry, file, &format!("cut to {len}"));
        }
        put(&disk, &path, &[bytes.as_slice(), &[0]].concat());
        assert_found(&disk, &entry, file, "one byte more");
        disk.remove(&path).unwrap();
        assert_found(&disk, &entry, file, "deletion");
        put(&disk, &path, &bytes);
    }
    assert_eq!(verify(&disk, &entry), []);
}

#[test]
fn swapped_and_foreign_files_are_found() {
    let here = disk();
    let there = disk();
    let first = LOG.seal(&here, 0..10).unwrap();
    let second = LOG.seal(&here, 10..20).unwrap();
    let foreign = Log("there").seal(&there, 0..10).unwrap();
    assert_eq!(first.name, foreign.name);
    for file in SegmentFile::ALL {
        let ours = here.read(&path(&first, file)).unwrap();
        put(&here, &path(&first, file), &here.read(&path(&second, file)).unwrap());
        assert_found(&here, &first, file, "the next segment's");
        put(&here, &path(&first, file), &there.read(&path(&foreign, file)).unwrap());
        assert_found(&here, &first, file, "another log's");
        put(&here, &path(&first, file), &ours);
    }
    // All files and the manifest's hashes from the other log: only the tree can tell.
    for file in SegmentFile::ALL {
        put(&here, &path(&first, file), &there.read(&path(&foreign, file)).unwrap());
    }
    let findings = verify(&here, &foreign);
    let lines = path(&first, SegmentFile::Lines);
    assert!(findings.iter().any(|finding| finding.file == lines && finding.leaves == Some(0..10)), "{findings:?}");
}

#[test]
fn other_disclosures_are_found_even_if_the_manifest_vouches_for_them() {
    let here = disk();
    let there = disk();
    let mut entry = LOG.seal(&here, 0..10).unwrap();
    let foreign = Log("there").seal(&there, 0..10).unwrap();
    put(
        &here,
        &path(&entry, SegmentFile::Disclosures),
        &there.read(&path(&foreign, SegmentFile::Disclosures)).unwrap(),
    );
    entry.disclosures = foreign.disclosures;
    let findings = verify(&here, &entry);
    let named: Vec<_> = findings.iter().flat_map(|finding| finding.leaves.clone().unwrap()).collect();
    assert_eq!(named, (0..10).filter(|leaf| leaf % 3 != 0).collect::<Vec<u64>>());
}

#[test]
fn a_damaged_line_is_named_by_its_leaves_alone() {
    let disk = disk();
    let entry = LOG.seal(&disk, 0..1000).unwrap();
    let lines = path(&entry, SegmentFile::Lines);
    disk.flip_bit(&lines, 500, 3).unwrap();
    let findings = verify(&disk, &entry);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    let leaves = finding.leaves.clone().unwrap();
    assert!(leaves.start == 0 && leaves.end < 400, "{leaves:?}");
    assert_eq!(finding.kind, FindingKind::Tampered);
    assert!(finding.to_string().starts_with(&format!("{}, leaves 0 to ", lines.display())), "{finding}");
}

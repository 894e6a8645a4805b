//! Flipped bits in the tree's folder.

use crate::world::{create, grow, key, mark, open, tree};
use env::Disk;
use env::fake::FaultyDisk;
use ledger::{Beyond, ChainKey, TreeReport, verify_tree};
use proof::LeafIndex;
use std::path::Path;

fn sealed() -> FaultyDisk {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    for size in [1, 40, 256, 260, 263] {
        grow(&ledger, size);
        ledger.checkpoint().unwrap();
    }
    disk
}

fn verify(disk: &FaultyDisk) -> TreeReport {
    verify_tree(disk, &tree(), &key().verifier(), Some(&ChainKey::of(&key())), Some(&mark())).unwrap()
}

#[test]
fn an_untouched_tree_has_no_findings() {
    let report = verify(&sealed());
    assert_eq!((report.size.0, report.checkpoints, report.findings.len()), (263, 6, 0));
}

#[test]
fn every_flipped_bit_in_the_tree_is_found_and_the_file_and_leaves_are_named() {
    let disk = sealed();
    for path in disk.list(&tree()).unwrap() {
        let name = path.file_name().unwrap().to_str().unwrap();
        for byte in 0..disk.read(&path).unwrap().len() as u64 {
            let copy = disk.snapshot();
            copy.flip_bit(&path, byte, (byte % 8) as u8).unwrap();
            let findings = verify(&copy).findings;
            assert!(!findings.is_empty(), "byte {byte} of {name}");
            assert_eq!(findings[0].path, path, "byte {byte} of {name}");
            let leaf = match name {
                "digests" => LeafIndex(byte / 32),
                "level-1" => LeafIndex(byte / 32 * 256),
                _ => continue,
            };
            assert!(findings[0].leaves.contains(&leaf), "byte {byte} of {name}: {:?}", findings[0]);
        }
    }
}

#[test]
fn every_flipped_bit_of_the_checkpoints_is_refused_at_opening() {
    let disk = sealed();
    let path = tree().join("checkpoints");
    for byte in 0..disk.read(&path).unwrap().len() as u64 {
        let copy = disk.snapshot();
        copy.flip_bit(&path, byte, (byte % 8) as u8).unwrap();
        assert!(open(&copy).is_err(), "byte {byte}");
    }
}

#[test]
fn every_flipped_bit_of_the_mark_is_found() {
    let disk = sealed();
    for byte in 0..disk.read(&mark()).unwrap().len() as u64 {
        let copy = disk.snapshot();
        copy.flip_bit(&mark(), byte, (byte % 8) as u8).unwrap();
        assert_eq!(verify(&copy).findings[0].path, mark());
    }
}

#[test]
fn truncated_and_missing_files_are_found() {
    for name in ["digests", "level-1", "checkpoints", "origin"] {
        let path = tree().join(name);
        let cut = sealed();
        let length = cut.read(&path).unwrap().len() as u64;
        cut.open_write(&path).unwrap().set_len(length - 1).unwrap();
        assert_found(&cut, &path);
        assert!(open(&cut).is_err(), "{name} cut short");
        let missing = sealed();
        missing.remove(&path).unwrap();
        assert_found(&missing, &path);
        assert!(open(&missing).is_err(), "{name} missing");
    }
}

#[test]
fn bytes_beyond_the_newest_checkpoint_are_told_and_are_no_finding() {
    for (name, bytes) in
        [("digests", 1), ("digests", 48), ("level-1", 32), ("level-2", 5), ("checkpoints", 1), ("checkpoints", 40)]
    {
        let disk = sealed();
        let path = tree().join(name);
        let mut long = if disk.exists(&path).unwrap() { disk.read(&path).unwrap() } else { Vec::new() };
        long.resize(long.len() + bytes, 0);
        env::replace_file(&disk, &path, &long).unwrap();
        let report = verify(&disk);
        assert_eq!(report.findings, [], "{name}");
        assert_eq!(report.beyond, [Beyond { path, bytes: bytes as u64 }]);
        open(&disk).unwrap();
        assert_eq!(verify(&disk).beyond, [], "a start cuts {name}");
    }
    let disk = sealed();
    let path = tree().join("checkpoints");
    let cut = disk.read(&path).unwrap().len() as u64 - 1;
    disk.open_write(&path).unwrap().set_len(cut).unwrap();
    let report = verify(&disk);
    assert!(!report.findings.is_empty() && report.beyond.is_empty(), "what was signed counts: {report:?}");
}

fn assert_found(disk: &FaultyDisk, path: &Path) {
    let findings = verify(disk).findings;
    // A cut last checkpoint is what power loss leaves behind; there the mark speaks.
    let named = findings.iter().any(|finding| finding.path == path || finding.path == mark());
    assert!(named, "{}: {findings:?}", path.display());
}

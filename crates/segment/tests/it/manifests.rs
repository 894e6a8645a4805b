use std::path::{Path, PathBuf};

use env::Disk;
use env::fake::FaultyDisk;
use indelible_segment::SegmentName;
use indelible_segment::manifest::{
    FileStamp, MANIFESTS_KEPT, Manifest, ManifestError, NUMBER_MAX, SegmentEntry, newest, publish, verify_manifests,
};
use indelible_segment::verify::FindingKind;
use proof::Digest;

use crate::sample::{MANIFESTS, disk, store};

fn dir() -> &'static Path {
    Path::new(MANIFESTS)
}

fn entry(first: u64, last: u64) -> SegmentEntry {
    let stamp = FileStamp { bytes: last, sha256: Digest([last as u8; 32]) };
    SegmentEntry { name: SegmentName { first, last, generation: 0 }, lines: stamp, disclosures: stamp, removed: None }
}

/// Publishes manifests 1 to `count`, each sealing ten leaves more.
fn published(count: u64) -> (FaultyDisk, Manifest) {
    let disk = disk();
    let mut manifest = Manifest::first(1, entry(0, 9));
    publish(&store(&disk, dir()), &manifest).unwrap();
    for number in 1..count {
        manifest = manifest.followed_by(1, entry(number * 10, number * 10 + 9));
        publish(&store(&disk, dir()), &manifest).unwrap();
    }
    (disk, manifest)
}

fn path(number: u64) -> PathBuf {
    dir().join(format!("{number:012}"))
}

#[test]
fn the_highest_counts_and_the_last_eight_are_kept() {
    assert!(newest(&store(&disk(), dir())).unwrap().is_none());
    let (disk, last) = published(MANIFESTS_KEPT + 5);
    assert_eq!(newest(&store(&disk, dir())).unwrap().unwrap(), last);
    assert_eq!(last.sealed_to(), (MANIFESTS_KEPT + 5) * 10);
    let kept: Vec<PathBuf> = (6..=MANIFESTS_KEPT + 5).map(path).collect();
    assert_eq!(disk.list(dir()).unwrap(), kept);
    assert_eq!(verify_manifests(&store(&disk, dir())).unwrap(), []);
}

#[test]
fn a_number_is_published_once() {
    let (disk, last) = published(2);
    let other = Manifest { term: 2, ..last.clone() };
    assert!(matches!(publish(&store(&disk, dir()), &other), Err(ManifestError::Overtaken { number: 2 })));
    assert_eq!(newest(&store(&disk, dir())).unwrap().unwrap(), last);
}

#[test]
fn segments_with_a_gap_are_not_published() {
    let (disk, last) = published(1);
    for wrong in [entry(11, 20), entry(9, 20), entry(20, 10)] {
        let wrong = last.followed_by(1, wrong);
        assert!(matches!(publish(&store(&disk, dir()), &wrong), Err(ManifestError::NotConsecutive { number: 2 })));
    }
}

#[test]
fn a_damaged_newest_manifest_is_said_and_no_older_one_taken() {
    let (disk, _) = published(3);
    let len = disk.read(&path(3)).unwrap().len() as u64;
    for byte in 0..len {
        for bit in 0..8 {
            disk.flip_bit(&path(3), byte, bit).unwrap();
            assert!(
                matches!(newest(&store(&disk, dir())), Err(ManifestError::Damaged { file, .. }) if file == path(3))
            );
            let findings = verify_manifests(&store(&disk, dir())).unwrap();
            assert!(findings.iter().any(|f| f.file == path(3) && f.kind == FindingKind::Tampered));
            disk.flip_bit(&path(3), byte, bit).unwrap();
        }
    }
    // An unfinished publication is no manifest.
    disk.create_new(&env::temporary_path(&path(4))).unwrap();
    assert_eq!(newest(&store(&disk, dir())).unwrap().unwrap().number, 3);
    assert_eq!(verify_manifests(&store(&disk, dir())).unwrap(), []);
}

#[test]
fn missing_renamed_rewritten_and_foreign_manifests_are_found() {
    let found = |damage: &dyn Fn(&FaultyDisk), file: PathBuf, kind: FindingKind| {
        let (disk, _) = published(5);
        damage(&disk);
        let findings = verify_manifests(&store(&disk, dir())).unwrap();
        assert!(findings.iter().any(|finding| finding.file == file && finding.kind == kind), "{findings:?}");
    };
    found(&|disk| disk.remove(&path(3)).unwrap(), path(3), FindingKind::Tampered);
    found(&|disk| disk.remove(&path(1)).unwrap(), path(1), FindingKind::Tampered);
    found(&|disk| disk.rename_replace(&path(2), &path(4)).unwrap(), path(4), FindingKind::Tampered);
    let rewrite = |disk: &FaultyDisk| {
        let old = Manifest::decode(&disk.read(&path(3)).unwrap()).unwrap();
        env::replace_file(disk, &path(3), &Manifest { term: 9, ..old }.encode()).unwrap();
    };
    found(&rewrite, path(4), FindingKind::Tampered);
    let foreign = dir().join("notes.txt");
    found(&|disk| drop(disk.create_new(&foreign).unwrap()), foreign.clone(), FindingKind::Foreign);
}

#[test]
fn an_old_number_removes_no_file_that_the_chain_of_manifests_does_not_name() {
    let (disk, last) = published(MANIFESTS_KEPT);
    let (other, _) = published(1);
    let theirs = Manifest { term: 9, ..Manifest::decode(&other.read(&path(1)).unwrap()).unwrap() }.encode();
    for planted in [b"my only copy of something".to_vec(), theirs] {
        let disk = disk.snapshot();
        env::replace_file(&disk, &path(1), &planted).unwrap();
        let next = last.followed_by(1, entry(last.sealed_to(), last.sealed_to()));
        publish(&store(&disk, dir()), &next).unwrap();
        assert_eq!(disk.read(&path(1)).unwrap(), planted);
    }
    publish(&store(&disk, dir()), &last.followed_by(1, entry(last.sealed_to(), last.sealed_to()))).unwrap();
    assert!(!disk.exists(&path(1)).unwrap(), "the oldest of the log's own goes");
}

#[test]
fn a_number_that_no_log_comes_to_names_no_manifest() {
    let (disk, last) = published(2);
    for number in [NUMBER_MAX + 1, u64::MAX - 1, u64::MAX] {
        disk.create_new(&path(number)).unwrap();
    }
    assert_eq!(newest(&store(&disk, dir())).unwrap(), Some(last.clone()));
    assert_eq!(
        verify_manifests(&store(&disk, dir())).unwrap().iter().filter(|f| f.kind == FindingKind::Foreign).count(),
        3
    );
    publish(&store(&disk, dir()), &last.followed_by(1, entry(last.sealed_to(), last.sealed_to()))).unwrap();
    // The last number there is, on a manifest that is whole.
    let planted = Manifest { number: NUMBER_MAX, ..last };
    env::publish_file(&disk, &path(NUMBER_MAX), &planted.encode()).unwrap();
    let next = planted.followed_by(1, entry(planted.sealed_to(), planted.sealed_to()));
    assert!(matches!(publish(&store(&disk, dir()), &next), Err(ManifestError::OutOfReach { .. })));
}

//! Merging on a disk that fails: the old segments or the merged one, never neither.

use std::cell::Cell;
use std::path::Path;

use env::Disk;
use env::fake::{Fault, FaultyDisk};
use indelible_segment::manifest::{self, Manifest, SegmentEntry, publish, verify_manifests};
use indelible_segment::merge::{MergeError, Source, join, merge, room};
use indelible_segment::seal::remove_files;
use indelible_segment::sealed::{IndexAccess, open_segment};
use indelible_segment::verify::verify_folder;
use indelible_segment::{BlockCache, Part, Segment, SegmentFile};

use crate::sample::{Log, MANIFESTS, SEGMENTS, disk, store};

const LOG: Log = Log("here");
/// Where the segments that are merged begin, and where the last one ends.
const CUTS: [u64; 5] = [0, 20, 21, 60, 75];
/// Of these the second to the fourth.
const MERGED: std::ops::Range<usize> = 1..4;

fn segments() -> &'static Path {
    Path::new(SEGMENTS)
}

fn sealed() -> FaultyDisk {
    let disk = disk();
    let mut newest: Option<Manifest> = None;
    for pair in CUTS.windows(2) {
        let entry = LOG.seal(&disk, pair[0]..pair[1]).unwrap();
        let next = newest.map_or_else(|| Manifest::first(1, entry), |newest| newest.followed_by(1, entry));
        publish(&store(&disk, Path::new(MANIFESTS)), &next).unwrap();
        newest = Some(next);
    }
    disk
}

/// The two ways to merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Anew,
    Joined,
}

/// Merges, publishes and removes, as the engine does.
fn merge_and_publish(disk: &FaultyDisk, way: Way) -> Result<SegmentEntry, Box<dyn std::error::Error>> {
    let manifests = Path::new(MANIFESTS);
    let newest = manifest::newest(&store(disk, manifests))?.unwrap();
    let entries = &newest.segments[MERGED];
    let cache = BlockCache::new(1 << 20);
    let open = |entry| open_segment(&store(disk, segments()), entry, &cache, IndexAccess::Whole);
    let parts = entries.iter().map(open).collect::<Result<Vec<Segment>, _>>()?;
    let sources: Vec<Source<'_>> =
        entries.iter().zip(&parts).map(|(entry, part)| Source { entry: *entry, part }).collect();
    let merged = match way {
        Way::Anew => merge(&store(disk, segments()), &sources, &|leaf| Ok(LOG.digest(leaf)), &|| true)?,
        Way::Joined => join(&store(disk, segments()), &sources, &|| true)?,
    };
    let merged = merged.unwrap();
    publish(&store(disk, manifests), &newest.followed_by_merged(1, merged))?;
    let files: Vec<_> = entries.iter().flat_map(|entry| SegmentFile::ALL.map(|file| entry.name.file(file))).collect();
    remove_files(&store(disk, segments()), &files)?;
    Ok(merged)
}

fn newest(disk: &FaultyDisk) -> Manifest {
    manifest::newest(&store(disk, Path::new(MANIFESTS))).unwrap().unwrap()
}

fn assert_whole(disk: &FaultyDisk, case: &str) {
    for entry in newest(disk).segments {
        let found = LOG.verify(disk, segments(), &entry);
        assert_eq!(found, [], "{case}");
    }
}

#[test]
fn merged_segments_are_as_if_sealed_at_once() {
    let disk = sealed();
    let merged = merge_and_publish(&disk, Way::Anew).unwrap();
    assert_eq!(merged.name.leaves(), CUTS[MERGED.start]..CUTS[MERGED.end]);
    assert_eq!(newest(&disk).segments.len(), 2);
    assert_whole(&disk, "merged");
    assert_eq!(verify_folder(&store(&disk, segments()), Some(&newest(&disk))).unwrap(), []);
    assert_eq!(verify_manifests(&store(&disk, Path::new(MANIFESTS))).unwrap(), []);
    let once = LOG.seal(&disk, merged.name.leaves()).unwrap();
    for file in SegmentFile::ALL {
        let bytes = |entry: &SegmentEntry| disk.read(&segments().join(entry.name.file(file))).unwrap();
        assert_eq!(bytes(&merged), bytes(&once), "{file:?}: rows, addresses and disclosures are those of the sources");
    }
}

/// Lines and index are as if sealed at once; of disclosures, those that two of the segments have are there twice.
#[test]
fn joined_segments_hold_what_the_others_held() {
    let disk = sealed();
    let merged = merge_and_publish(&disk, Way::Joined).unwrap();
    assert_whole(&disk, "joined");
    assert_eq!(verify_folder(&store(&disk, segments()), Some(&newest(&disk))).unwrap(), []);
    let segment =
        open_segment(&store(&disk, segments()), &merged, &BlockCache::new(1 << 20), IndexAccess::Whole).unwrap();
    for leaf in merged.name.leaves() {
        let row = segment.row_of_leaf(leaf).unwrap();
        assert_eq!(segment.line(row).unwrap(), LOG.line(leaf));
        assert_eq!(segment.disclosures(row).unwrap(), LOG.disclosed(leaf));
    }
    let once = LOG.seal(&disk, merged.name.leaves()).unwrap();
    for file in [SegmentFile::Lines, SegmentFile::Index] {
        let bytes = |entry: &SegmentEntry| disk.read(&segments().join(entry.name.file(file))).unwrap();
        assert!(bytes(&merged) == bytes(&once), "{file:?}: frames of small segments are packed again");
    }
}

/// The checksums of an index tell nobody that it was changed together with them; the digests read when it was opened do.
#[test]
fn an_index_that_changes_while_it_is_open_is_not_joined() {
    let disk = sealed();
    let entries = newest(&disk).segments;
    let cache = BlockCache::new(1 << 20);
    let open = |entry| open_segment(&store(&disk, segments()), entry, &cache, IndexAccess::Blocks).unwrap();
    let parts: Vec<Segment> = entries.iter().map(open).collect();
    let sources: Vec<Source<'_>> =
        entries.iter().zip(&parts).map(|(entry, part)| Source { entry: *entry, part }).collect();
    let before = disk.list(segments()).unwrap();
    disk.flip_bit(&segments().join(entries[1].name.file(SegmentFile::Index)), 500, 1).unwrap();
    let joined = join(&store(&disk, segments()), &sources, &|| true);
    assert!(matches!(joined, Err(MergeError::Index(_))), "{joined:?}");
    assert_eq!(disk.list(segments()).unwrap(), before, "what was begun is gone");
}

#[test]
fn a_file_that_is_not_what_the_manifest_says_is_not_joined() {
    for file in [SegmentFile::Lines, SegmentFile::Disclosures] {
        let disk = sealed();
        let entry = newest(&disk).segments[0];
        let part =
            open_segment(&store(&disk, segments()), &entry, &BlockCache::new(1 << 20), IndexAccess::Whole).unwrap();
        let sources = [Source { entry, part: &part }];
        let index = disk.read(&segments().join(entry.name.file(SegmentFile::Index))).unwrap().len() as u64;
        assert!(room(&sources) >= entry.lines.bytes + entry.disclosures.bytes + index);
        let before = disk.list(segments()).unwrap();
        disk.flip_bit(&segments().join(entry.name.file(file)), 20, 3).unwrap();
        let joined = join(&store(&disk, segments()), &sources, &|| true);
        assert!(matches!(joined, Err(MergeError::Changed { .. } | MergeError::Read(_))), "{joined:?}");
        assert_eq!(disk.list(segments()).unwrap(), before);
    }
}

#[test]
fn merging_that_is_given_up_leaves_nothing() {
    let disk = sealed();
    let before = disk.list(segments()).unwrap();
    let entry = newest(&disk).segments[0];
    let part = open_segment(&store(&disk, segments()), &entry, &BlockCache::new(1 << 20), IndexAccess::Whole).unwrap();
    let sources = [Source { entry, part: &part }];
    let merged = merge(&store(&disk, segments()), &sources, &|leaf| Ok(LOG.digest(leaf)), &|| false).unwrap();
    assert_eq!(merged, None);
    for steps in 0..4 {
        let left = Cell::<u32>::new(steps);
        let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
        assert_eq!(join(&store(&disk, segments()), &sources, &go_on).unwrap(), None, "{steps}");
    }
    assert_eq!(disk.list(segments()).unwrap(), before);
}

/// Every operation of merging fails in turn, in each of the ways a disk fails; then power goes.
#[test]
fn a_fault_at_any_step_leaves_the_old_segments_or_the_merged_one() {
    for way in [Way::Anew, Way::Joined] {
        every_fault(way);
    }
}

fn every_fault(way: Way) {
    let before = sealed();
    let whole = before.snapshot();
    merge_and_publish(&whole, way).unwrap();
    let steps = whole.operations();
    let mut old = 0;
    let mut new = 0;
    for fault in [Fault::Error, Fault::Full, Fault::PowerLoss] {
        for step in 0..steps {
            let case = format!("{way:?}: {fault:?} at {step}");
            let disk = before.snapshot();
            disk.fail_at(step, fault);
            let outcome = merge_and_publish(&disk, way);
            disk.clear_faults();
            disk.crash(step);

            let manifest = newest(&disk);
            let merged = manifest.segments.len() == 2;
            assert!(merged || outcome.is_err(), "{case}: published, then lost");
            assert_eq!(manifest.sealed_to(), CUTS[4], "{case}");
            assert_whole(&disk, &case);
            LOG.clean(&disk, &manifest, manifest.sealed_to()..u64::MAX, &|_| true);
            assert_eq!(verify_folder(&store(&disk, segments()), Some(&manifest)).unwrap(), [], "{case}");
            assert_whole(&disk, &case);
            if !merged {
                merge_and_publish(&disk, way).unwrap();
                assert_whole(&disk, &case);
            }
            *(if merged { &mut new } else { &mut old }) += 1;
        }
    }
    assert!(old > 0 && new > 0, "{old} old, {new} new");
}

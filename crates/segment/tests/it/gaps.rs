//! Segments that lack some of their leaves: rewritten, read, merged, indexed again, verified, and on a disk that fails.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use env::Disk;
use env::fake::{Fault, FaultyDisk};
use event::Kind;
use indelible_segment::manifest::{self, Manifest, RemovedStamp, SegmentEntry, publish};
use indelible_segment::merge::{Source, join, merge};
use indelible_segment::seal::remove_files;
use indelible_segment::sealed::{IndexAccess, Reindexing, SealedLines, check_index, open_segment, reindex};
use indelible_segment::verify::{FindingKind, verify_folder};
use indelible_segment::{
    BlockCache, LeafDigests, Part, PartLines, RewriteError, Sealer, Segment, SegmentFile, rewrite_without,
};
use index::{Field, IndexKey, Lines};
use proof::Digest;
use proptest::prelude::*;
use roaring::RoaringTreemap;

use crate::sample::{Log, MANIFESTS, SEED, SEGMENTS, address, disk, store, token};

const LOG: Log = Log("here");

fn dir() -> &'static Path {
    Path::new(SEGMENTS)
}

/// The tree that lines are held against when they are shown.
struct Tree;

impl LeafDigests for Tree {
    fn digests(&self, first: u64, count: usize) -> Result<Vec<Digest>, Box<dyn std::error::Error + Send + Sync>> {
        Ok((first..).take(count).map(|leaf| LOG.digest(leaf)).collect())
    }
}

fn cache() -> Arc<BlockCache> {
    BlockCache::held_against(1 << 20, Arc::new(Tree), IndexKey::default())
}

fn open(disk: &FaultyDisk, entry: &SegmentEntry) -> Segment {
    open_segment(&store(disk, dir()), entry, &cache(), IndexAccess::Blocks).unwrap()
}

fn rewrite(disk: &FaultyDisk, entry: &SegmentEntry, removed: &RoaringTreemap) -> Result<SegmentEntry, RewriteError> {
    let cache = cache();
    // Few enough that the index is made in pieces.
    let how = Reindexing { rows_at_once: 100, ..Reindexing::new(&cache, IndexAccess::Blocks, SEED, &token) };
    rewrite_without(&store(disk, dir()), entry, removed, &|leaf| Ok(LOG.digest(leaf)), &how).map(Option::unwrap)
}

/// Seals what is left of a range, as if the rest had never been there.
fn seal_left(disk: &FaultyDisk, leaves: Range<u64>, removed: &RoaringTreemap) -> SegmentEntry {
    let mut sealer = Sealer::begin(&store(disk, dir()), leaves.start, 0, SEED).unwrap();
    for leaf in leaves.clone().filter(|leaf| !removed.contains(*leaf)) {
        sealer.pass_over(leaf);
        sealer.push(&LOG.line(leaf), &LOG.disclosed(leaf), address(leaf)).unwrap();
    }
    sealer.pass_over(leaves.end);
    sealer.finish(&|leaf| Ok(LOG.digest(leaf))).unwrap()
}

fn bytes(disk: &FaultyDisk, entry: &SegmentEntry, file: SegmentFile) -> Vec<u8> {
    disk.read(&dir().join(entry.name.file(file))).unwrap()
}

fn within(range: Range<u64>, removed: &RoaringTreemap) -> RoaringTreemap {
    removed.iter().filter(|leaf| range.contains(leaf)).collect()
}

/// Everything that is left, and nothing else, however it is asked for.
fn assert_holds(disk: &FaultyDisk, entry: &SegmentEntry, removed: &RoaringTreemap) {
    let gone = within(entry.name.leaves(), removed);
    let segment = open(disk, entry);
    assert_eq!(u64::from(segment.rows()), entry.rows());
    assert_eq!(entry.removed.map_or(0, |removed| removed.leaves), gone.len());
    assert_eq!(segment.leaf_set().removed(), gone);
    let mut places = 0;
    for leaf in entry.name.leaves() {
        let row = segment.row_of_leaf(leaf);
        assert_eq!(row.is_none(), gone.contains(leaf), "leaf {leaf}");
        assert_eq!(segment.leaf_set().places_before(leaf), places);
        let Some(row) = row else {
            assert!(segment.source().line(leaf).is_err() && segment.source().disclosures(leaf).is_err());
            continue;
        };
        places += 1;
        assert_eq!(segment.leaf(row), leaf);
        assert_eq!(segment.line(row).unwrap(), LOG.line(leaf), "held against the tree's digest of leaf {leaf}");
        assert_eq!(segment.disclosures(row).unwrap(), LOG.disclosed(leaf));
        let id = format!("01990000-0000-7000-8000-{leaf:012x}");
        assert!(segment.equal(Field::Id, id.as_bytes()).unwrap().iter().eq([row]));
    }
    let rows: Vec<u32> = (0..segment.rows()).collect();
    let mut read = BTreeSet::new();
    segment.lines(&rows, &mut |row, line| read.extend([(segment.leaf(row), line.to_vec())])).unwrap();
    let left = entry.name.leaves().filter(|leaf| !gone.contains(*leaf));
    assert!(read.into_iter().eq(left.map(|leaf| (leaf, LOG.line(leaf)))));
    // No record is left that only removed leaves referred to.
    let file = segment.source().disclosure_file();
    file.check().unwrap();
    let known = |kind: usize| {
        let left = entry.name.leaves().filter(|leaf| !gone.contains(*leaf)).flat_map(|leaf| LOG.disclosed(leaf));
        left.filter_map(|element| element[kind].as_ref().map(|record| record.digest)).collect::<BTreeSet<_>>()
    };
    for kind in Kind::ALL {
        let mut records = BTreeSet::new();
        file.each_record(kind, &mut |_, record| {
            records.insert(record.digest);
            Ok(())
        })
        .unwrap();
        assert_eq!(records, known(kind.as_byte().into()));
    }
}

/// Sound once the removed leaves are explained; else each of them is named.
fn assert_verifies(disk: &FaultyDisk, entry: &SegmentEntry, removed: &RoaringTreemap) {
    assert_eq!(LOG.verify_explained(disk, dir(), entry, removed), []);
    let found = LOG.verify(disk, dir(), entry);
    assert!(found.iter().all(|finding| finding.kind == FindingKind::Tampered));
    assert!(found.iter().all(|finding| finding.file == dir().join(entry.name.file(SegmentFile::Lines))));
    let named: RoaringTreemap = found.iter().flat_map(|finding| finding.leaves.clone().unwrap()).collect();
    let gone = within(entry.name.leaves(), removed);
    assert!(gone.is_subset(&named) && named.is_empty() == gone.is_empty());
    if found.len() <= 64 {
        assert_eq!(named, gone);
    }
    // One that is explained less is found.
    if let Some(leaf) = gone.max() {
        let mut less = removed.clone();
        less.remove(leaf);
        let found = LOG.verify_explained(disk, dir(), entry, &less);
        assert_eq!(found.into_iter().map(|found| found.leaves).collect::<Vec<_>>(), [Some(leaf..leaf + 1)]);
    }
}

fn removals(len: u64) -> impl Strategy<Value = RoaringTreemap> {
    let runs = proptest::collection::vec((0..len, 1..len / 2), 0..4);
    let singles = proptest::collection::vec(0..len, 0..30);
    (runs, singles).prop_map(|(runs, singles)| {
        let mut removed: RoaringTreemap = singles.into_iter().collect();
        for (first, len) in runs {
            removed.insert_range(first..first + len);
        }
        removed
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Frames that lose lines and frames that do not, in one step or in two: the files are those of what is left.
    #[test]
    fn a_rewritten_segment_is_what_sealing_what_is_left_makes(first in removals(900), second in removals(900)) {
        let disk = disk();
        let sealed = LOG.seal(&disk, 0..900).unwrap();
        let once = rewrite(&disk, &sealed, &first).unwrap();
        prop_assert_eq!((once.name.leaves(), once.name.generation), (0..900, 1));
        let twice = rewrite(&disk, &once, &second).unwrap();
        let removed = &first | &second;
        let removed = within(0..900, &removed);
        for (entry, removed) in [(once, within(0..900, &first)), (twice, removed)] {
            assert_holds(&disk, &entry, &removed);
            assert_verifies(&disk, &entry, &removed);
            let other = self::disk();
            let left = seal_left(&other, 0..900, &removed);
            prop_assert_eq!(left.removed, entry.removed);
            for file in [SegmentFile::Disclosures, SegmentFile::Index] {
                let index = |bytes: Vec<u8>| if file == SegmentFile::Index { index_alone(bytes) } else { bytes };
                prop_assert!(index(bytes(&disk, &entry, file)) == index(bytes(&other, &left, file)), "{:?}", file);
            }
            let cache = cache();
            let how = Reindexing::new(&cache, IndexAccess::Blocks, SEED, &token);
            prop_assert!(!reindex(&store(&disk, dir()), &entry, &how).unwrap(), "the index made again is the same");
            prop_assert_eq!(check_index(&store(&disk, dir()), &entry, &how, None).unwrap(), None);
        }
    }

    /// Segments with gaps beside whole ones, some of them lacking all they had.
    #[test]
    fn merged_and_joined_segments_hold_what_was_left_of_each(removed in removals(700), all in 0_usize..5) {
        let cuts = [0, 150, 151, 400, 520, 700];
        let mut removed = within(0..700, &removed);
        if let Some(range) = cuts.windows(2).nth(all).filter(|_| all > 0) {
            removed.insert_range(range[0]..range[1]);
        }
        let disk = disk();
        let entries: Vec<SegmentEntry> = cuts.windows(2).map(|cut| {
            let sealed = LOG.seal(&disk, cut[0]..cut[1]).unwrap();
            let gone = within(cut[0]..cut[1], &removed);
            if gone.is_empty() { sealed } else { rewrite(&disk, &sealed, &gone).unwrap() }
        }).collect();
        let parts: Vec<Segment> = entries.iter().map(|entry| open(&disk, entry)).collect();
        let sources: Vec<Source<'_>> =
            entries.iter().zip(&parts).map(|(entry, part)| Source { entry: *entry, part }).collect();
        let merged = merge(&store(&disk, dir()), &sources, &|leaf| Ok(LOG.digest(leaf)), &|| true).unwrap().unwrap();
        let joined = join(&store(&disk, dir()), &sources, &|| true).unwrap().unwrap();
        let other = self::disk();
        let left = seal_left(&other, 0..700, &removed);
        for file in SegmentFile::ALL {
            prop_assert!(bytes(&disk, &merged, file) == bytes(&other, &left, file), "{:?} merged", file);
        }
        prop_assert!(index_alone(bytes(&disk, &joined, SegmentFile::Index)) == index_alone(bytes(&other, &left, SegmentFile::Index)));
        for entry in [merged, joined] {
            assert_holds(&disk, &entry, &removed);
            assert_verifies(&disk, &entry, &removed);
        }
    }
}

/// The index without what ties it to its lines.
fn index_alone(mut bytes: Vec<u8>) -> Vec<u8> {
    let at = bytes.len() - 28;
    let len = u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    bytes.truncate(len as usize);
    bytes
}

#[test]
fn a_segment_that_lacks_all_its_leaves_keeps_its_range_and_can_be_asked() {
    let disk = disk();
    let sealed = LOG.seal(&disk, 40..300).unwrap();
    let all: RoaringTreemap = (0..1_000).collect();
    let empty = rewrite(&disk, &sealed, &all).unwrap();
    assert_eq!((empty.name.leaves(), empty.rows()), (40..300, 0));
    assert_holds(&disk, &empty, &all);
    assert_verifies(&disk, &empty, &all);
    let part = open(&disk, &empty);
    assert_eq!((part.rows(), part.rows_between(i64::MIN, i64::MAX)), (0, 0..0));
    assert!(part.equal(Field::Channel, b"here").unwrap().is_empty() && part.values(Field::Channel).unwrap().is_empty());
    let again = rewrite(&disk, &empty, &all).unwrap();
    assert_eq!((again.lines, again.disclosures, again.removed), (empty.lines, empty.disclosures, empty.removed));
    let small = SegmentFile::ALL.iter().map(|file| bytes(&disk, &empty, *file).len()).sum::<usize>();
    assert!(small < 1_000, "{small} bytes");
}

/// Whoever writes a manifest, or a file, so that entries seem to have been removed.
#[test]
fn removal_that_manifest_and_lines_do_not_agree_on_is_found() {
    let disk = disk();
    let sealed = LOG.seal(&disk, 0..200).unwrap();
    let removed: RoaringTreemap = (50..60).collect();
    let entry = rewrite(&disk, &sealed, &removed).unwrap();
    let refused = |entry: &SegmentEntry| {
        assert!(SealedLines::open(&store(&disk, dir()), entry, &BlockCache::new(0)).is_err());
        let found = LOG.verify_explained(&disk, dir(), entry, &(0..200).collect());
        assert!(found.iter().any(|finding| finding.kind == FindingKind::Tampered), "{found:?}");
    };
    let stamp = entry.removed.unwrap();
    let others =
        [None, Some(RemovedStamp { leaves: 11, ..stamp }), Some(RemovedStamp { sha256: Digest([1; 32]), ..stamp })];
    for removed in others {
        refused(&SegmentEntry { removed, ..entry });
    }
    refused(&SegmentEntry { removed: Some(stamp), ..sealed });
    // The lines of the other generation under this one's name.
    let lines = bytes(&disk, &sealed, SegmentFile::Lines);
    env::replace_file(&disk, &dir().join(entry.name.file(SegmentFile::Lines)), &lines).unwrap();
    refused(&entry);
}

#[test]
fn a_file_that_is_not_what_the_manifest_says_is_not_rewritten_and_one_given_up_leaves_nothing() {
    let removed: RoaringTreemap = (50..60).collect();
    for file in [SegmentFile::Lines, SegmentFile::Disclosures] {
        let disk = disk();
        let entry = LOG.seal(&disk, 0..200).unwrap();
        let before = disk.list(dir()).unwrap();
        let cache = cache();
        for steps in 0..3 {
            let left = std::cell::Cell::<u32>::new(steps);
            let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
            let how = Reindexing { go_on: &go_on, ..Reindexing::new(&cache, IndexAccess::Blocks, SEED, &token) };
            let given_up = rewrite_without(&store(&disk, dir()), &entry, &removed, &|leaf| Ok(LOG.digest(leaf)), &how);
            assert_eq!(given_up.unwrap(), None);
        }
        assert_eq!(disk.list(dir()).unwrap(), before);
        disk.flip_bit(&dir().join(entry.name.file(file)), 20, 3).unwrap();
        let rewritten = rewrite(&disk, &entry, &removed);
        assert!(matches!(rewritten, Err(RewriteError::Changed { .. } | RewriteError::Read(_))), "{rewritten:?}");
        assert_eq!(disk.list(dir()).unwrap(), before);
    }
}

/// Rewrites, publishes and removes, as whoever removes leaves does.
fn rewrite_and_publish(disk: &FaultyDisk, removed: &RoaringTreemap) -> Result<(), Box<dyn std::error::Error>> {
    let manifests = Path::new(MANIFESTS);
    let newest = manifest::newest(&store(disk, manifests))?.unwrap();
    let old = newest.segments[1];
    let entry = rewrite(disk, &old, removed)?;
    publish(&store(disk, manifests), &newest.followed_by_merged(1, entry))?;
    Ok(remove_files(&store(disk, dir()), &SegmentFile::ALL.map(|file| old.name.file(file)))?)
}

#[test]
fn a_fault_at_any_step_leaves_the_old_segment_or_the_rewritten_one() {
    let before = disk();
    let manifests = Path::new(MANIFESTS);
    let first = Manifest::first(1, LOG.seal(&before, 0..20).unwrap());
    publish(&store(&before, manifests), &first).unwrap();
    let second = first.followed_by(1, LOG.seal(&before, 20..60).unwrap());
    publish(&store(&before, manifests), &second).unwrap();
    let removed: RoaringTreemap = (15..33).chain([40, 59]).collect();
    let whole = before.snapshot();
    rewrite_and_publish(&whole, &removed).unwrap();
    let mut outcomes = [0, 0];
    for fault in [Fault::Error, Fault::Full, Fault::PowerLoss] {
        for step in 0..whole.operations() {
            let case = format!("{fault:?} at {step}");
            let disk = before.snapshot();
            disk.fail_at(step, fault);
            let outcome = rewrite_and_publish(&disk, &removed);
            disk.clear_faults();
            disk.crash(step);
            let manifest = manifest::newest(&store(&disk, manifests)).unwrap().unwrap();
            let is_new = manifest.segments[1].removed.is_some();
            assert!(is_new || outcome.is_err(), "{case}: published, then lost");
            LOG.clean(&disk, &manifest, manifest.sealed_to()..u64::MAX, &|_| true);
            assert_eq!(verify_folder(&store(&disk, dir()), Some(&manifest)).unwrap(), [], "{case}");
            for entry in &manifest.segments {
                assert_eq!(LOG.verify_explained(&disk, dir(), entry, &removed), [], "{case}");
            }
            assert_holds(&disk, &manifest.segments[1], &if is_new { removed.clone() } else { RoaringTreemap::new() });
            outcomes[usize::from(is_new)] += 1;
        }
    }
    assert!(outcomes.iter().all(|count| *count > 0), "{outcomes:?}");
}

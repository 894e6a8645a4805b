//! The golden files in `spec/vectors/segment`: whatever reads segments must read these.
//!
//! Compressed bytes may differ from one zstd version to the next, so lines are only read; disclosures and manifests
//! must also be written exactly so.

use std::fs;
use std::path::{Path, PathBuf};

use env::fake::FaultyDisk;
use env::{Disk, SystemDisk};
use indelible_segment::manifest::{FileStamp, Manifest, RemovedStamp, SegmentEntry};
use indelible_segment::sealed::{IndexAccess, Reindexing, SealedLines};
use indelible_segment::{BlockCache, Disclosed, PartLines, Sealer, SegmentFile, SegmentName, rewrite_without};
use index::{LeafSet, Lines};
use proof::Digest;
use roaring::RoaringTreemap;
use serde_json::{Value, json};

use crate::sample::{Log, SEED, SEGMENTS, disk, store};

const LOG: Log = Log("golden");
const NAME: SegmentName = SegmentName { first: 0, last: 299, generation: 0 };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/segment")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn as_json(disclosed: &Disclosed) -> Value {
    let record = |record: &Option<event::personal::SealedDisclosure>| match record {
        Some(record) => json!({
            "digest": hex(&record.digest), "person": hex(&record.person.0), "ciphertext": hex(&record.ciphertext)
        }),
        None => Value::Null,
    };
    disclosed.iter().map(|element| element.iter().map(record).collect::<Value>()).collect()
}

fn stamp(path: &Path) -> FileStamp {
    let bytes = fs::read(path).unwrap();
    FileStamp { bytes: bytes.len() as u64, sha256: Digest::of(&bytes) }
}

fn golden_entry() -> SegmentEntry {
    SegmentEntry {
        name: NAME,
        lines: stamp(&folder().join(NAME.file(SegmentFile::Lines))),
        disclosures: stamp(&folder().join(NAME.file(SegmentFile::Disclosures))),
        removed: None,
    }
}

/// The leaves of the golden segment that its next generation lacks.
fn removed() -> RoaringTreemap {
    [0].into_iter().chain(5..17).chain(100..164).chain([299]).collect()
}

fn golden_rewritten() -> SegmentEntry {
    let name = SegmentName { generation: 1, ..NAME };
    let leaves = LeafSet::without(NAME.leaves(), &removed());
    SegmentEntry {
        name,
        lines: stamp(&folder().join(name.file(SegmentFile::Lines))),
        disclosures: stamp(&folder().join(name.file(SegmentFile::Disclosures))),
        removed: RemovedStamp::of(&leaves),
    }
}

/// The golden segment, rewritten.
fn rewritten() -> (FaultyDisk, SegmentEntry) {
    let disk = disk();
    let entry = LOG.seal(&disk, NAME.leaves()).unwrap();
    let cache = BlockCache::new(1 << 20);
    let how = Reindexing::new(&cache, IndexAccess::Whole, SEED, &|_, _| Ok(None));
    let digests = |leaf| Ok(LOG.digest(leaf));
    let rewritten = rewrite_without(&store(&disk, Path::new(SEGMENTS)), &entry, &removed(), &digests, &how);
    let entry = rewritten.unwrap().unwrap();
    (disk, entry)
}

/// The third manifest is of version 2, as its first segment lacks leaves.
fn manifests(entry: SegmentEntry, rewritten: SegmentEntry) -> [Manifest; 3] {
    let first = Manifest::first(1, entry);
    let made_up = FileStamp { bytes: 1, sha256: Digest([0xab; 32]) };
    let name = SegmentName { first: 300, last: 1_000_299, generation: 2 };
    let second = first.followed_by(2, SegmentEntry { name, lines: made_up, disclosures: made_up, removed: None });
    let third = second.followed_by_merged(2, rewritten);
    [first, second, third]
}

#[test]
fn the_golden_segment_reads_as_recorded() {
    let lines = fs::read_to_string(folder().join("lines.ndjson")).unwrap();
    let disclosures = fs::read_to_string(folder().join("disclosures.ndjson")).unwrap();
    let segment = SealedLines::open(&store(&SystemDisk, &folder()), &golden_entry(), &BlockCache::new(0)).unwrap();
    assert_eq!(lines.lines().count() as u64, NAME.last + 1);
    for (leaf, (line, disclosed)) in (0..).zip(lines.lines().zip(disclosures.lines())) {
        assert_eq!(segment.line(leaf).unwrap(), line.as_bytes());
        let expected: Value = serde_json::from_str(disclosed).unwrap();
        assert_eq!(as_json(&segment.disclosures(leaf).unwrap()), expected, "leaf {leaf}");
    }
    segment.disclosure_file().check().unwrap();
}

#[test]
fn the_golden_segment_that_lacks_leaves_reads_as_recorded_and_is_written_so() {
    let lines = fs::read_to_string(folder().join("lines.ndjson")).unwrap();
    let golden = golden_rewritten();
    let segment = SealedLines::open(&store(&SystemDisk, &folder()), &golden, &BlockCache::new(0)).unwrap();
    assert_eq!(segment.leaves().removed(), removed());
    for (leaf, line) in (0..).zip(lines.lines()) {
        let is_removed = removed().contains(leaf);
        assert_eq!(segment.line(leaf).ok(), Some(line.as_bytes().to_vec()).filter(|_| !is_removed), "leaf {leaf}");
        assert_eq!(segment.disclosures(leaf).ok(), Some(LOG.disclosed(leaf)).filter(|_| !is_removed), "leaf {leaf}");
    }
    segment.disclosure_file().check().unwrap();
    let (_, entry) = rewritten();
    assert_eq!((entry.name, entry.removed, entry.disclosures), (golden.name, golden.removed, golden.disclosures));
}

#[test]
fn disclosures_and_manifests_are_written_as_recorded() {
    let disk = disk();
    let entry = LOG.seal(&disk, NAME.leaves()).unwrap();
    let written = disk.read(&Path::new(SEGMENTS).join(NAME.file(SegmentFile::Disclosures))).unwrap();
    assert_eq!(written, fs::read(folder().join(NAME.file(SegmentFile::Disclosures))).unwrap());
    assert_eq!(entry.disclosures, golden_entry().disclosures);
    for manifest in manifests(golden_entry(), golden_rewritten()) {
        let golden = fs::read(folder().join(format!("manifest-{}", manifest.number))).unwrap();
        assert_eq!(manifest.encode(), golden);
        assert_eq!(Manifest::decode(&golden), Ok(manifest));
    }
}

/// Records the golden files anew; for a new version of the format only.
#[test]
#[ignore = "writes spec/vectors/segment"]
fn record() {
    let disk = FaultyDisk::new();
    disk.create_dir_all(Path::new(SEGMENTS)).unwrap();
    fs::create_dir_all(folder()).unwrap();
    let store = store(&disk, Path::new(SEGMENTS));
    let mut sealer = Sealer::begin(&store, NAME.first, 0, SEED).unwrap();
    let mut lines = Vec::new();
    let mut disclosures = String::new();
    for leaf in NAME.leaves() {
        let disclosed = LOG.disclosed(leaf);
        sealer.push(&LOG.line(leaf), &disclosed, None).unwrap();
        lines.extend_from_slice(&LOG.line(leaf));
        lines.push(b'\n');
        disclosures.push_str(&as_json(&disclosed).to_string());
        disclosures.push('\n');
    }
    sealer.finish(&|leaf| Ok(LOG.digest(leaf))).unwrap();
    fs::write(folder().join("lines.ndjson"), lines).unwrap();
    fs::write(folder().join("disclosures.ndjson"), disclosures).unwrap();
    for file in [SegmentFile::Lines, SegmentFile::Disclosures] {
        fs::write(folder().join(NAME.file(file)), disk.read(&Path::new(SEGMENTS).join(NAME.file(file))).unwrap())
            .unwrap();
    }
    let (disk, entry) = rewritten();
    for file in [SegmentFile::Lines, SegmentFile::Disclosures] {
        let name = entry.name.file(file);
        fs::write(folder().join(&name), disk.read(&Path::new(SEGMENTS).join(&name)).unwrap()).unwrap();
    }
    for manifest in manifests(golden_entry(), golden_rewritten()) {
        fs::write(folder().join(format!("manifest-{}", manifest.number)), manifest.encode()).unwrap();
    }
}

//! The golden vectors of `spec/journal.md`.

use env::fake::FaultyDisk;
use env::{Disk, Random};
use journal::{Batch, FileJournal, Journal, Known, MacKey, OpenJournalError, Packed, SignedTree, Sizes};
use proof::{Digest, Hash, LeafIndex, MemoryTree, SigningKey, TreeSize};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The nonce of the vectors, and it alone.
struct CountingBytes;

impl Random for CountingBytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/journal")
}

fn vectors() -> Value {
    serde_json::from_slice(&std::fs::read(folder().join("journal.json")).unwrap()).unwrap()
}

fn packed(value: &Value) -> Packed {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

fn batch(value: &Value) -> Batch {
    let [lines, refs, disclosures] = ["lines", "refs", "disclosures"].map(|name| packed(&value[name]));
    let digests = lines.iter().map(Digest::of).collect();
    Batch { lines, digests, refs, disclosures }
}

/// All batches of the vectors, in order.
fn batches(vectors: &Value) -> Vec<Batch> {
    let groups = vectors["files"].as_array().unwrap().iter().flat_map(|file| file["groups"].as_array().unwrap());
    groups.flat_map(|group| group.as_array().unwrap()).map(batch).collect()
}

/// The key that the log's signing key gives.
fn key(vectors: &Value) -> MacKey {
    let seed = vectors["signing_seed_hex"].as_str().unwrap().parse::<Digest>().unwrap();
    let signing = SigningKey::from_seed(vectors["origin"].as_str().unwrap(), &seed.0).unwrap();
    MacKey::new(&signing.derive(MacKey::INFO))
}

/// The root over the first lines of the vectors.
fn root_at(vectors: &Value, size: TreeSize) -> Option<Hash> {
    let digests: Vec<Digest> = batches(vectors).into_iter().flat_map(|batch| batch.digests).collect();
    let tree: MemoryTree = digests.iter().map(Digest::leaf_hash).collect();
    proof::root(size, &tree).ok()
}

fn signed(vectors: &Value, size: u64) -> SignedTree {
    SignedTree { size: TreeSize(size), root: root_at(vectors, TreeSize(size)).unwrap() }
}

/// A disk with the files of the vectors.
fn disk(vectors: &Value) -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all("/journal".as_ref()).unwrap();
    for file in vectors["files"].as_array().unwrap() {
        let name = file["name"].as_str().unwrap();
        let content = std::fs::read(folder().join(name)).unwrap();
        env::publish_file(&disk, &Path::new("/journal").join(name), &content).unwrap();
    }
    disk
}

#[test]
fn the_vectors_are_read_as_they_say() {
    let vectors = vectors();
    let expected = batches(&vectors);
    let key = key(&vectors);
    for change in vectors["changes"].as_array().unwrap() {
        let disk = disk(&vectors);
        if let Some(file) = change["file"].as_str() {
            disk.flip_bit(&Path::new("/journal").join(file), change["flip"].as_u64().unwrap(), 0).unwrap();
        }
        let known = Known {
            origin: vectors["origin"].as_str().unwrap(),
            sealed: LeafIndex(0),
            checkpoint: signed(&vectors, change["checkpoint"].as_u64().unwrap()),
            root_at: &|size| root_at(&vectors, size),
            in_tree: &|_, _| true,
            key: Some(&key),
        };
        let mut batches = 0;
        let mut lines = 0;
        let found = FileJournal::inspect(&disk, "/journal".as_ref(), &known, &mut |found| {
            let expected = &expected[batches];
            assert_eq!(found.lines.to_packed(), expected.lines);
            assert_eq!(found.refs.to_packed(), expected.refs);
            assert_eq!(found.disclosures.to_packed(), expected.disclosures);
            batches += 1;
            lines += found.lines.len() as u64;
            Ok(())
        });
        match (found, change["refused_at"].as_u64()) {
            (Ok(_), None) => assert_eq!(Some(lines), change["lines"].as_u64(), "{}", change["what"]),
            (Err(OpenJournalError::Damaged { path, offset, .. }), Some(expected)) => {
                assert_eq!(offset, expected, "{}", change["what"]);
                assert!(path.ends_with(change["file"].as_str().unwrap()));
            }
            (found, _) => panic!("{}: {found:?}", change["what"]),
        }
    }
}

#[test]
fn the_same_batches_give_the_bytes_of_the_vectors() {
    let vectors = vectors();
    let disk: Arc<dyn Disk> = Arc::new(FaultyDisk::new());
    let origin = vectors["origin"].as_str().unwrap();
    let key = key(&vectors);
    let root_at = |size| root_at(&vectors, size);
    let known = Known {
        origin,
        sealed: LeafIndex(0),
        checkpoint: signed(&vectors, 0),
        root_at: &root_at,
        in_tree: &|_, _| true,
        key: Some(&key),
    };
    let sizes = Sizes { window_bytes: 0, ..Sizes::default() };
    let random = Arc::new(CountingBytes);
    let dir = Path::new("/journal");
    let opened = FileJournal::open_sized(Arc::clone(&disk), random, dir, &known, sizes, &mut |_| Ok(()));
    let (journal, _) = opened.unwrap();
    let files = vectors["files"].as_array().unwrap();
    for file in files {
        for group in file["groups"].as_array().unwrap() {
            let group: Vec<Batch> = group.as_array().unwrap().iter().map(batch).collect();
            journal.append(&group).unwrap();
        }
        journal.begin_book(signed(&vectors, vectors["rotated_at"].as_u64().unwrap())).unwrap();
    }
    for (file, closed) in files.iter().zip([true, false]) {
        let name = file["name"].as_str().unwrap();
        let expected = std::fs::read(folder().join(name)).unwrap();
        let written = disk.read(&dir.join(name)).unwrap();
        // The second of the vectors is still open, with zeroes ahead.
        let bytes = if closed { expected.len() } else { expected.iter().rposition(|byte| *byte != 0).unwrap() + 1 };
        assert_eq!(written[..bytes], expected[..bytes]);
        assert_eq!(written.len() == expected.len(), closed);
    }
}

//! A small journal on a disk that can misbehave.

use env::fake::{FaultyDisk, SeededRandom};
use journal::{Batch, FileJournal, Journal, Known, MacKey, OpenJournalError, Packed, Recovery, SignedTree, Sizes};
use proof::{Digest, Hash, LeafIndex, TreeSize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const ORIGIN: &str = "test/0123456789abcdef";

pub const SMALL: Sizes = Sizes { file_bytes: 2000, window_bytes: 1024, reserve_bytes: 2048 };

/// A batch as recovery gives it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub first_leaf: u64,
    pub lines: Vec<Vec<u8>>,
    pub refs: Vec<Vec<u8>>,
    pub disclosures: Vec<Vec<u8>>,
}

pub fn dir() -> PathBuf {
    PathBuf::from("/data/journal")
}

pub fn batch(first_leaf: u64, lines: u64, width: usize) -> Batch {
    let text = |leaf| format!("{{\"leaf\":{leaf},\"pad\":\"{}\"}}", "x".repeat(width));
    let texts: Vec<_> = (first_leaf..first_leaf + lines).map(text).collect();
    Batch {
        lines: texts.iter().collect(),
        digests: texts.iter().map(|text| Digest::of(text.as_bytes())).collect(),
        refs: (0..lines).map(|line| vec![7; usize::try_from(line % 3).unwrap()]).collect(),
        disclosures: if first_leaf.is_multiple_of(2) { Packed::new() } else { [b"sealed"].iter().collect() },
    }
}

pub fn seen(first_leaf: u64, batch: &Batch) -> Seen {
    let all = |packed: &Packed| packed.iter().map(<[u8]>::to_vec).collect();
    Seen { first_leaf, lines: all(&batch.lines), refs: all(&batch.refs), disclosures: all(&batch.disclosures) }
}

pub struct Opened {
    pub journal: FileJournal,
    pub recovery: Recovery,
    pub seen: Vec<Seen>,
}

/// The journal's key.
pub fn key() -> MacKey {
    MacKey::new(&[1; 32])
}

/// What a checkpoint of that many leaves signs; the root is made up.
pub fn signed(size: u64) -> SignedTree {
    SignedTree { size: TreeSize(size), root: root_at(TreeSize(size)).unwrap() }
}

pub fn root_at(size: TreeSize) -> Option<Hash> {
    Some(Digest::of(&size.0.to_le_bytes()).leaf_hash())
}

pub fn known<'a>(sealed: u64, checkpoint: u64, key: &'a MacKey) -> Known<'a> {
    let sealed = LeafIndex(sealed);
    let checkpoint = signed(checkpoint);
    Known { origin: ORIGIN, sealed, checkpoint, root_at: &root_at, in_tree: &|_, _| true, key: Some(key) }
}

pub fn open(disk: &FaultyDisk, seed: u64, checkpoint: u64) -> Result<Opened, OpenJournalError> {
    open_at(disk, &dir(), seed, 0, checkpoint, SMALL)
}

pub fn open_at(
    disk: &FaultyDisk,
    dir: &Path,
    seed: u64,
    sealed: u64,
    checkpoint: u64,
    sizes: Sizes,
) -> Result<Opened, OpenJournalError> {
    let mut batches = Vec::new();
    let mut handles = Vec::new();
    let key = key();
    let known = known(sealed, checkpoint, &key);
    let random = Arc::new(SeededRandom::new(seed));
    let (journal, recovery) =
        FileJournal::open_sized(Arc::new(disk.clone()), random, dir, &known, sizes, &mut |batch| {
            let all = |packed: journal::PackedRef<'_>| packed.iter().map(<[u8]>::to_vec).collect::<Vec<_>>();
            for (index, line) in batch.lines.iter().enumerate() {
                handles.push((batch.handle.line(batch.lines, index).unwrap(), line.to_vec()));
            }
            batches.push(Seen {
                first_leaf: batch.handle.first_leaf.0,
                lines: all(batch.lines),
                refs: all(batch.refs),
                disclosures: all(batch.disclosures),
            });
            Ok(())
        })?;
    let reader = journal.reader();
    for (handle, line) in handles {
        assert_eq!(reader.read(handle).unwrap(), line, "every handle leads to its line");
    }
    Ok(Opened { journal, recovery, seen: batches })
}

/// Appends one group and tells what should come back.
pub fn append(journal: &FileJournal, sizes: &[u64], width: usize) -> Result<Vec<Seen>, journal::AppendError> {
    let mut first = journal.next_leaf().0;
    let mut group = Vec::new();
    let mut expected = Vec::new();
    for lines in sizes {
        let batch = batch(first, *lines, width);
        expected.push(seen(first, &batch));
        group.push(batch);
        first += lines;
    }
    journal.append(&group)?;
    Ok(expected)
}

/// The journal file with the highest first leaf and term.
pub fn newest_file(disk: &FaultyDisk) -> PathBuf {
    use env::Disk;
    let mut files = disk.list(&dir()).unwrap().into_iter();
    files.rfind(|path| path.extension().is_some_and(|extension| extension == "wal")).unwrap()
}

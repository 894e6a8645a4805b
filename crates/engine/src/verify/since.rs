//! A checkpoint remembered from before: proof that nothing it covered was taken away or changed since.

use std::cell::RefCell;
use std::path::Path;

use env::{Disk, DiskFile};
use proof::{Checkpoint, Digest, RightEdge, VerifierKey};

use super::{Verification, VerifyError};

/// Digests read at once.
const DIGESTS_AT_ONCE: u64 = 4_096;

/// `tree/digests`, read for checking; fast where digests are asked for in order. For one thread. Memory: 128 KiB.
pub(super) struct Digests {
    file: Box<dyn DiskFile>,
    count: u64,
    /// The digests read last, and the leaf of the first of them.
    read: RefCell<(u64, Vec<u8>)>,
}

impl Digests {
    pub(super) fn open(disk: &dyn Disk, tree: &Path) -> std::io::Result<Self> {
        let file = disk.open_read(&tree.join("digests"))?;
        Ok(Self { count: file.len()? / 32, file, read: RefCell::default() })
    }

    /// The digest of a leaf. Cost: a read for every four thousand in order.
    pub(super) fn get(&self, leaf: u64) -> std::io::Result<Digest> {
        let mut read = self.read.borrow_mut();
        let (first, bytes) = &mut *read;
        if !(*first..*first + bytes.len() as u64 / 32).contains(&leaf) {
            let mut block = vec![0; (self.count.saturating_sub(leaf).clamp(1, DIGESTS_AT_ONCE) * 32) as usize];
            self.file.read_exact_at(&mut block, leaf * 32)?;
            (*first, *bytes) = (leaf, block);
        }
        let digest = bytes.as_chunks::<32>().0.get((leaf - *first) as usize);
        Ok(Digest(*digest.ok_or(std::io::ErrorKind::UnexpectedEof)?))
    }

    /// The root over the first `size` digests. Cost: two hashes a leaf.
    fn root(&self, size: u64) -> std::io::Result<proof::Hash> {
        let mut edge = RightEdge::new();
        for leaf in 0..size {
            edge.push(self.get(leaf)?.leaf_hash(), |_, _, _| {});
        }
        Ok(edge.root())
    }
}

/// Checks that the tree continues the checkpoint in `note`, signed by `key`.
pub(super) fn check(
    note: &str,
    key: &VerifierKey,
    digests: &Digests,
    tree: &Path,
    verification: &mut Verification,
) -> Result<(), VerifyError> {
    let old = Checkpoint::open(note.as_bytes(), key).map_err(|error| VerifyError::Since(error.to_string()))?;
    let size = old.size.0;
    verification.since = Some(size);
    if size > verification.size {
        let what = format!("an older copy: the log once signed {size} leaves, here are {}", verification.size);
        verification.found(tree, Some(verification.size..size), what);
    } else {
        let root = digests.root(size).map_err(|source| VerifyError::Disk { path: tree.join("digests"), source })?;
        if root != old.root {
            verification.found(tree, Some(0..size), "these are not the leaves that the earlier checkpoint signed");
        }
    }
    Ok(())
}

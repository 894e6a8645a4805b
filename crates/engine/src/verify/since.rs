//! A checkpoint remembered from before: proof that nothing it covered was taken away or changed since.

use std::path::Path;

use env::{Disk, DiskFile};
use proof::{Checkpoint, Digest, RightEdge, VerifierKey};

use super::{Verification, VerifyError};

/// Digests read at once.
const DIGESTS_AT_ONCE: u64 = 4_096;

/// `tree/digests`, read for checking.
pub(super) struct Digests {
    file: Box<dyn DiskFile>,
}

impl Digests {
    pub(super) fn open(disk: &dyn Disk, tree: &Path) -> std::io::Result<Self> {
        Ok(Self { file: disk.open_read(&tree.join("digests"))? })
    }

    pub(super) fn get(&self, leaf: u64) -> std::io::Result<Digest> {
        let mut digest = [0; 32];
        self.file.read_exact_at(&mut digest, leaf * 32)?;
        Ok(Digest(digest))
    }

    /// The root over the first `size` digests. Cost: two hashes a leaf.
    fn root(&self, size: u64) -> std::io::Result<proof::Hash> {
        let (mut edge, mut leaf) = (RightEdge::new(), 0);
        while leaf < size {
            let mut block = vec![0; ((size - leaf).min(DIGESTS_AT_ONCE) * 32) as usize];
            self.file.read_exact_at(&mut block, leaf * 32)?;
            for digest in block.as_chunks::<32>().0 {
                edge.push(Digest(*digest).leaf_hash(), |_, _, _| {});
                leaf += 1;
            }
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

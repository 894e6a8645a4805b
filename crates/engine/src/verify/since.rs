//! A checkpoint remembered from before: proof that nothing it covered was taken away or changed since.

use std::path::Path;

use env::{Disk, DiskFile};
use ledger::DigestsAhead;
use proof::{Checkpoint, Digest, RightEdge, VerifierKey};

use super::{Verification, VerifyError};
use env::with_causes;

/// `tree/digests`, read for checking.
pub(super) type Digests = DigestsAhead<'static, std::io::Error>;

pub(super) fn open_digests(disk: &dyn Disk, tree: &Path) -> std::io::Result<Digests> {
    let file = disk.open_read(&tree.join("digests"))?;
    let size = file.len()? / 32;
    Ok(DigestsAhead::reading(move || size, move |first, count| read_digests(&*file, first, count)))
}

/// Reads `count` digests from leaf `first` on.
pub(super) fn read_digests(file: &dyn DiskFile, first: u64, count: usize) -> std::io::Result<Vec<Digest>> {
    let mut digests = vec![0; count * 32];
    file.read_exact_at(&mut digests, first * 32)?;
    Ok(digests.as_chunks::<32>().0.iter().copied().map(Digest).collect())
}

/// The root over the first `size` digests. Cost: two hashes a leaf.
fn root(digests: &Digests, size: u64) -> std::io::Result<proof::Hash> {
    let mut edge = RightEdge::new();
    for leaf in 0..size {
        edge.push(digests.get(leaf)?.leaf_hash(), |_, _, _| {});
    }
    Ok(edge.root())
}

/// Checks that the tree continues the checkpoint in `note`, signed by `key`.
pub(super) fn check(
    note: &str,
    key: &VerifierKey,
    digests: &Digests,
    tree: &Path,
    verification: &mut Verification,
) -> Result<(), VerifyError> {
    let old = match Checkpoint::open(note.as_bytes(), key) {
        Ok(old) => old,
        Err(error) if error.is_of_another_key() => {
            let what = format!("the earlier checkpoint is not signed by this log's key {key}: {error}");
            verification.found(tree.join("checkpoints"), None, what);
            return Ok(());
        }
        Err(error) => return Err(VerifyError::Since(with_causes(&error))),
    };
    let size = old.size.0;
    verification.since = Some(size);
    if size > verification.size {
        let what = format!("an older copy: the log once signed {size} leaves, here are {}", verification.size);
        verification.found(tree, Some(verification.size..size), what);
    } else {
        let root = root(digests, size).map_err(|source| VerifyError::Disk { path: tree.join("digests"), source })?;
        if root != old.root {
            verification.found(tree, Some(0..size), "these are not the leaves that the earlier checkpoint signed");
        }
    }
    Ok(())
}

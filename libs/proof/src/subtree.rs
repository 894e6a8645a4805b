//! That a complete subtree stands in a tree, as a leaf does: a tile is one such subtree, or a few.

use crate::{
    BuildError, Hash, LeafIndex, NodeSource, ProofError, TreeSize,
    nodes::{range_hash, split},
    verify_inclusion,
};

/// Returns the sibling hashes that join the complete subtree of 2^`level` leaves with number `index` to the root of a tree of
/// `size` leaves. At level 0 this is an inclusion path.
///
/// Shape: subtree to root, at most ⌈log₂ size⌉ − `level` hashes. Cost: at most that many siblings, of which the one at the right
/// edge takes up to log₂ size node reads.
///
/// # Errors
/// [`BuildError::BeyondTree`] if the tree has no such complete subtree; [`BuildError::Source`] if a node cannot be read.
///
/// Source: RFC 6962 §2.1.1, whose recursion splits at multiples of 2^`level` until what is left has so many leaves.
pub fn subtree_path<S: NodeSource + ?Sized>(
    level: u8,
    index: u64,
    size: TreeSize,
    nodes: &S,
) -> Result<Vec<Hash>, BuildError<S::Error>> {
    if level > 63 || index >= size.0 >> level {
        let index = LeafIndex(index.checked_shl(level.into()).unwrap_or(u64::MAX));
        return Err(BuildError::BeyondTree { index, size });
    }
    let first = index << level;
    let mut path = Vec::new();
    let mut start = 0;
    let mut end = size.0;
    while end - start > 1 << level {
        let middle = start + split(end - start);
        let sibling = if first < middle {
            let sibling = range_hash(middle, end, nodes);
            end = middle;
            sibling
        } else {
            let sibling = range_hash(start, middle, nodes);
            start = middle;
            sibling
        };
        path.push(sibling.map_err(BuildError::Source)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that `subtree` is the root of the complete subtree of 2^`level` leaves with number `index`, in the tree of `size` leaves
/// with this `root`.
///
/// Cost: one hash per element of `path`.
///
/// # Errors
/// As [`verify_inclusion`].
///
/// Source: RFC 6962 §2.1: above `level`, a tree is that of its subtrees of 2^`level` leaves, the last of which may be smaller.
pub fn verify_subtree(
    subtree: &Hash,
    level: u8,
    index: u64,
    size: TreeSize,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if level > 63 || index >= size.0 >> level {
        return Err(ProofError::BeyondTree { index: LeafIndex(index), size });
    }
    verify_inclusion(subtree, LeafIndex(index), TreeSize(size.0.div_ceil(1 << level)), path, root)
}

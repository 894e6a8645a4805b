//! Where node hashes come from.

use crate::{Hash, LeafIndex, TreeSize, empty_root, node_hash};

/// Hashes of complete subtrees, from wherever they are kept: files, tiles, memory.
pub trait NodeSource {
    /// Why a node could not be had.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The hash of the complete subtree over the leaves `index << level` to `(index + 1) << level`, exclusive; level 0
    /// holds the leaf hashes.
    ///
    /// # Errors
    /// The source's own: it has no such node, or could not read it.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// Why a root or a path could not be built.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError<E: std::error::Error + 'static> {
    /// The leaf does not exist in a tree of this size: ask for a leaf below the size.
    #[error("leaf {index} is beyond a tree of {size} leaves")]
    BeyondTree {
        /// The leaf asked for.
        index: LeafIndex,
        /// The size of the tree.
        size: TreeSize,
    },
    /// The smaller tree of a consistency proof is the larger: swap them.
    #[error("the old tree of {old} leaves is larger than the new one of {new}")]
    OldIsLarger {
        /// The size given as old.
        old: TreeSize,
        /// The size given as new.
        new: TreeSize,
    },
    /// A node could not be read.
    #[error("a node of the tree could not be read")]
    Source(#[source] E),
}

/// The root of the tree of the first `size` leaves.
///
/// Cost: one node read for every one in the binary form of `size`, at most 64.
///
/// # Errors
/// [`BuildError::Source`] if a node cannot be read.
///
/// Source: RFC 6962 §2.1.
pub fn root<S: NodeSource + ?Sized>(size: TreeSize, nodes: &S) -> Result<Hash, BuildError<S::Error>> {
    if size.0 == 0 { Ok(empty_root()) } else { range_hash(0, size.0, nodes).map_err(BuildError::Source) }
}

/// The largest power of two below `count`; `count` is at least 2.
pub(crate) fn split(count: u64) -> u64 {
    debug_assert!(count >= 2, "a single leaf is not split");
    1 << (63 - (count - 1).leading_zeros())
}

/// The hash MTH(D[start:end]) of a range the recursion of RFC 6962 reaches: not empty, and `start` a multiple of the
/// smallest power of two not below its length.
pub(crate) fn range_hash<S: NodeSource + ?Sized>(start: u64, end: u64, nodes: &S) -> Result<Hash, S::Error> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        // At most 63, as the trailing zeros of a u64 that is not 0.
        return nodes.node(level as u8, start >> level);
    }
    let middle = start + split(count);
    Ok(node_hash(&range_hash(start, middle, nodes)?, &range_hash(middle, end, nodes)?))
}

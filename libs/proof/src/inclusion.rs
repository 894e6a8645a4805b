//! That a leaf stands in a tree.

use crate::{BuildError, Hash, LeafIndex, NodeSource, TreeSize, node_hash, subtree_path};

/// Why a proof does not prove what it claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No tree of this size has that leaf.
    #[error("leaf {index} is beyond a tree of {size} leaves")]
    BeyondTree {
        /// The leaf claimed.
        index: LeafIndex,
        /// The size of the tree.
        size: TreeSize,
    },
    /// The old tree is larger than the new one.
    #[error("the old tree of {old} leaves is larger than the new one of {new}")]
    OldIsLarger {
        /// The size given as old.
        old: TreeSize,
        /// The size given as new.
        new: TreeSize,
    },
    /// Nothing can be proved from an empty tree: every tree extends it.
    #[error("consistency with an empty tree cannot be proved")]
    OldIsEmpty,
    /// The path has too few or too many hashes for these numbers.
    #[error("the path has {found} hashes, which is not the number this proof needs")]
    PathLength {
        /// How many it has.
        found: usize,
    },
    /// The hashes lead to another root than the given one, old or new.
    #[error("the path leads to another root")]
    OtherRoot,
}

/// Returns the sibling hashes that join leaf `index` to the root of a tree of `size` leaves.
///
/// Shape: leaf to root, at most ⌈log₂ size⌉ × 32 bytes. Cost: at most that many siblings, of which the one at the right
/// edge takes up to log₂ size node reads.
///
/// # Errors
/// [`BuildError::BeyondTree`] if `index >= size`; [`BuildError::Source`] if a node cannot be read.
///
/// Source: RFC 6962 §2.1.1.
pub fn inclusion_path<S: NodeSource + ?Sized>(
    index: LeafIndex,
    size: TreeSize,
    nodes: &S,
) -> Result<Vec<Hash>, BuildError<S::Error>> {
    subtree_path(0, index.0, size, nodes)
}

/// Checks that `leaf` is the leaf `index` of the tree of `size` leaves with this `root`.
///
/// Cost: one hash per element of `path`, which is bounded by its own length.
///
/// # Errors
/// [`ProofError::BeyondTree`], [`ProofError::PathLength`] or [`ProofError::OtherRoot`].
///
/// Source: RFC 9162 §2.1.3.2.
pub fn verify_inclusion(
    leaf: &Hash,
    index: LeafIndex,
    size: TreeSize,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if !size.holds(index) {
        return Err(ProofError::BeyondTree { index, size });
    }
    let wrong_length = ProofError::PathLength { found: path.len() };
    let mut node = index.0;
    let mut last = size.0 - 1;
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // At the right edge a node without right sibling is its own parent: climb until it is a right child.
            let climb = if node & 1 == 0 { node.trailing_zeros().min(63) } else { 0 };
            node >>= climb;
            last >>= climb;
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

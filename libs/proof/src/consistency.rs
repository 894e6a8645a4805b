//! That a tree only ever grew.

use crate::{
    BuildError, Hash, NodeSource, ProofError, TreeSize, node_hash,
    nodes::{range_hash, split},
};

/// Returns the hashes that join the root of the first `old` leaves to the root of the first `new`.
///
/// Shape: in the order of RFC 6962, at most ⌈log₂ new⌉ + 1 × 32 bytes; empty if the sizes are equal or `old` is 0.
/// Cost: as for an inclusion path.
///
/// # Errors
/// [`BuildError::OldIsLarger`] if `old > new`; [`BuildError::Source`] if a node cannot be read.
///
/// Source: RFC 6962 §2.1.2.
pub fn consistency_path<S: NodeSource + ?Sized>(
    old: TreeSize,
    new: TreeSize,
    nodes: &S,
) -> Result<Vec<Hash>, BuildError<S::Error>> {
    if old > new {
        return Err(BuildError::OldIsLarger { old, new });
    }
    let mut path = Vec::new();
    if old.0 == 0 || old == new {
        return Ok(path);
    }
    let mut start = 0;
    let mut end = new.0;
    while end != old.0 {
        let middle = start + split(end - start);
        let sibling = if old.0 <= middle {
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
    // The verifier knows the old root already where the old tree is one complete subtree at the left.
    if start != 0 {
        path.push(range_hash(start, end, nodes).map_err(BuildError::Source)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that the tree of `new` leaves with root `new_root` begins with the tree of `old` leaves with root `old_root`.
///
/// Cost: two hashes per element of `path`.
///
/// # Errors
/// [`ProofError::OldIsLarger`], [`ProofError::PathLength`], [`ProofError::OtherRoot`]; [`ProofError::OldIsEmpty`] if
/// `old` is 0, because a proof from the empty tree says nothing: every tree begins with it, do not ask for one.
///
/// Source: RFC 9162 §2.1.4.2.
pub fn verify_consistency(
    old: TreeSize,
    new: TreeSize,
    path: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OldIsLarger { old, new });
    }
    if old.0 == 0 {
        return Err(ProofError::OldIsEmpty);
    }
    let wrong_length = ProofError::PathLength { found: path.len() };
    if old == new {
        return match (path, old_root == new_root) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::OtherRoot),
            _ => Err(wrong_length),
        };
    }
    // A complete old tree is itself the first hash of the path; the prover leaves it out.
    let (first, rest) = match path {
        [] => return Err(wrong_length),
        rest if old.0.is_power_of_two() => (old_root, rest),
        [first, rest @ ..] => (first, rest),
    };
    let mut node = old.0 - 1;
    let mut last = new.0 - 1;
    let ones = node.trailing_ones();
    node >>= ones;
    last >>= ones;
    let mut old_hash = *first;
    let mut new_hash = *first;
    for sibling in rest {
        if last == 0 {
            return Err(wrong_length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            let climb = if node & 1 == 0 { node.trailing_zeros().min(63) } else { 0 };
            node >>= climb;
            last >>= climb;
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(wrong_length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

//! The growing right edge of a tree.

use crate::{BuildError, Hash, NodeSource, TreeSize, empty_root, node_hash};

/// What a tree must remember to grow: the roots of the complete subtrees its leaves fall into.
///
/// Shape: one hash for every one in the binary form of the size, at most 64.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RightEdge {
    size: u64,
    /// Largest subtree first.
    subtrees: Vec<Hash>,
}

/// The number of nodes does not fit the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the right edge of {size} leaves has {} nodes, not {found}", size.0.count_ones())]
pub struct EdgeError {
    /// The size given.
    pub size: TreeSize,
    /// How many nodes were given.
    pub found: usize,
}

impl RightEdge {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree of `size` leaves from the roots of its complete subtrees, the largest (leftmost) first.
    ///
    /// # Errors
    /// [`EdgeError`] unless there is one node for every one in the binary form of `size`.
    pub fn from_nodes(size: TreeSize, nodes: Vec<Hash>) -> Result<Self, EdgeError> {
        if nodes.len() == size.0.count_ones() as usize {
            Ok(Self { size: size.0, subtrees: nodes })
        } else {
            Err(EdgeError { size, found: nodes.len() })
        }
    }

    /// The edge of the first `size` leaves of a tree kept elsewhere.
    ///
    /// Cost: one node read for every one in the binary form of `size`.
    ///
    /// # Errors
    /// [`BuildError::Source`] if a node cannot be read.
    pub fn read<S: NodeSource + ?Sized>(size: TreeSize, nodes: &S) -> Result<Self, BuildError<S::Error>> {
        let subtrees = Self::positions(size)
            .map(|(level, index)| nodes.node(level, index).map_err(BuildError::Source))
            .collect::<Result<_, _>>()?;
        Ok(Self { size: size.0, subtrees })
    }

    /// Which nodes make up the edge of `size` leaves, as `(level, index)`, the largest subtree first.
    pub fn positions(size: TreeSize) -> impl Iterator<Item = (u8, u64)> {
        (0..64_u8).rev().filter(move |level| size.0 >> level & 1 == 1).map(move |level| (level, (size.0 >> level) - 1))
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn nodes(&self) -> &[Hash] {
        &self.subtrees
    }

    /// Adds a leaf and reports every subtree it completes as `(level, index, hash)`, from the leaf itself (level 0)
    /// upwards.
    ///
    /// Cost: two hashes a leaf on average counting the leaf's own, at most 64.
    pub fn push(&mut self, leaf: Hash, mut completed: impl FnMut(u8, u64, Hash)) {
        let mut hash = leaf;
        let mut level = 0_u8;
        completed(0, self.size, hash);
        // Each trailing one of the size is a subtree that waits for its right neighbour.
        while self.size >> level & 1 == 1 {
            let left = self.subtrees.pop().expect("the edge has one node for every one in its size");
            hash = node_hash(&left, &hash);
            level += 1;
            completed(level, self.size >> level, hash);
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The root of the tree.
    ///
    /// Cost: one hash less than the edge has nodes.
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.subtrees.iter().rev();
        let Some(smallest) = smallest_first.next() else { return empty_root() };
        smallest_first.fold(*smallest, |right, left| node_hash(left, &right))
    }
}

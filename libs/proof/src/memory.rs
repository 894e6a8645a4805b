//! A whole tree in memory.

use crate::{Hash, NodeSource, RightEdge, TreeSize};

/// A tree with all of its nodes in memory: 64 bytes a leaf. For verifiers of small logs and for tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    edge: RightEdge,
    levels: Vec<Vec<Hash>>,
}

/// The tree has no such complete subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree has no node {index} at level {level}")]
pub struct NoSuchNode {
    /// The level asked for.
    pub level: u8,
    /// The index asked for.
    pub index: u64,
}

impl MemoryTree {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a leaf. Cost: two hashes on average.
    pub fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.edge.push(leaf, |level, _, hash| match levels.get_mut(usize::from(level)) {
            Some(nodes) => nodes.push(hash),
            None => levels.push(vec![hash]),
        });
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> TreeSize {
        self.edge.size()
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.edge.root()
    }
}

impl FromIterator<Hash> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }
}

impl NodeSource for MemoryTree {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, NoSuchNode> {
        let position = usize::try_from(index).ok();
        let nodes = self.levels.get(usize::from(level));
        position.and_then(|position| nodes?.get(position)).copied().ok_or(NoSuchNode { level, index })
    }
}

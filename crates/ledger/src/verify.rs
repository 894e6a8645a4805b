//! Checking everything the tree's folder holds.

use crate::OpenError;
use env::Disk;
use proof::{LeafIndex, TreeSize, VerifierKey};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub path: PathBuf,
    /// The leaves concerned, the last exclusive; empty where none can be named.
    pub leaves: Range<LeafIndex>,
    /// What is wrong.
    pub what: String,
}

/// What a check of the tree's folder found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeReport {
    /// What the newest checkpoint covers.
    pub size: TreeSize,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
    /// Everything that is not as it was written; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Recomputes the whole tree from `tree/digests` and compares: every level file, every checkpoint's root and signature,
/// the order of the checkpoints, the origin, and the mark when there is one. Changes nothing.
///
/// Cost: reads all of the folder once; two hashes a leaf.
///
/// # Errors
/// [`OpenError::Io`] when a file cannot be read at all; what is merely wrong is a [`Finding`].
pub fn verify_tree(
    _disk: &dyn Disk,
    _tree: &Path,
    _key: &VerifierKey,
    _mark: Option<&Path>,
) -> Result<TreeReport, OpenError> {
    panic!()
}

//! Batches of lines.

use crate::{BatchHandle, Packed, PackedRef};
use proof::{Digest, Hash, TreeSize};

/// Lines that are recorded together or not at all.
///
/// The journal frames these bytes and never looks into them.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The lines in leaf order, without newlines.
    pub lines: Packed,
    /// SHA-256 of each line; the frame's MAC covers the digest in place of the line.
    pub digests: Vec<Digest>,
    /// One opaque string per line: which disclosures belong to it, in the engine's own encoding.
    pub refs: Packed,
    /// Opaque records that this book does not hold yet: sealed disclosures.
    pub disclosures: Packed,
}

/// What a checkpoint signs, without its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedTree {
    /// How many leaves it covers.
    pub size: TreeSize,
    /// Their root.
    pub root: Hash,
}

/// A batch read back.
#[derive(Debug, Clone, Copy)]
pub struct RecoveredBatch<'a> {
    /// Where it lies.
    pub handle: BatchHandle,
    /// Its lines.
    pub lines: PackedRef<'a>,
    /// SHA-256 of each line. Computed when a journal is looked at or inspected; empty where a [`crate::Cursor`] reads.
    pub digests: &'a [Digest],
    /// One opaque string per line.
    pub refs: PackedRef<'a>,
    /// The records this batch brought into its book.
    pub disclosures: PackedRef<'a>,
}

//! Batches of lines, and where they lie in the journal.

use crate::{Packed, PackedRef};
use proof::{Digest, Hash, LeafIndex, TreeSize};

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
    /// Opaque records that this file does not hold yet: sealed disclosures.
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

/// A journal file, numbered anew by every process; changes exactly when the journal starts a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileNumber(pub u32);

/// Where a line's bytes lie. Valid for this process only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePosition {
    /// The file.
    pub file: FileNumber,
    /// Byte offset in the file.
    pub offset: u32,
    /// Length in bytes.
    pub bytes: u32,
}

/// Where a batch came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The file.
    pub file: FileNumber,
    /// The leaf index of the first line.
    pub first_leaf: LeafIndex,
    /// Where the first line starts in the file; the others follow without a gap.
    pub lines_offset: u32,
}

impl Placed {
    /// Where line `index` of the batch lies, given the batch's lines.
    #[must_use]
    pub fn position(&self, lines: PackedRef<'_>, index: usize) -> Option<LinePosition> {
        let bytes = u32::try_from(lines.get(index)?.len()).ok()?;
        let start = u32::try_from(lines.start(index)?).ok()?;
        Some(LinePosition { file: self.file, offset: self.lines_offset.checked_add(start)?, bytes })
    }

    /// Where record `index` of the batch lies, given the whole batch: records follow the references, which follow the
    /// lines (spec/journal.md).
    #[must_use]
    pub fn disclosure(
        &self,
        lines: PackedRef<'_>,
        refs: PackedRef<'_>,
        disclosures: PackedRef<'_>,
        index: usize,
    ) -> Option<LinePosition> {
        let bytes = u32::try_from(disclosures.get(index)?.len()).ok()?;
        let start = lines.bytes().len() + refs.bytes().len() + disclosures.start(index)?;
        let offset = self.lines_offset.checked_add(u32::try_from(start).ok()?)?;
        Some(LinePosition { file: self.file, offset, bytes })
    }
}

/// A batch read back at start.
#[derive(Debug, Clone, Copy)]
pub struct RecoveredBatch<'a> {
    /// Where it lies.
    pub placed: Placed,
    /// Its lines.
    pub lines: PackedRef<'a>,
    /// SHA-256 of each line. Computed when a journal is opened or inspected; empty where a [`crate::Cursor`] reads.
    pub digests: &'a [Digest],
    /// One opaque string per line.
    pub refs: PackedRef<'a>,
    /// The records this batch brought into its file.
    pub disclosures: PackedRef<'a>,
}

//! Names of the files of a segment.

use std::fmt;
use std::ops::Range;

use proof::LEAVES_MAX;

/// No segment is written so often; a name of a later generation is no segment's.
pub(crate) const GENERATION_MAX: u32 = 1 << 30;

/// Which segment: the leaves it holds, and which writing of them.
///
/// Shown as `<first>-<last>.<generation>`, leaves in decimal with at least twelve digits, so that names sort by leaf
/// up to a trillion entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SegmentName {
    /// Lowest leaf.
    pub first: u64,
    /// Highest leaf.
    pub last: u64,
    /// 0 for the first writing; a rewritten or retried one counts up, so that no name is ever used twice.
    pub generation: u32,
}

/// The files of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SegmentFile {
    /// The lines: `.ndjson.zst`.
    Lines,
    /// The disclosures: `.disc`.
    Disclosures,
    /// The index, derived from the other two: `.idx`.
    Index,
}

impl SegmentFile {
    /// Every file of a segment.
    pub const ALL: [Self; 3] = [Self::Lines, Self::Disclosures, Self::Index];

    /// Returns the end of the file's name, without the dot before it.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Lines => "ndjson.zst",
            Self::Disclosures => "disc",
            Self::Index => "idx",
        }
    }
}

impl SegmentName {
    /// Returns the leaves of the segment.
    #[must_use]
    pub fn leaves(&self) -> Range<u64> {
        self.first..self.last.saturating_add(1)
    }

    /// Whether a log can have such a segment: it holds a leaf, and there is room for more behind it.
    #[must_use]
    pub fn is_within_reach(&self) -> bool {
        self.first <= self.last && self.last < LEAVES_MAX && self.generation <= GENERATION_MAX
    }

    /// Returns the name of a file of this segment.
    #[must_use]
    pub fn file(&self, file: SegmentFile) -> String {
        format!("{self}.{}", file.extension())
    }

    /// Reads a file name (without its folder, without a temporary suffix). `None` if no segment's file is named so.
    #[must_use]
    pub fn parse(file_name: &str) -> Option<(Self, SegmentFile)> {
        let (leaves, rest) = file_name.split_once('.')?;
        let (generation, extension) = rest.split_once('.')?;
        let (first, last) = leaves.split_once('-')?;
        let name = Self { first: first.parse().ok()?, last: last.parse().ok()?, generation: generation.parse().ok()? };
        let file = SegmentFile::ALL.into_iter().find(|file| file.extension() == extension)?;
        // One spelling only: what is read must be what would be written.
        (name.is_within_reach() && format!("{name}.{extension}") == file_name).then_some((name, file))
    }
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}-{:012}.{}", self.first, self.last, self.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        let name = SegmentName { first: 5, last: 1_234_567_890_123, generation: 3 };
        assert_eq!(name.to_string(), "000000000005-1234567890123.3");
        for file in SegmentFile::ALL {
            assert_eq!(SegmentName::parse(&name.file(file)), Some((name, file)));
        }
        for far in [
            "000000000000-18446744073709551615.0.idx",
            "18446744073709551615-18446744073709551615.0.disc",
            "000000000000-288230376151711744.0.ndjson.zst",
            "000000000000-000000000021.4294967295.idx",
            "000000000000-000000000021.1073741825.idx",
        ] {
            assert_eq!(SegmentName::parse(far), None, "{far}");
        }
        assert!(SegmentName::parse("000000000000-288230376151711743.1073741824.idx").is_some());
        for bad in
            ["", "5-9.0.idx", "000000000005-000000000004.0.idx", "000000000005-000000000009.00.idx", "x.0.idx", "a.tmp"]
        {
            assert_eq!(SegmentName::parse(bad), None, "{bad}");
        }
    }
}

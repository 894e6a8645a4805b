//! The manifest: which segments are live, and what their bytes must be.
//!
//! A numbered file per state, put only where none was, each naming its predecessor's SHA-256. The one with the highest
//! number counts; the last few are kept. It is text, one JSON object a line, so that a person can read it.
//!
//! Specified in `spec/manifest.md`.

mod store;
mod text;

use std::path::PathBuf;

use index::LeafSet;
use proof::Digest;

use crate::names::SegmentName;

pub use store::{MANIFESTS_KEPT, NUMBER_MAX, foreign, newest, newest_sound, publish, publish_again, verify_manifests};

/// How long a file is and what its bytes hash to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileStamp {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the whole file.
    pub sha256: Digest,
}

/// Which leaves of a segment's range were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovedStamp {
    /// How many.
    pub leaves: u64,
    /// SHA-256 of the set of them, as it stands in the file of lines ([`crate::LeafSet::encode_removed`]).
    pub sha256: Digest,
}

impl RemovedStamp {
    /// What the manifest says of a segment with these leaves; `None` if none was removed.
    #[must_use]
    pub fn of(leaves: &LeafSet) -> Option<Self> {
        let bytes = leaves.encode_removed();
        (!leaves.is_whole()).then(|| Self { leaves: leaves.removed_count(), sha256: Digest::of(&bytes) })
    }
}

/// One live segment. Its index is not stamped: it is derived, checks itself, and may be rebuilt at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentEntry {
    /// Which segment.
    pub name: SegmentName,
    /// Its file of lines.
    pub lines: FileStamp,
    /// Its file of disclosures.
    pub disclosures: FileStamp,
    /// The leaves that it lacks; `None`: none.
    pub removed: Option<RemovedStamp>,
}

impl SegmentEntry {
    /// Returns how many rows the segment has: its leaves, less those that were removed.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let leaves = self.name.leaves();
        (leaves.end - leaves.start).saturating_sub(self.removed.map_or(0, |removed| removed.leaves))
    }
}

/// One state of the list of live segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Counts from 1.
    pub number: u64,
    /// SHA-256 of the manifest before this one; `None` for the first.
    pub previous: Option<Digest>,
    /// Term of the writer that published it.
    pub term: u64,
    /// The live segments: consecutive, from leaf 0.
    pub segments: Vec<SegmentEntry>,
}

impl Manifest {
    /// Returns how many leaves are sealed: the first leaf that is in no segment.
    #[must_use]
    pub fn sealed_to(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.name.leaves().end)
    }

    /// Returns the first manifest of a log, with its first segment.
    #[must_use]
    pub fn first(term: u64, segment: SegmentEntry) -> Self {
        Self { number: 1, previous: None, term, segments: vec![segment] }
    }

    /// Returns the manifest that follows this one when `segment` is sealed.
    #[must_use]
    pub fn followed_by(&self, term: u64, segment: SegmentEntry) -> Self {
        let mut segments = self.segments.clone();
        segments.push(segment);
        Self { number: self.number + 1, previous: Some(self.digest()), term, segments }
    }

    /// Returns the manifest that follows this one when `merged` takes the place of the segments whose leaves it holds.
    #[must_use]
    pub fn followed_by_merged(&self, term: u64, merged: SegmentEntry) -> Self {
        let mut segments = self.segments.clone();
        let start = segments.partition_point(|entry| entry.name.last < merged.name.first);
        let end = segments.partition_point(|entry| entry.name.first <= merged.name.last);
        segments.splice(start..end, [merged]);
        Self { number: self.number + 1, previous: Some(self.digest()), term, segments }
    }

    /// Returns the SHA-256 of the manifest's file.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.encode())
    }

    /// Whether the segments are consecutive from leaf 0, none lacking more than it holds.
    fn is_consecutive(&self) -> bool {
        let mut next = 0;
        self.segments.iter().all(|segment| {
            let in_turn = segment.name.first == next && segment.name.is_within_reach();
            next = segment.name.leaves().end;
            let most = next.saturating_sub(segment.name.first);
            in_turn && segment.removed.is_none_or(|removed| (1..=most).contains(&removed.leaves))
        })
    }
}

/// Why a manifest could not be read or published.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The disk failed. Remedy: look at the disk; a publication is tried again under the same number after a restart.
    #[error("cannot read or write {}", file.display())]
    Disk {
        /// The file or folder.
        file: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The newest manifest is not what was written. Remedy: `verify`, then restore it.
    #[error("{} is damaged: {what}", file.display())]
    Damaged {
        /// The manifest.
        file: PathBuf,
        /// What does not fit.
        what: &'static str,
    },
    /// The number is beyond those that a manifest may have: somebody gave its predecessor that number. Remedy: `verify`, then restore
    /// the manifests.
    #[error("manifest {number} would be beyond the last there can be")]
    OutOfReach {
        /// The number.
        number: u64,
    },
    /// Another writer published this number first. Remedy: read the newest manifest and decide anew.
    #[error("manifest {number} was published by another writer")]
    Overtaken {
        /// The number that is taken.
        number: u64,
    },
    /// The segments are not consecutive from leaf 0: a mistake of the caller; nothing was written.
    #[error("the segments of manifest {number} are not consecutive")]
    NotConsecutive {
        /// The manifest's number.
        number: u64,
    },
}

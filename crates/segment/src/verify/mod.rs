//! Verification of sealed files against the tree.

mod disclosed;
mod findings;
mod folder;
mod lines;
mod opened;
mod segment;
mod threads;

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use event::personal::SealedDisclosure;
use proof::Digest;
use roaring::RoaringTreemap;

pub use folder::verify_folder;
pub use segment::verify_segment;

use crate::sealed::IndexAccess;
use index::IndexKey;

/// Reads the digests that the tree has for consecutive leaves, asked by several threads.
pub type DigestsOf<'a> = dyn Fn(Range<u64>) -> Result<Vec<Digest>, BoxedError> + Sync + 'a;

/// What reading digests answers.
pub type BoxedError = Box<dyn Error + Send + Sync>;

/// Opens a disclosure under its person's key, asked by several threads; says what is wrong with it.
pub type Opens<'a> = dyn Fn(SealedDisclosure<&[u8]>) -> Result<(), &'static str> + Sync + 'a;

/// Takes a leaf and its line, which is the tree's, told by several threads; says what else is wrong with it.
pub type EachLine<'a> = dyn Fn(u64, &[u8]) -> Result<(), &'static str> + Sync + 'a;

/// How segments are verified.
pub struct VerifyOptions<'a> {
    /// What the tree says.
    pub digests: &'a DigestsOf<'a>,
    /// Opens every disclosure; `None` where the keys are not at hand.
    pub opens: Option<&'a Opens<'a>>,
    /// The leaves whose absence the log itself explains (I-7). One that is missing and not among them is a finding.
    pub explained: &'a RoaringTreemap,
    /// Takes every line.
    pub each_line: &'a EachLine<'a>,
    /// What indexes are authenticated under; `None` where the keys are not at hand: then it is not known who made them.
    pub index_key: Option<&'a IndexKey>,
    /// How the bytes of an index are reached.
    pub access: IndexAccess,
    /// Threads that read lines side by side.
    pub threads: usize,
    /// Told how many more leaves were checked, some thousand at a time.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// What is wrong with a file, and which leaves it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentFinding {
    /// The file.
    pub file: PathBuf,
    /// The leaves concerned; `None` where no leaves can be named (manifests, foreign files).
    pub leaves: Option<Range<u64>>,
    /// What kind of thing.
    pub kind: FindingKind,
    /// What was found, in words.
    pub what: String,
}

/// The kinds of finding, by what they mean for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingKind {
    /// Bytes that the log vouches for are changed, missing, swapped or another log's.
    Tampered,
    /// The disk did not give the bytes: nothing can be said about them.
    Unreadable,
    /// A file that the log does not name: no harm to what is recorded, but it does not belong there.
    Foreign,
    /// The index is missing, damaged or of other lines: it can be made again, nothing is lost.
    Index,
    /// The index was made by somebody without the log's keys: nothing is lost, but questions were to be answered wrongly.
    Forged,
}

impl fmt::Display for SegmentFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        match &self.leaves {
            Some(leaves) if leaves.start.checked_add(1) == Some(leaves.end) => write!(f, ", leaf {}", leaves.start)?,
            Some(leaves) => write!(f, ", leaves {} to {}", leaves.start, leaves.end.saturating_sub(1))?,
            None => {}
        }
        write!(f, ": {}", self.what)
    }
}

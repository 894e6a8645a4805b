//! What is submitted, and what its sender gets for it.

use event::{BodyKind, Problem, Warning};
use proof::Digest;

use crate::ask::reach::Reach;

/// A request to record events.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The events.
    pub body: &'a [u8],
    /// How they are laid out.
    pub kind: BodyKind,
    /// Who sends them: never a claim of the client's.
    pub source: &'a str,
    /// Where its sender may write; `None`: everywhere. An event outside is wrong as any other, with the code `not_permitted`.
    pub reach: Option<&'a Reach>,
    /// Record the good ones and list the rest, instead of all or nothing.
    pub partial: bool,
}

/// What a client gets for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's id.
    pub id: String,
    /// Its place in the tree.
    pub leaf_index: u64,
    /// SHA-256 of its line.
    pub digest: Digest,
    /// The same event had come before; this is the first one's receipt.
    pub duplicate: bool,
    /// What was redacted, or looks odd.
    pub warnings: Vec<Warning>,
}

/// What became of a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Submitted {
    /// One per event of the body; `None` for those that were refused (with `partial` only).
    pub receipts: Vec<Option<Receipt>>,
    /// Why those were refused.
    pub problems: Vec<Problem>,
}

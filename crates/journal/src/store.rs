//! Opening a journal: first everything is read, then it is taken over.

use crate::{Journal, MacKey, OpenJournalError, RecoveredBatch, SignedTree, Term};
use proof::{Digest, Hash, LeafIndex, TreeSize};
use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// Where a log's journal is kept. A start looks at it, compares what it found with the rest of the log, and takes it over.
pub trait JournalStore: Send + Sync {
    /// Reads the journal, hands every batch in order to `receive`, and changes nothing. Batches before [`Known::sealed`] may be among
    /// them while their book also holds later ones.
    ///
    /// Cost: reads all of it once.
    ///
    /// # Errors
    /// [`OpenJournalError`].
    fn look(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Box<dyn FoundJournal>, OpenJournalError>;

    /// Reads the journal as [`JournalStore::look`] does, and whatever else it keeps, too: for verification. Without [`Known::key`]
    /// checksums are checked, and MACs are not.
    ///
    /// # Errors
    /// As [`JournalStore::look`].
    fn inspect(&self, known: &Known<'_>, receive: Receive<'_>) -> Result<Recovery, OpenJournalError>;

    /// Gives room free that the reading half of a start may need, where the journal keeps some in reserve.
    ///
    /// # Errors
    /// What the disk answers.
    fn make_room_to_look(&self) -> io::Result<()> {
        Ok(())
    }

    /// Gives room free for what a start writes before it comes to the journal, where the journal keeps some in reserve.
    ///
    /// # Errors
    /// What the disk answers.
    fn make_room_to_settle(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A journal that was read whole and found sound; nothing was changed.
pub trait FoundJournal {
    /// The leaves that it holds: from the first leaf of its oldest book to behind its last line.
    fn leaves(&self) -> Range<LeafIndex>;

    /// The term that [`FoundJournal::take_over`] begins.
    fn next_term(&self) -> Term;

    /// Takes the journal over: begins a new term, above all before, and a new book. From here on every earlier writer is fenced. What
    /// may not be durable is made so; what `are_held` says of is removed.
    ///
    /// # Errors
    /// [`OpenJournalError`]. All that counts is durable then.
    ///
    /// # Panics
    /// Where the journal was looked at without [`Known::key`].
    fn take_over(self: Box<Self>, are_held: AreHeld<'_>) -> Result<(Box<dyn Journal>, Recovery), OpenJournalError>;
}

/// Takes the batches that are read, in order.
pub type Receive<'a> = &'a mut dyn FnMut(RecoveredBatch<'_>) -> Result<(), Refusal>;

/// Why the receiver of recovered batches refuses one.
pub type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// Whether segments really hold these leaves, so that what the journal has of them may go.
pub type AreHeld<'a> = &'a dyn Fn(Range<u64>) -> bool;

/// What must be known about the log before its journal is opened.
#[derive(Clone)]
pub struct Known<'a> {
    /// The log's origin; a journal of another log is refused.
    pub origin: &'a str,
    /// Lines before this leaf are in segments; the journal may have freed them.
    pub sealed: LeafIndex,
    /// The newest checkpoint; the journal must reach it.
    pub checkpoint: SignedTree,
    /// The root of the log's tree at a size that was once signed, at most the newest checkpoint's; `None` where there is
    /// no such root. A file begun under another checkpoint is refused.
    pub root_at: &'a dyn Fn(TreeSize) -> Option<Hash>,
    /// Whether the tree has this digest at a leaf that the newest checkpoint covers. Asked of files that are not needed any more, before
    /// they go.
    pub in_tree: &'a dyn Fn(LeafIndex, &Digest) -> bool,
    /// The key that authenticates frames. `None` where the log's key is not at hand: the journal can then be inspected but not
    /// opened, and [`Recovery::authenticated`] says so.
    pub key: Option<&'a MacKey>,
}

/// What recovery found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Batches given back.
    pub batches: u64,
    /// Lines given back.
    pub lines: u64,
    /// Whether the journal had been closed in order.
    pub closed: bool,
    /// Where an unacknowledged end was cut off, if there was one.
    pub cut: Option<Cut>,
    /// Whether the MACs were checked.
    pub authenticated: bool,
    /// Files that are named like a journal's and that are left alone.
    pub foreign: Vec<Foreign>,
}

/// A file that is not used and stays: it is not this log's, or nobody has read that what it holds is held elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The file.
    pub path: PathBuf,
    /// Why it stays.
    pub what: &'static str,
}

/// An end that nothing attests and that is not a whole frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub path: PathBuf,
    /// Where the cut was made.
    pub offset: u64,
}

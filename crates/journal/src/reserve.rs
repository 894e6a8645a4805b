//! Room kept for what must go on when the disk is full.

use std::io;

/// What room is taken from the reserve for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The server's own entries and their keys: piece by piece, as far as a start still has its part.
    OwnEntries,
    /// Checkpoints and the journal's next book: a little at a time. They keep small what a start must write again, so they may
    /// have some of its part; how much is bounded by the entries before them.
    Upkeep,
    /// Sealing: all at once, but for what a start needs to look. The reserve is not made again until [`Reserve::give_back`].
    Sealing,
    /// A start: all of it.
    Start,
}

/// Room of the disk that a journal keeps from others. The defaults are those of a journal that keeps none: it lies where there is
/// room, or says [`crate::AppendError::DiskFull`].
pub trait Reserve: Send + Sync {
    /// Gives some of it free on a full disk; false when this need may have none. Until the reserve is whole again, only reserved
    /// appends are taken.
    ///
    /// # Errors
    /// What the disk answers.
    fn release(&self, _need: Need) -> io::Result<bool> {
        Ok(false)
    }

    /// Says that sealing does not use it any more, so that it may be made whole again.
    fn give_back(&self) {}

    /// Makes it as large as there is room, whole at most: for the end of a start, which has used some of it.
    ///
    /// # Errors
    /// What the disk answers, but for a full disk.
    fn keep(&self) -> io::Result<()> {
        Ok(())
    }

    /// Makes it again if it is missing. True: it is there, and the disk has room besides.
    ///
    /// # Errors
    /// What the disk answers, but for a full disk.
    fn fill(&self) -> io::Result<bool> {
        Ok(true)
    }

    /// How large it is when it is whole; `None`: there is none.
    fn bytes(&self) -> Option<u64> {
        None
    }
}

/// No room is kept.
pub struct NoReserve;

impl Reserve for NoReserve {}

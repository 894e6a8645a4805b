//! Sealing on request.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::log::Log;

/// How long [`Log::seal`] waits: a million entries take some seconds.
const SEAL_WAIT_US: u64 = 600_000_000;

/// The log was not sealed. Remedy: what the reason says; nothing was removed from the journal, and sealing is tried again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("sealing did not come to its end, {sealed} of {asked} entries are sealed: {reason}")]
pub struct NotSealed {
    /// Entries in segments.
    pub sealed: u64,
    /// Entries there were when sealing was asked for.
    pub asked: u64,
    /// What happened.
    pub reason: String,
    /// Whether a file could not be read as it was written: then not every entry may be there any more. Remedy: `verify`.
    pub unread: bool,
}

/// That sealing was asked for.
#[derive(Debug, Clone, Copy)]
pub struct SealAsked {
    /// Entries there were.
    size: u64,
    /// The how manieth to ask.
    nth: u64,
}

impl Log {
    /// Waits until a segment was sealed or sealing failed, at most this long.
    pub fn wait_for_sealing(&self, at_most: Duration) {
        let at_most_us = u64::try_from(at_most.as_micros()).unwrap_or(u64::MAX);
        self.shared.sealed.wait(self.shared.sealed.count(), at_most_us);
    }

    /// Seals every entry there is now, whatever the segment's size, and waits until that is done or has failed.
    ///
    /// # Errors
    /// [`NotSealed`]. It is tried again at longer and longer intervals, and at once when asked for again.
    pub fn seal(&self) -> Result<(), NotSealed> {
        let shared = &self.shared;
        let clock = &shared.world.clock;
        let asked = self.ask_to_seal();
        let start = clock.monotonic_us();
        let mut heard = 0;
        while !self.is_sealed(&asked)? {
            if clock.monotonic_us().saturating_sub(start) >= SEAL_WAIT_US {
                let reason = "it takes too long".to_owned();
                return Err(self.not_sealed(&asked, reason, false));
            }
            shared.sealing.notify();
            heard = shared.sealed.wait(heard, 1_000_000);
        }
        Ok(())
    }

    /// Asks for every entry there is now to be sealed, and does not wait.
    pub fn ask_to_seal(&self) -> SealAsked {
        let shared = &self.shared;
        let size = self.size();
        shared.seal_to.fetch_max(size, Ordering::AcqRel);
        let nth = shared.seals_asked.fetch_add(1, Ordering::AcqRel) + 1;
        shared.queue.ask_rotation();
        SealAsked { size, nth }
    }

    /// Whether what was asked for is sealed.
    ///
    /// # Errors
    /// [`NotSealed`]: it has failed since.
    pub fn is_sealed(&self, asked: &SealAsked) -> Result<bool, NotSealed> {
        if self.sealed() >= asked.size {
            return Ok(true);
        }
        let failure = self.shared.health.sealing_failed(asked.nth);
        let unread = failure.as_ref().is_some_and(|failure| failure.unread);
        let reason = failure.map(|failure| failure.reason).or_else(|| self.stopped());
        reason.map_or(Ok(false), |reason| Err(self.not_sealed(asked, reason, unread)))
    }

    fn not_sealed(&self, asked: &SealAsked, reason: String, unread: bool) -> NotSealed {
        NotSealed { sealed: self.sealed(), asked: asked.size, reason, unread }
    }
}

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
        let asked = self.size();
        let clock = &shared.world.clock;
        shared.seal_to.fetch_max(asked, Ordering::AcqRel);
        let nth = shared.seals_asked.fetch_add(1, Ordering::AcqRel) + 1;
        shared.queue.ask_rotation();
        let start = clock.monotonic_us();
        let mut heard = 0;
        while self.sealed() < asked {
            let waited = clock.monotonic_us().saturating_sub(start);
            let too_long = || (waited >= SEAL_WAIT_US).then(|| "it takes too long".to_owned());
            let failure = shared.health.sealing_failed(nth);
            let unread = failure.as_ref().is_some_and(|failure| failure.unread);
            let reason = failure.map(|failure| failure.reason);
            if let Some(reason) = reason.or_else(|| self.stopped()).or_else(too_long) {
                return Err(NotSealed { sealed: self.sealed(), asked, reason, unread });
            }
            shared.sealing.notify();
            heard = shared.sealed.wait(heard, 1_000_000);
        }
        Ok(())
    }
}

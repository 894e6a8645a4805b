//! Checkpoints: one at most every so often while the tree grows, and at once when a proof needs one.

use std::sync::Arc;

use ledger::{Published, SignError};

use crate::Log;
use crate::config::CHECKPOINT_WAIT_US;
use crate::shared::{Bell, Shared};

/// Bells between those who need a checkpoint and the thread that signs.
#[derive(Default)]
pub(crate) struct Signing {
    pub(crate) asked: Bell,
    pub(crate) signed: Bell,
}

/// No checkpoint covers the entry yet, and none could be made in time. Remedy: ask again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no checkpoint covers leaf {leaf} yet")]
pub struct NotCovered {
    /// The leaf asked for.
    pub leaf: u64,
}

/// Works until the log is closed, then signs once more.
pub(crate) fn run(shared: &Shared, signing: &Signing) {
    let mut heard = 0;
    loop {
        heard = signing.asked.wait(heard, shared.config.checkpoint_interval_us);
        shared.look_for_room();
        let closing = shared.closing();
        if !sign(shared) || closing {
            signing.signed.notify();
            return;
        }
        signing.signed.notify();
    }
}

/// Whether signing may go on.
fn sign(shared: &Shared) -> bool {
    match shared.sign() {
        Ok(()) => true,
        Err(SignError::DiskFull) => {
            shared.health.disk_full();
            true
        }
        Err(error @ SignError::OutOfFiles) => {
            tracing::warn!(%error, "the old checkpoint stays; signing is tried again");
            true
        }
        Err(error) => {
            shared.stop(&error);
            false
        }
    }
}

impl Log {
    /// The newest checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Arc<Published> {
        self.shared.ledger.newest()
    }

    /// A checkpoint that covers `leaf`, made at once if there is none. Waits at most five seconds.
    ///
    /// # Errors
    /// [`NotCovered`].
    pub fn checkpoint_covering(&self, leaf: u64) -> Result<Arc<Published>, NotCovered> {
        let start = self.shared.world.clock.monotonic_us();
        let mut heard = self.signing.signed.count();
        loop {
            let newest = self.checkpoint();
            if newest.checkpoint.size.0 > leaf {
                return Ok(newest);
            }
            let waited = self.shared.world.clock.monotonic_us().saturating_sub(start);
            if waited >= CHECKPOINT_WAIT_US || self.shared.queue.closed().is_some() {
                return Err(NotCovered { leaf });
            }
            self.signing.asked.notify();
            heard = self.signing.signed.wait(heard, CHECKPOINT_WAIT_US - waited);
        }
    }
}

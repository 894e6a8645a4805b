//! Checkpoints: one at most every so often while the tree grows, and at once when a proof needs one.

use std::sync::Arc;

use ledger::Published;

use crate::log::Log;
use crate::state::config::CHECKPOINT_WAIT_US;

/// No checkpoint covers the entry yet, and none could be made in time. Remedy: ask again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no checkpoint covers leaf {leaf} yet")]
pub struct NotCovered {
    /// The leaf asked for.
    pub leaf: u64,
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
            if let Some(stepped) = &self.threads.stepped {
                stepped.step_signer();
                return Some(self.checkpoint())
                    .filter(|newest| newest.checkpoint.size.0 > leaf)
                    .ok_or(NotCovered { leaf });
            }
            self.signing.asked.notify();
            heard = self.signing.signed.wait(heard, CHECKPOINT_WAIT_US - waited);
        }
    }
}

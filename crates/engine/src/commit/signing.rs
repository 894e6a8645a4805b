//! The thread that signs checkpoints: one at most every so often while the tree grows, and at once when a proof needs one.

use std::sync::Arc;

use ledger::SignError;

use crate::state::bell::Bell;
use crate::state::shared::Shared;
use crate::state::worker::{Turn, Worker};

/// Bells between those who need a checkpoint and the thread that signs.
#[derive(Default)]
pub(crate) struct Signing {
    pub(crate) asked: Bell,
    pub(crate) signed: Bell,
}

/// Signs when it was asked or the interval has passed, and once more when the log is closed.
pub(crate) struct Signer {
    shared: Arc<Shared>,
    signing: Arc<Signing>,
    heard: u64,
    /// Whether it has waited since it signed last.
    is_due: bool,
}

impl Signer {
    pub(crate) fn new(shared: Arc<Shared>, signing: Arc<Signing>) -> Self {
        Self { shared, signing, heard: 0, is_due: false }
    }
}

impl Worker for Signer {
    fn step(&mut self) -> Turn {
        if !std::mem::take(&mut self.is_due) {
            return Turn::Idle(self.shared.config.checkpoint_interval_us);
        }
        self.shared.look_for_room();
        let closing = self.shared.closing();
        let goes_on = sign(&self.shared);
        self.signing.signed.notify();
        if goes_on && !closing { Turn::Worked } else { Turn::Ended }
    }

    fn wait(&mut self, at_most_us: u64) {
        self.heard = self.signing.asked.wait(self.heard, at_most_us);
        self.is_due = true;
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

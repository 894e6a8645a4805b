//! The thread that signs checkpoints: one at most every so often while the tree grows, and at once when a proof needs one.

use ledger::SignError;

use crate::state::bell::Bell;
use crate::state::shared::Shared;

/// Bells between those who need a checkpoint and the thread that signs.
#[derive(Default)]
pub(crate) struct Signing {
    pub(crate) asked: Bell,
    pub(crate) signed: Bell,
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

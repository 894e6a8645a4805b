//! The workers that requests wait for, where no threads do the work: whoever waits steps them.

use std::sync::{Arc, Mutex, PoisonError};

use crate::commit::sequencer::Sequencer;
use crate::commit::signing::Signer;
use crate::state::worker::{Turn, Worker};

/// Sequencer and signer of a log without threads.
#[derive(Clone)]
pub(crate) struct Stepped {
    sequencer: Arc<Mutex<Sequencer>>,
    signer: Arc<Mutex<Signer>>,
}

impl Stepped {
    pub(crate) fn new(sequencer: Sequencer, signer: Signer) -> Self {
        Self { sequencer: Arc::new(Mutex::new(sequencer)), signer: Arc::new(Mutex::new(signer)) }
    }

    /// Commits one group of what waits.
    pub(crate) fn step_sequencer(&self) -> Turn {
        self.sequencer.lock().unwrap_or_else(PoisonError::into_inner).step()
    }

    /// Signs, as if the interval had passed.
    pub(crate) fn step_signer(&self) -> Turn {
        let mut signer = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        signer.wait(0);
        signer.step()
    }
}

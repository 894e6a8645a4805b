//! Buffers that take no more rows become runs: from scanned to indexed.

use std::sync::Arc;

use segment::tail::{Buffer, freeze};

use crate::state::health::Work;
use crate::state::parts::{Frozen, TailPart};
use crate::state::shared::Shared;
use crate::state::worker::{Turn, Worker};

/// How long the freezer sleeps when nobody rings. A ring is never lost; this only bounds how late a close is noticed.
const NAP_US: u64 = 1_000_000;

/// Freezes one buffer after the other until the log is closed.
pub(crate) struct Freezer {
    shared: Arc<Shared>,
    heard: u64,
}

impl Freezer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, heard: 0 }
    }
}

impl Worker for Freezer {
    fn step(&mut self) -> Turn {
        let shared = &self.shared;
        if shared.closing() {
            return Turn::Ended;
        }
        let Some(buffer) = done_buffer(shared) else { return Turn::Idle(NAP_US) };
        match freeze(&buffer, shared.vault.index_seed()) {
            Ok((run, columns)) => put(shared, TailPart::Run(Arc::new(Frozen::new(run, columns)))),
            Err(error) => {
                // A mistake of ours, but nothing is lost: the buffer goes on answering.
                tracing::error!(first_leaf = buffer.first_leaf(), %error, "a buffer could not be frozen");
                // Whoever waits for it to be sealed waits in vain.
                shared.health.failed(Work::Sealing, &error, u64::MAX);
                shared.sealed.notify();
                return Turn::Ended;
            }
        }
        shared.sealing.notify();
        Turn::Worked
    }

    fn wait(&mut self, at_most_us: u64) {
        self.heard = self.shared.wake.wait(self.heard, at_most_us);
    }
}

/// A buffer that takes no more rows, because a newer one does.
fn done_buffer(shared: &Shared) -> Option<Arc<Buffer>> {
    let parts = shared.parts();
    let (_active, done) = parts.tail.split_last()?;
    done.iter().find_map(|part| match part {
        TailPart::Buffer(buffer) => Some(Arc::clone(buffer)),
        TailPart::Run(..) => None,
    })
}

fn put(shared: &Shared, run: TailPart) {
    shared.change(|parts| {
        if let Some(place) = parts.tail.iter_mut().find(|part| part.first_leaf() == run.first_leaf()) {
            *place = run;
        }
    });
}

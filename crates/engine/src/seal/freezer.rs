//! Buffers that take no more rows become runs: from scanned to indexed.

use std::sync::Arc;

use segment::tail::{Buffer, freeze};

use crate::state::health::Work;
use crate::state::parts::{Frozen, TailPart};
use crate::state::shared::Shared;

/// How long the freezer sleeps when nobody rings. A ring is never lost; this only bounds how late a close is noticed.
const NAP_US: u64 = 1_000_000;

/// Works until the log is closed.
pub(crate) fn run(shared: &Shared) {
    let mut heard = 0;
    while !shared.closing() {
        let Some(buffer) = done_buffer(shared) else {
            heard = shared.wake.wait(heard, NAP_US);
            continue;
        };
        match freeze(&buffer, shared.vault.index_seed()) {
            Ok((run, columns)) => put(shared, TailPart::Run(Arc::new(Frozen::new(run, columns)))),
            Err(error) => {
                // A mistake of ours, but nothing is lost: the buffer goes on answering.
                tracing::error!(first_leaf = buffer.first_leaf(), %error, "a buffer could not be frozen");
                // Whoever waits for it to be sealed waits in vain.
                shared.health.failed(Work::Sealing, &error, u64::MAX);
                shared.sealed.notify();
                return;
            }
        }
        shared.sealing.notify();
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

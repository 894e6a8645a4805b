//! Where the parts meet: one [`Log`] admits, commits, signs, seals, recovers, answers and verifies.
//!
//! An event's way: [`Log::submit`] (admission, on the caller's thread) → queue → sequencer (journal, ledger, tail, answer)
//! → signer (checkpoints) → freezer (runs) → sealer (segments) → joiner (large segments). Questions go over a [`segment::View`] of segments and tail
//! and see every acknowledged entry (I-1). What goes where on disk: [`Layout`].

mod admitting;
mod ask;
mod checkpoints;
mod config;
mod create;
mod dedup;
mod disclosed;
mod erased;
mod freezer;
mod ground;
mod health;
mod joining;
mod layout;
mod limits;
mod looking;
mod merging;
mod open;
mod opener;
mod own;
mod publisher;
mod queue;
mod received;
mod record;
mod recover;
mod reindex;
mod repair;
mod rows;
mod seal_now;
mod sealer;
mod sealing;
mod sequencer;
mod settling;
mod shared;
mod submit;
mod tail;
mod tree;
mod unlisted;
pub mod verify;
mod visible;
mod watched;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use enrich::{Geo, Platforms};
use event::Rules;
use journal::Journal;
pub use journal::RESERVE_BYTES_DEFAULT;

pub use ask::{RecordReadError, Shown};
pub use checkpoints::NotCovered;
pub use config::{
    CHECKPOINT_WAIT_US, Config, GROUP_BYTES_MAX, QUEUE_BYTES_MAX, QUEUE_JOBS_MAX, SEAL_ROWS_DEFAULT, SEAL_ROWS_MAX,
    UNSEALED_ROWS_MAX, World,
};
pub use disclosed::{HandedOut, OpenedTexts};
pub use health::Degraded;
pub use layout::Layout;
pub use ledger::OlderMark;
pub use limits::{
    Limits, QUESTION_BYTES_MAX, QUESTION_LINES_MAX, QUESTION_TIME_US_MAX, QUESTIONS_BYTES_MAX, RESULT_BYTES_MAX,
};
pub use open::OpenError;
pub use opener::{Opener, PartOpener, Wanted};
pub use own::{OWN_SOURCE, Own, Viewer};
pub use reindex::{Watch, reindex};
pub use repair::{Repair, RepairError};
pub use seal_now::NotSealed;
pub use sealer::SealingError;
pub use submit::{Answer, Done, Receipt, Sent, Submission, SubmitError, Submitted, Waiting};

use crate::checkpoints::Signing;
use crate::open::Threads;
use crate::received::Received;
use crate::shared::{Shared, with_causes};

/// An open log. Share it; every method may be called from any thread.
pub struct Log {
    shared: Arc<Shared>,
    signing: Arc<Signing>,
    received: Received,
    places: Geo,
    agents: Platforms,
    rules: Rules,
    layout: Layout,
    cursor_key: [u8; 32],
    /// What was read of segments.
    cache: Arc<segment::BlockCache>,
    results: search::ResultCache,
    /// What questions hold at once.
    memory: search::Memory,
    threads: Threads,
    lock: env::Lock,
}

impl Log {
    /// How many entries there are: all acknowledged ones.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.shared.committed.load(Ordering::Acquire)
    }

    /// How many of them are in segments.
    #[must_use]
    pub fn sealed(&self) -> u64 {
        self.shared.parts().tail.first().map_or(0, shared::TailPart::first_leaf)
    }

    /// How many segments there are.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.shared.parts().segments.len()
    }

    /// How many entries are in segments that are being merged or will be next; 0: nothing is left to merge.
    #[must_use]
    pub fn entries_to_merge(&self) -> u64 {
        self.shared.entries_to_merge()
    }

    /// Why the log takes nothing more; `None` while it does.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.shared.queue.closed()
    }

    /// The ledger: tiles, proofs, checkpoints, keys.
    #[must_use]
    pub fn ledger(&self) -> &ledger::Ledger {
        &self.shared.ledger
    }

    /// The receipts of a request as one signed note (spec/receipt.md), those of repeated events included; `None` where nothing
    /// was recorded. Cost: one signature.
    ///
    /// # Errors
    /// A mistake of ours: what is recorded can stand in a receipt.
    pub fn signed_receipt(&self, submitted: &Submitted) -> Result<Option<String>, proof::ReceiptError> {
        let recorded = submitted.receipts.iter().flatten();
        let entries: Vec<_> = recorded
            .map(|receipt| proof::Acknowledged {
                leaf: proof::LeafIndex(receipt.leaf_index),
                id: receipt.id.clone(),
                digest: receipt.digest,
            })
            .collect();
        if entries.is_empty() {
            return Ok(None);
        }
        self.shared.ledger.receipt(entries).map(|note| Some(note.to_string()))
    }

    /// Where its files lie.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The clock it goes by.
    #[must_use]
    pub fn clock(&self) -> &dyn env::Clock {
        &*self.shared.world.clock
    }

    /// Notes in the lock file where this log is served, for a second process that wants it.
    ///
    /// # Errors
    /// If the lock file cannot be written.
    pub fn describe(&self, note: &str) -> Result<(), env::LockError> {
        self.lock.describe(note)
    }

    /// Ends in good order: records the stop, commits what waits, signs, marks the journal as closed.
    ///
    /// # Errors
    /// What could not be done, in words; everything acknowledged is safe nevertheless.
    pub fn close(mut self) -> Result<(), String> {
        let recorded = match self.stopped() {
            Some(reason) => Err(reason),
            None => self.record_own(&Own::Stopped).map(drop).map_err(|error| with_causes(&error)),
        };
        self.end_threads();
        recorded?;
        self.shared.sign().map_err(|error| with_causes(&error))?;
        self.shared.journal.close().map_err(|error| with_causes(&error))
    }

    fn end_threads(&mut self) {
        self.shared.queue.close("it is being closed");
        let sequencer = self.threads.sequencer.take().is_none_or(|thread| thread.join().is_ok());
        self.shared.close_background();
        self.signing.asked.notify();
        let ended = self.threads.background.drain(..).all(|thread| thread.join().is_ok());
        if !(sequencer && ended) {
            tracing::error!("a thread of the log ended by a panic; see above");
        }
    }
}

impl Drop for Log {
    /// Dropping a log without [`Log::close`] is like the end of the process: acknowledged entries are durable, and the next start
    /// recovers.
    fn drop(&mut self) {
        self.end_threads();
    }
}

//! The open log.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvError, TryRecvError};
use std::thread::JoinHandle;

use enrich::{Geo, Platforms};
use event::Rules;

use crate::admit::error::SubmitError;
use crate::admit::submission::Submitted;
use crate::ask::sources::Sources;
use crate::commit::received::Received;
use crate::commit::signing::Signing;
use crate::commit::stepped::Stepped;
use crate::own::Own;
use crate::own::owed::Owed;
use crate::state::health::Degraded;
use crate::state::layout::Layout;
use crate::state::parts::TailPart;
use crate::state::shared::Shared;
use crate::state::worker::Turn;
use env::with_causes;

/// An open log. Share it; every method may be called from any thread.
pub struct Log {
    pub(crate) shared: Arc<Shared>,
    pub(crate) signing: Arc<Signing>,
    pub(crate) received: Received,
    pub(crate) places: Geo,
    pub(crate) agents: Platforms,
    pub(crate) rules: Rules,
    pub(crate) layout: Layout,
    pub(crate) cursor_key: [u8; 32],
    /// What was read of segments.
    pub(crate) cache: Arc<segment::BlockCache>,
    pub(crate) results: search::ResultCache,
    /// Whose entries there are.
    pub(crate) sources: Sources,
    /// What questions hold at once.
    pub(crate) memory: search::Memory,
    /// Entries of the start that had no room.
    pub(crate) owed: Owed,
    pub(crate) threads: Threads,
    pub(crate) lock: Box<dyn env::FolderLock>,
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
        self.shared.parts().tail.first().map_or(0, TailPart::first_leaf)
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

    /// What the log cannot do at the moment; empty: all is well.
    #[must_use]
    pub fn degraded(&self) -> Vec<Degraded> {
        self.shared.health.degraded()
    }

    /// How often sealing or merging has failed since the log was opened.
    #[must_use]
    pub fn sealing_failures(&self) -> u64 {
        self.shared.health.failures()
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

    /// The randomness it goes by.
    #[must_use]
    pub fn random(&self) -> &dyn env::Random {
        &*self.shared.world.random
    }

    /// Notes in the lock file where this log is served, for a second process that wants it.
    ///
    /// # Errors
    /// If the lock file cannot be written.
    pub fn describe(&self, note: &str) -> Result<(), env::LockError> {
        self.lock.describe(note)
    }

    /// Ends in good order: records the stop, commits what waits, signs, marks the journal as closed. On a disk that is full beyond
    /// what is kept for own entries the stop is not recorded, and the rest is done.
    ///
    /// # Errors
    /// What could not be done, in words; everything acknowledged is safe nevertheless.
    pub fn close(mut self) -> Result<(), String> {
        let recorded = match self.stopped() {
            Some(reason) => Err(reason),
            None => match self.record_own(&Own::Stopped) {
                Err(SubmitError::DiskFull) => {
                    tracing::warn!("the disk is full: this stop is not recorded");
                    Ok(())
                }
                recorded => recorded.map(drop).map_err(|error| with_causes(&error)),
            },
        };
        self.end_threads();
        recorded?;
        match self.shared.sign() {
            // The journal has what no checkpoint covers.
            Err(ledger::SignError::DiskFull) => tracing::warn!("the disk is full: the newest checkpoint stays"),
            signed => signed.map_err(|error| with_causes(&error))?,
        }
        self.shared.journal.close().map_err(|error| with_causes(&error))
    }

    fn end_threads(&mut self) {
        self.threads.end(&self.shared, &self.signing);
    }
}

/// The log's threads, or the workers that are stepped in their place.
#[derive(Default)]
pub(crate) struct Threads {
    pub(crate) sequencer: Option<JoinHandle<()>>,
    pub(crate) background: Vec<JoinHandle<()>>,
    /// There are no threads then.
    pub(crate) stepped: Option<Stepped>,
}

impl Threads {
    /// Waits for what the sequencer sends back; an error where it never will.
    pub(crate) fn receive<T>(&self, answer: &Receiver<T>) -> Result<T, RecvError> {
        let Some(stepped) = &self.stepped else { return answer.recv() };
        loop {
            match answer.try_recv() {
                Err(TryRecvError::Empty) if stepped.step_sequencer() == Turn::Worked => {}
                received => return received.map_err(|_| RecvError),
            }
        }
    }

    /// Lets the sequencer commit what waits, and ends all of them.
    pub(crate) fn end(&mut self, shared: &Shared, signing: &Signing) {
        shared.queue.close("it is being closed");
        if let Some(stepped) = self.stepped.take() {
            return end_stepped(shared, &stepped);
        }
        let sequencer = self.sequencer.take().is_none_or(|thread| thread.join().is_ok());
        shared.close_background();
        signing.asked.notify();
        let ended = self.background.drain(..).all(|thread| thread.join().is_ok());
        if !(sequencer && ended) {
            tracing::error!("a thread of the log ended by a panic; see above");
        }
    }
}

/// As [`Threads::end`]. A step that panicked is not gone on from.
fn end_stepped(shared: &Shared, stepped: &Stepped) {
    if std::thread::panicking() {
        return;
    }
    while stepped.step_sequencer() != Turn::Ended {}
    shared.close_background();
    while stepped.step_signer() != Turn::Ended {}
}

impl Drop for Log {
    /// Dropping a log without [`Log::close`] is like the end of the process: acknowledged entries are durable, and the next start
    /// recovers.
    fn drop(&mut self) {
        self.end_threads();
    }
}

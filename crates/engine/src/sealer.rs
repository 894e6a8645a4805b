//! The thread that seals: about a million lines leave the journal and become a segment.
//!
//! Order (RELIABILITY, "Seal"): a checkpoint covers the lines; segment durable and read back; manifest; journal freed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use env::Disk;
use event::Entry;
use journal::Journal;
use proof::LeafIndex;
use segment::manifest::{Manifest, ManifestError, SegmentEntry, publish};
use segment::sealed::{IndexAccess, open_segment};
use segment::{BlockCache, Field, Part, PartError, SealError, Sealer};

use crate::Log;
use crate::layout::Layout;
use crate::shared::{Shared, TailPart};

/// How long the sealer sleeps when nobody rings: the grain of `seal_age_us`, and of trying again after a full disk.
const NAP_US: u64 = 5_000_000;

/// Term of a log that one machine writes.
pub(crate) const TERM: u64 = 1;

/// What only the sealer touches.
pub(crate) struct SealerThread {
    pub(crate) shared: Arc<Shared>,
    pub(crate) layout: Layout,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) cache: Arc<BlockCache>,
}

/// Why a segment was not made. Nothing is lost; the journal has the lines.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// Writing or reading back failed.
    #[error("the segment could not be sealed")]
    Seal(#[from] SealError),
    /// The manifest could not be published.
    #[error("the manifest could not be published")]
    Manifest(#[from] ManifestError),
    /// The lines could not be read from the journal.
    #[error("the lines to seal could not be read")]
    Read(#[from] PartError),
    /// What was sealed could not be opened.
    #[error("the new segment could not be opened")]
    Open(#[from] segment::sealed::OpenError),
    /// No checkpoint covers the lines.
    #[error("no checkpoint could be made before sealing")]
    Checkpoint(#[from] ledger::SignError),
}

impl SealerThread {
    /// Works until the log is closed.
    pub(crate) fn run(mut self) {
        let mut heard = 0;
        while !self.shared.closing() {
            let Some(runs) = self.due() else {
                heard = self.shared.sealing.wait(heard, NAP_US);
                continue;
            };
            if let Err(error) = self.seal(&runs) {
                let reason = crate::shared::with_causes(&error);
                tracing::error!(%reason, "sealing pauses; the journal keeps the lines");
                self.shared.sealed.notify();
                heard = self.shared.sealing.wait(self.shared.sealing.count().max(heard), NAP_US);
            }
        }
    }

    /// The runs that are to become a segment now: enough rows, rows old enough, or sealing was asked for.
    fn due(&self) -> Option<Vec<Arc<dyn Part>>> {
        let parts = self.shared.parts();
        let asked = self.shared.seal_to.load(Ordering::Acquire);
        let (mut runs, mut rows, mut bytes): (Vec<Arc<dyn Part>>, u64, u64) = (Vec::new(), 0, 0);
        for part in &parts.tail {
            let TailPart::Run(run, run_bytes) = part else { break };
            rows += u64::from(run.rows());
            bytes += run_bytes;
            runs.push(Arc::clone(run) as Arc<dyn Part>);
            if rows >= self.shared.config.seal_rows || bytes >= self.shared.config.seal_bytes {
                return Some(runs);
            }
        }
        if let Some(first) = runs.first().map(|run| run.first_leaf()) {
            return (first + rows >= asked && first < asked || self.is_old(&**runs.first()?)).then_some(runs);
        }
        // Rows that are old but still in the buffer: let it be frozen, then seal.
        let oldest = self.shared.view().find(parts.tail.first()?.first_leaf()).map(|(part, _)| Arc::clone(part))?;
        if self.is_old(&*oldest) {
            self.shared.queue.ask_rotation();
        }
        None
    }

    /// Whether the oldest leaf of a part came in so long ago that it is to be sealed.
    fn is_old(&self, part: &dyn Part) -> bool {
        let age_us = received_us(part).map(|at| self.shared.world.clock.now_us().saturating_sub(at));
        age_us.is_ok_and(|age_us| age_us >= self.shared.config.seal_age_us)
    }

    /// Seals the rows of consecutive runs.
    pub(crate) fn seal(&mut self, runs: &[Arc<dyn Part>]) -> Result<(), SealingError> {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Ok(()) };
        let leaves = first.first_leaf()..last.first_leaf() + u64::from(last.rows());
        while self.shared.ledger.newest().checkpoint.size.0 < leaves.end {
            self.shared.sign()?;
        }
        let (disk, segments): (&dyn Disk, _) = (&*self.shared.world.disk, self.layout.segments());
        let mut sealer = Sealer::begin(disk, &segments, leaves.clone())?;
        for run in runs {
            let addresses = addresses(&**run)?;
            for leaf in run.first_leaf()..run.first_leaf() + u64::from(run.rows()) {
                let row = run.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
                let (line, disclosed) = (run.line(row)?, run.disclosures(row)?);
                let address = addresses.get(row as usize).copied().flatten();
                sealer.push(&line, &disclosed, address)?;
            }
        }
        let sealed = sealer.finish(&|leaf| Ok(self.shared.ledger.digest(LeafIndex(leaf))?))?;
        self.take_over(sealed)
    }

    /// Manifest, then the segment answers in place of the runs, then the journal is freed.
    fn take_over(&mut self, sealed: SegmentEntry) -> Result<(), SealingError> {
        let disk: &dyn Disk = &*self.shared.world.disk;
        let manifest = match &self.manifest {
            Some(manifest) => manifest.followed_by(TERM, sealed),
            None => Manifest::first(TERM, sealed),
        };
        publish(disk, &self.layout.manifests(), &manifest)?;
        let end = manifest.sealed_to();
        self.manifest = Some(manifest);
        let segment = open_segment(disk, &self.layout.segments(), &sealed, &self.cache, IndexAccess::Map)?;
        self.shared.change(|parts| {
            parts.segments.push(Arc::new(segment));
            parts.tail.retain(|part| part.first_leaf() >= end);
        });
        self.shared.recent.raise_floor(end);
        if let Err(error) = self.shared.journal.free(LeafIndex(end)) {
            tracing::warn!(%error, "journal files that are sealed stay for now");
        }
        self.shared.sealed.notify();
        tracing::info!(segment = %sealed.name, entries = end - sealed.name.first, "sealed");
        Ok(())
    }
}

/// The address token of each row, from the run's own index: nothing needs to be decrypted for it again.
fn addresses(run: &dyn Part) -> Result<Vec<Option<u64>>, PartError> {
    let mut addresses = vec![None; run.rows() as usize];
    for (token, rows) in run.values(Field::Address)? {
        let token = token.as_slice().try_into().map(u64::from_be_bytes).ok();
        for row in rows {
            if let Some(slot) = addresses.get_mut(row as usize) {
                *slot = token;
            }
        }
    }
    Ok(addresses)
}

/// When the oldest leaf of a run came in.
fn received_us(run: &dyn Part) -> Result<i64, PartError> {
    let row = run.row_of_leaf(run.first_leaf()).ok_or(PartError::NoSuchRow(run.first_leaf()))?;
    let line = run.line(row)?;
    let entry = Entry::parse(&line).map_err(|error| PartError::Store(Box::new(error)))?;
    Ok(entry.received_us)
}

/// How long [`Log::seal`] waits: a million entries take some seconds.
const SEAL_WAIT_US: u64 = 600_000_000;

/// The log was not sealed. Remedy: the server's log says why; the entries are safe in the journal.
#[derive(Debug, Clone, thiserror::Error)]
#[error("sealing did not come to its end; {sealed} of {asked} entries are sealed")]
pub struct NotSealed {
    /// Entries in segments.
    pub sealed: u64,
    /// Entries there were when sealing was asked for.
    pub asked: u64,
}

impl Log {
    /// Waits until a segment was sealed, or could not be, or so long.
    pub fn wait_for_sealing(&self, at_most: std::time::Duration) {
        let at_most_us = u64::try_from(at_most.as_micros()).unwrap_or(u64::MAX);
        self.shared.sealed.wait(self.shared.sealed.count(), at_most_us);
    }

    /// Seals every entry there is now, whatever the segment's size, and waits for it.
    ///
    /// # Errors
    /// [`NotSealed`].
    pub fn seal(&self) -> Result<(), NotSealed> {
        let (asked, clock) = (self.size(), &self.shared.world.clock);
        self.shared.seal_to.fetch_max(asked, Ordering::AcqRel);
        self.shared.queue.ask_rotation();
        let (start, mut heard) = (clock.monotonic_us(), 0);
        while self.sealed() < asked {
            let waited = clock.monotonic_us().saturating_sub(start);
            if waited >= SEAL_WAIT_US || self.stopped().is_some() {
                return Err(NotSealed { sealed: self.sealed(), asked });
            }
            self.shared.sealing.notify();
            heard = self.shared.sealed.wait(heard, 1_000_000);
        }
        Ok(())
    }
}

//! The thread that seals: some 400,000 lines leave the journal and become a segment.
//!
//! Order (docs/reliability.md, "Seal"): a checkpoint covers the lines; segment durable and read back; manifest; journal freed.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use env::Disk;
use event::Entry;
use journal::Journal;
use ledger::DigestsAhead;
use proof::LeafIndex;
use segment::manifest::{Manifest, ManifestError, SegmentEntry, publish};
use segment::merge::MergeError;
use segment::sealed::{IndexAccess, open_segment};
use segment::{BlockCache, Part, PartError, SealError};

use crate::Log;
use crate::config::Config;
use crate::joining::{Job, Joined};
use crate::layout::Layout;
use crate::sealing::{Place, Sealing};
use crate::shared::{Frozen, Shared, TailPart};

/// How long the sealer sleeps when nobody rings: the grain of `seal_age_us` and `seal_quiet_us`, and of trying again after a full disk.
const NAP_US: u64 = 5_000_000;

/// Term of a log that one machine writes.
pub(crate) const TERM: u64 = 1;

/// What only the sealer touches.
pub(crate) struct SealerThread {
    pub(crate) shared: Arc<Shared>,
    pub(crate) layout: Layout,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) cache: Arc<BlockCache>,
    /// The segments that are being joined.
    pub(crate) joining: Vec<SegmentEntry>,
    /// Whether it was said that the disk has no room to join.
    pub(crate) lacks_room: bool,
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
    /// The lines could not be read from the journal.
    #[error("the journal could not be read")]
    Journal(#[from] journal::ReadError),
    /// No checkpoint covers the lines.
    #[error("no checkpoint could be made before sealing")]
    Checkpoint(#[from] ledger::SignError),
    /// Segments could not be merged.
    #[error("segments could not be merged")]
    Merge(#[from] MergeError),
}

/// What to do next.
enum Step<'a> {
    /// The segment in the making takes this run.
    Take(Arc<Frozen>),
    /// The segment in the making is to be finished.
    Finish(Box<Sealing<'a>>),
    /// These segments are to become one.
    Merge(Range<usize>),
    /// These are to become one on another thread.
    BeginJoin(Box<Job>),
    /// They did, or not.
    EndJoin(Box<(Job, Joined)>),
    /// Nothing until somebody rings.
    Wait,
}

impl SealerThread {
    /// Works until the log is closed. A segment that is not finished then is begun anew at the next start.
    pub(crate) fn run(mut self) {
        let disk = Arc::clone(&self.shared.world.disk);
        let (mut sealing, mut place): (Option<Box<Sealing<'_>>>, Option<Place>) = (None, None);
        let mut heard = 0;
        while !self.shared.closing() {
            let done = match self.next(&mut sealing) {
                Step::Take(run) => self.take(&*disk, &mut sealing, &mut place, &run),
                Step::Finish(sealing) => self.finish(*sealing),
                Step::Merge(segments) => self.merge(&segments),
                Step::BeginJoin(job) => {
                    self.begin_join(*job);
                    Ok(())
                }
                Step::EndJoin(ended) => self.end_join(&ended.0, ended.1),
                Step::Wait => {
                    heard = self.shared.sealing.wait(heard, NAP_US);
                    continue;
                }
            };
            if let Err(error) = done {
                let reason = crate::shared::with_causes(&error);
                tracing::error!(%reason, "sealing pauses; the journal keeps the lines");
                // Its files are removed: whatever failed is never written to again (I-9).
                (sealing, place) = (None, None);
                self.shared.sealed.notify();
                heard = self.shared.sealing.wait(self.shared.sealing.count().max(heard), NAP_US);
            }
        }
    }

    /// A segment takes runs until it has enough rows or bytes; it is finished earlier where it is asked for, or old.
    fn next<'a>(&mut self, sealing: &mut Option<Box<Sealing<'a>>>) -> Step<'a> {
        if let Some(ended) = self.shared.joins.done() {
            return Step::EndJoin(Box::new(ended));
        }
        let (shared, parts) = (Arc::clone(&self.shared), self.shared.parts());
        let config = &shared.config;
        let first = parts.tail.first().map_or(0, TailPart::first_leaf);
        let open = sealing.as_ref().map(|sealing| sealing.leaves()).filter(|leaves| !leaves.is_empty());
        let asked = self.shared.seal_to.load(Ordering::Acquire);
        let ready = |sealing: &Sealing<'_>| {
            let leaves = sealing.leaves();
            let full = leaves.end - leaves.start >= config.seal_rows || sealing.line_bytes() >= config.seal_bytes;
            full || (first < asked && leaves.end >= asked)
        };
        if open.is_none()
            && let Some(segments) = self.to_merge(&parts)
        {
            return Step::Merge(segments);
        }
        if let Some(job) = self.next_join(&parts) {
            return Step::BeginJoin(Box::new(job));
        }
        if !sealing.as_deref().is_some_and(ready) {
            let end = open.as_ref().map_or(first, |leaves| leaves.end);
            if let Some(TailPart::Run(run)) = parts.tail.iter().find(|part| part.first_leaf() == end) {
                return Step::Take(Arc::clone(run));
            }
        }
        if let Some(sealing) = sealing.take_if(|sealing| open.is_some() && (ready(sealing) || self.is_due(first))) {
            return Step::Finish(sealing);
        }
        // Rows that are due but still in the buffer: let it be frozen, then seal.
        if open.is_none() && self.is_due(first) {
            self.shared.queue.ask_rotation();
        }
        Step::Wait
    }

    /// Whether the tail, which begins with this leaf, is to be sealed though it is no whole segment: it is old, or nothing comes in any
    /// more and it is worth a segment. Then memory, starts and questions need not carry it for a day.
    fn is_due(&self, first: u64) -> bool {
        let Config { seal_age_us, seal_quiet_us, seal_rows, .. } = self.shared.config;
        let view = self.shared.view();
        let age_us = |leaf| {
            let (part, _) = view.find(leaf)?;
            Some(self.shared.world.clock.now_us().saturating_sub(received_us(&**part, leaf).ok()?))
        };
        let is_over = |leaf, limit| age_us(leaf).is_some_and(|age_us| age_us >= limit);
        let newest = view.size.saturating_sub(1);
        is_over(first, seal_age_us) || (newest.saturating_sub(first) >= seal_rows / 4 && is_over(newest, seal_quiet_us))
    }

    fn take<'a>(
        &self,
        disk: &'a dyn Disk,
        sealing: &mut Option<Box<Sealing<'a>>>,
        place: &mut Option<Place>,
        run: &Frozen,
    ) -> Result<(), SealingError> {
        let first = run.run.first_leaf();
        let place = match place {
            Some(place) => place,
            None => place.insert(Place::of(&self.shared.journal.reader(), first)?),
        };
        let sealing = match sealing {
            Some(sealing) => sealing,
            None => {
                let (rows, seed) = (self.shared.config.seal_rows, self.shared.vault.index_seed());
                sealing.insert(Box::new(Sealing::begin(disk, &self.layout, first, rows, seed)?))
            }
        };
        sealing.take(&self.shared, place, run)?;
        assert_eq!(sealing.leaves().end, run.end(), "I-5: the journal has every line of the run");
        Ok(())
    }

    fn finish(&mut self, sealing: Sealing<'_>) -> Result<(), SealingError> {
        while self.shared.ledger.newest().checkpoint.size.0 < sealing.leaves().end {
            self.shared.sign()?;
        }
        let sealed = {
            let digests = DigestsAhead::new(&self.shared.ledger);
            sealing.into_sealer().finish(&|leaf| Ok(digests.get(leaf)?))?
        };
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
        self.set_merges(true);
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

/// When a leaf of a part came in.
fn received_us(part: &dyn Part, leaf: u64) -> Result<i64, PartError> {
    let row = part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
    let line = part.line(row)?;
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

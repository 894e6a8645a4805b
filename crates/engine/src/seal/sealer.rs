//! The thread that seals: some 260,000 lines leave the journal and become a segment.
//!
//! Order (docs/reliability.md, "Seal"): a checkpoint covers the lines; segment durable and read back; then [`crate::seal::publisher`].

use crate::disclose::indexing::index_secret;
use crate::seal::error::SealingError;
use crate::seal::joins::{JoinJob, Joined};
use crate::seal::publisher::Publisher;
use crate::seal::sealing::{Place, Sealing};
use crate::state::config::Config;
use crate::state::failure::is_disk_full;
use crate::state::health::Work;
use crate::state::parts::{Frozen, TailPart};
use crate::state::shared::Shared;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use env::Disk;
use event::Entry;
use journal::{Journal, Need};
use ledger::DigestsAhead;
use segment::manifest::SegmentEntry;
use segment::{Part, PartError};

/// How long the sealer sleeps when nobody rings: the grain of `seal_age_us` and `seal_quiet_us`, and of trying again after a full disk.
const NAP_US: u64 = 5_000_000;

/// How long the sealer waits after a first failure; each further one doubles it, up to the maximum. When somebody asks for
/// sealing, it tries again at once.
const PAUSE_MIN_US: u64 = 1_000_000;
const PAUSE_MAX_US: u64 = 60_000_000;

/// What only the sealer touches.
pub(crate) struct SealerThread {
    pub(crate) shared: Arc<Shared>,
    pub(crate) publisher: Publisher,
    /// The segments that are being joined.
    pub(crate) joining: Vec<SegmentEntry>,
    /// Whether it was said that the disk has no room to join.
    pub(crate) lacks_room: bool,
    /// Whether this try uses the reserve.
    in_reserve: bool,
    /// How many had asked for sealing when the reserve was too small; it is not tried in the reserve again before more have.
    too_small: Option<u64>,
    /// How long to wait after the next failure.
    pause_us: u64,
}

/// What to do next.
enum Step<'a> {
    /// Find out what became of a publication that failed.
    Settle,
    /// Let the segment in the making take this run.
    Take(Arc<Frozen>),
    /// Finish the segment in the making.
    Finish(Box<Sealing<'a>>),
    /// Merge the segments at these places.
    Merge(Range<usize>),
    /// Have another thread join these.
    BeginJoin(Box<JoinJob>),
    /// Take what the other thread has joined, or why it has not.
    EndJoin(Box<(JoinJob, Joined)>),
    /// Nothing until somebody rings.
    Wait,
}

impl SealerThread {
    pub(crate) fn new(shared: Arc<Shared>, publisher: Publisher) -> Self {
        Self {
            shared,
            publisher,
            joining: Vec::new(),
            lacks_room: false,
            in_reserve: false,
            too_small: None,
            pause_us: PAUSE_MIN_US,
        }
    }

    /// Works until the log is closed. A segment that is not finished then is begun anew at the next start.
    pub(crate) fn run(mut self) {
        let _says_so = SaysPanic(Arc::clone(&self.shared));
        let disk = Arc::clone(&self.shared.world.disk);
        let (mut sealing, mut place): (Option<Box<Sealing<'_>>>, Option<Place>) = (None, None);
        let mut heard = 0;
        while !self.shared.closing() {
            let asked = self.shared.seals_asked.load(Ordering::Acquire);
            let done = match self.next(&mut sealing) {
                Step::Settle => self.publisher.go_on(),
                Step::Take(run) => self.take(&*disk, &mut sealing, &mut place, &run),
                Step::Finish(sealing) => self.finish(*sealing),
                Step::Merge(segments) => self.merge(&segments),
                Step::BeginJoin(job) => {
                    self.begin_join(*job);
                    Ok(())
                }
                Step::EndJoin(ended) => self.end_join(&ended.0, ended.1),
                Step::Wait => {
                    if std::mem::take(&mut self.in_reserve) {
                        self.shared.journal.give_back_reserve();
                    }
                    heard = self.shared.sealing.wait(heard, NAP_US);
                    continue;
                }
            };
            if let Err(error) = done {
                let full = is_disk_full(&error);
                // Its files are removed: whatever failed is never written to again (I-9).
                (sealing, place) = (None, None);
                self.publisher.files_were_left();
                self.publisher.tidy(&self.joining);
                let in_reserve = std::mem::replace(&mut self.in_reserve, false);
                if full && !in_reserve && self.too_small != Some(asked) && self.shared.use_reserve(Need::Sealing) {
                    // Try again in the reserve, in smaller segments: each one frees files of the journal.
                    self.in_reserve = true;
                    continue;
                }
                self.too_small = (full && in_reserve).then_some(asked).or(self.too_small);
                self.shared.journal.give_back_reserve();
                let error = if full { SealingError::DiskFull(Box::new(error)) } else { error };
                self.shared.health.failed(Work::Sealing, &error, asked);
                self.shared.sealed.notify();
                heard = self.pause(asked, heard);
            } else {
                self.publisher.tidy(&self.joining);
                // A file that was freed is not held open: its space is to be free.
                place = place.filter(|place| place.is_there(&self.shared.journal.reader()));
            }
        }
    }

    /// Waits after a failure. Ends early when somebody asks for sealing who had not asked when the failed attempt began.
    fn pause(&mut self, asked: u64, mut heard: u64) -> u64 {
        let clock = &self.shared.world.clock;
        let until_us = clock.monotonic_us() + self.pause_us;
        self.pause_us = (self.pause_us * 2).min(PAUSE_MAX_US);
        loop {
            let left_us = until_us.saturating_sub(clock.monotonic_us());
            let asked_again = self.shared.seals_asked.load(Ordering::Acquire) != asked;
            if left_us == 0 || asked_again || self.shared.closing() {
                return heard;
            }
            heard = self.shared.sealing.wait(heard, left_us);
        }
    }

    /// A segment takes runs until it has enough rows or bytes; it is finished earlier where it is asked for, or old.
    fn next<'a>(&mut self, sealing: &mut Option<Box<Sealing<'a>>>) -> Step<'a> {
        if self.publisher.is_unsettled() {
            return Step::Settle;
        }
        if let Some(ended) = self.shared.joins.done() {
            return Step::EndJoin(Box::new(ended));
        }
        let shared = Arc::clone(&self.shared);
        let parts = self.shared.parts();
        let config = &shared.config;
        let first = parts.tail.first().map_or(0, TailPart::first_leaf);
        let open = sealing.as_ref().map(|sealing| sealing.leaves()).filter(|leaves| !leaves.is_empty());
        let asked = self.shared.seal_to.load(Ordering::Acquire);
        let bytes_max = if shared.health.is_disk_full() {
            config.seal_bytes.min(shared.journal.reserve_bytes() / 2)
        } else {
            config.seal_bytes
        };
        let ready = |sealing: &Sealing<'_>| {
            let leaves = sealing.leaves();
            let full = leaves.end - leaves.start >= config.seal_rows || sealing.line_bytes() >= bytes_max;
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
        // Rows are due but still in the buffer: have it frozen first.
        if open.is_none() && self.is_due(first) {
            self.shared.queue.ask_rotation();
        }
        Step::Wait
    }

    /// Whether the tail that begins with this leaf is to be sealed though it is no whole segment: it is old, or nothing comes in
    /// any more and it is large enough. Otherwise memory, starts and questions would carry it for a day.
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
                let rows = self.shared.config.seal_rows;
                let secret = index_secret(&self.shared.vault);
                sealing.insert(Box::new(Sealing::begin(disk, self.publisher.layout(), first, rows, secret)?))
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
        self.publisher.publish(Work::Sealing, &sealed, None)?;
        self.pause_us = PAUSE_MIN_US;
        self.in_reserve = false;
        self.too_small = None;
        self.shared.journal.give_back_reserve();
        self.set_merges(true);
        let entries = sealed.name.leaves().end - sealed.name.first;
        tracing::info!(segment = %sealed.name, entries, "sealed");
        Ok(())
    }
}

/// If the thread ends by a panic, tells everybody who asks for sealing why there will be none.
struct SaysPanic(Arc<Shared>);

impl Drop for SaysPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.health.failed(Work::Sealing, &SealingError::Panicked, u64::MAX);
            self.0.sealed.notify();
        }
    }
}

/// When a leaf of a part came in.
fn received_us(part: &dyn Part, leaf: u64) -> Result<i64, PartError> {
    let row = part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
    let line = part.line(row)?;
    let entry = Entry::parse(&line).map_err(|error| PartError::Store(Box::new(error)))?;
    Ok(entry.received_us)
}

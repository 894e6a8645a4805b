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
use crate::state::worker::{Turn, Worker, run};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use event::Entry;
use journal::Need;
use ledger::DigestsAhead;
use segment::manifest::SegmentEntry;
use segment::{Part, PartError};

/// How long the sealer sleeps when nobody rings: the grain of `seal_age_us` and `seal_quiet_us`, and of trying again after a full disk.
const NAP_US: u64 = 5_000_000;

/// How long the sealer waits after a first failure; each further one doubles it, up to the maximum. When somebody asks for
/// sealing, it tries again at once.
const PAUSE_MIN_US: u64 = 1_000_000;
const PAUSE_MAX_US: u64 = 60_000_000;

/// What only the sealer touches, but for the segment in the making.
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
enum Task {
    /// Find out what became of a publication that failed.
    Settle,
    /// Let the segment in the making take this run.
    Take(Arc<Frozen>),
    /// Finish the segment in the making.
    Finish(Box<Sealing>),
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

    /// A segment takes runs until it has enough rows or bytes; it is finished earlier where it is asked for, or old.
    fn next(&mut self, sealing: &mut Option<Box<Sealing>>) -> Task {
        if self.publisher.is_unsettled() {
            return Task::Settle;
        }
        if let Some(ended) = self.shared.joins.done() {
            return Task::EndJoin(Box::new(ended));
        }
        let shared = Arc::clone(&self.shared);
        let parts = self.shared.parts();
        let config = &shared.config;
        let first = parts.tail.first().map_or(0, TailPart::first_leaf);
        let open = sealing.as_ref().map(|sealing| sealing.leaves()).filter(|leaves| !leaves.is_empty());
        let asked = self.shared.seal_to.load(Ordering::Acquire);
        let bytes_max = if shared.health.is_disk_full() {
            shared.journal.reserve().bytes().map_or(config.seal_bytes, |bytes| config.seal_bytes.min(bytes / 2))
        } else {
            config.seal_bytes
        };
        let ready = |sealing: &Sealing| {
            let leaves = sealing.leaves();
            let full = leaves.end - leaves.start >= config.seal_rows || sealing.line_bytes() >= bytes_max;
            full || (first < asked && leaves.end >= asked)
        };
        if open.is_none()
            && let Some(segments) = self.to_merge(&parts)
        {
            return Task::Merge(segments);
        }
        if let Some(job) = self.next_join(&parts) {
            return Task::BeginJoin(Box::new(job));
        }
        if !sealing.as_deref().is_some_and(ready) {
            let end = open.as_ref().map_or(first, |leaves| leaves.end);
            if let Some(TailPart::Run(run)) = parts.tail.iter().find(|part| part.first_leaf() == end) {
                return Task::Take(Arc::clone(run));
            }
        }
        if let Some(sealing) = sealing.take_if(|sealing| open.is_some() && (ready(sealing) || self.is_due(first))) {
            return Task::Finish(sealing);
        }
        // Rows are due but still in the buffer: have it frozen first.
        if open.is_none() && self.is_due(first) {
            self.shared.queue.ask_rotation();
        }
        Task::Wait
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

    fn take(
        &self,
        sealing: &mut Option<Box<Sealing>>,
        place: &mut Option<Place>,
        run: &Frozen,
    ) -> Result<(), SealingError> {
        let first = run.run.leaf_set().start();
        let place = match place {
            Some(place) => place,
            None => place.insert(Place::of(&*self.shared.journal, first)?),
        };
        let sealing = match sealing {
            Some(sealing) => sealing,
            None => {
                let rows = self.shared.config.seal_rows;
                let secret = index_secret(&self.shared.vault);
                sealing.insert(Box::new(Sealing::begin(&*self.shared.stores.segments, first, rows, secret)?))
            }
        };
        sealing.take(&self.shared, place, run)?;
        assert_eq!(sealing.leaves().end, run.end(), "I-5: the journal has every line of the run");
        Ok(())
    }

    fn finish(&mut self, sealing: Sealing) -> Result<(), SealingError> {
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
        self.shared.journal.reserve().give_back();
        self.set_merges(true);
        let entries = sealed.name.leaves().end - sealed.name.first;
        tracing::info!(segment = %sealed.name, entries, "sealed");
        Ok(())
    }
}

/// Seals until the log is closed. A segment that is not finished then is begun anew at the next start.
pub(crate) struct SealerWorker {
    thread: SealerThread,
    sealing: Option<Box<Sealing>>,
    place: Option<Place>,
    /// Since the last failure.
    pause: Option<Pause>,
    heard: u64,
}

/// What is waited for after a failure: that time passes, or that somebody asks for sealing who had not asked when the failed attempt
/// began.
struct Pause {
    until_us: u64,
    asked: u64,
}

impl SealerWorker {
    pub(crate) fn new(thread: SealerThread) -> Self {
        Self { thread, sealing: None, place: None, pause: None, heard: 0 }
    }

    /// Works on this thread until the log is closed.
    pub(crate) fn run(mut self) {
        let _says_so = SaysPanic(Arc::clone(&self.thread.shared));
        run(&mut self);
    }

    /// How long to wait yet.
    fn paused_us(&mut self) -> Option<u64> {
        let shared = &self.thread.shared;
        let pause = self.pause.as_ref()?;
        let left_us = pause.until_us.saturating_sub(shared.world.clock.monotonic_us());
        if left_us == 0 || shared.seals_asked.load(Ordering::Acquire) != pause.asked {
            self.pause = None;
            return None;
        }
        Some(left_us)
    }

    /// Gives up what failed. `asked`: how many had asked for sealing when the attempt began.
    fn fail(&mut self, error: SealingError, asked: u64) {
        let full = is_disk_full(&error);
        // Its files are removed: whatever failed is never written to again (I-9).
        self.sealing = None;
        self.place = None;
        let thread = &mut self.thread;
        thread.publisher.files_were_left();
        thread.publisher.tidy(&thread.joining);
        let in_reserve = std::mem::replace(&mut thread.in_reserve, false);
        if full && !in_reserve && thread.too_small != Some(asked) && thread.shared.use_reserve(Need::Sealing) {
            // Try again in the reserve, in smaller segments: each one frees files of the journal.
            thread.in_reserve = true;
            return;
        }
        thread.too_small = (full && in_reserve).then_some(asked).or(thread.too_small);
        thread.shared.journal.reserve().give_back();
        let error = if full { SealingError::DiskFull(Box::new(error)) } else { error };
        thread.shared.health.failed(Work::Sealing, &error, asked);
        thread.shared.sealed.notify();
        let now_us = thread.shared.world.clock.monotonic_us();
        self.pause = Some(Pause { until_us: now_us + thread.pause_us, asked });
        thread.pause_us = (thread.pause_us * 2).min(PAUSE_MAX_US);
    }
}

impl Worker for SealerWorker {
    fn step(&mut self) -> Turn {
        if self.thread.shared.closing() {
            return Turn::Ended;
        }
        if let Some(left_us) = self.paused_us() {
            return Turn::Idle(left_us);
        }
        let thread = &mut self.thread;
        let asked = thread.shared.seals_asked.load(Ordering::Acquire);
        let done = match thread.next(&mut self.sealing) {
            Task::Settle => thread.publisher.go_on(),
            Task::Take(run) => thread.take(&mut self.sealing, &mut self.place, &run),
            Task::Finish(sealing) => thread.finish(*sealing),
            Task::Merge(segments) => thread.merge(&segments),
            Task::BeginJoin(job) => {
                thread.begin_join(*job);
                Ok(())
            }
            Task::EndJoin(ended) => thread.end_join(&ended.0, ended.1),
            Task::Wait => {
                if std::mem::take(&mut thread.in_reserve) {
                    thread.shared.journal.reserve().give_back();
                }
                return Turn::Idle(NAP_US);
            }
        };
        match done {
            Err(error) => self.fail(error, asked),
            Ok(()) => {
                thread.publisher.tidy(&thread.joining);
                // A book that was freed is not held open: its space is to be free.
                let reader = thread.shared.journal.reader();
                self.place = self.place.take().filter(|place| place.is_there(&reader));
            }
        }
        Turn::Worked
    }

    fn wait(&mut self, at_most_us: u64) {
        self.heard = self.thread.shared.sealing.wait(self.heard, at_most_us);
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

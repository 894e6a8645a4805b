//! Joining large segments, on threads of its own: it takes minutes, and sealing goes on meanwhile.
//!
//! The sealer, who owns the manifest, says which segments and how eagerly; the thread makes the files, durable, read back and opened; the
//! sealer then publishes. One at a time, so one second copy of what is merged.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use env::Disk;
use segment::manifest::SegmentEntry;
use segment::merge::{Source, join, room};
use segment::sealed::{IndexAccess, OpenError, open_segment};
use segment::{BlockCache, Segment};

use crate::layout::Layout;
use crate::sealer::SealingError;
use crate::shared::{Bell, Shared};

/// How much it matters that segments are joined soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Nobody waits for it.
    Leisure,
    /// There are so many segments that looking up each new event in each of them costs more than joining them.
    Behind,
}

impl Pace {
    /// How nice the thread of such jobs is. At leisure, as nice as can be; behind, nicer than the threads that take events in and
    /// seal them, but with a share of a busy processor. A thread cannot become less nice again, so there is one thread for each
    /// pace.
    fn nice(self) -> i32 {
        match self {
            Self::Leisure => 19,
            Self::Behind => 5,
        }
    }
}

/// How long it sleeps when nobody rings. A ring is never lost; this only bounds how late a close is noticed.
const NAP_US: u64 = 5_000_000;

/// Room on the disk that is left over when joining begins: ingest goes on meanwhile.
const ROOM_LEFT_BYTES: u64 = 1 << 30;

/// Neighbours to be made one.
#[derive(Clone)]
pub(crate) struct Job {
    /// As the manifest names them.
    pub(crate) entries: Vec<SegmentEntry>,
    pub(crate) parts: Vec<Arc<Segment>>,
    pub(crate) pace: Pace,
}

impl Job {
    fn sources(&self) -> Vec<Source<'_>> {
        self.entries.iter().zip(&self.parts).map(|(entry, part)| Source { entry: *entry, part }).collect()
    }

    /// Rows of all.
    pub(crate) fn rows(&self) -> u64 {
        self.entries.iter().map(|entry| entry.name.last + 1 - entry.name.first).sum()
    }

    /// Fails with the bytes that the job takes if the disk lacks the room. Where the room is not known, it is taken to be there.
    pub(crate) fn fits(&self, disk: &dyn Disk, dir: &Path) -> Result<(), u64> {
        let needed = room(&self.sources()) + ROOM_LEFT_BYTES;
        let free = disk.room(dir).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot tell how much room the disk has");
            None
        });
        if free.is_none_or(|free| free >= needed) { Ok(()) } else { Err(needed) }
    }
}

/// What became of a job.
pub(crate) type Joined = Result<(SegmentEntry, Segment), SealingError>;

/// Where sealer and joiner hand each other one job at a time.
#[derive(Default)]
pub(crate) struct Joins {
    state: Mutex<State>,
    /// Rings for the joiner: there is a job, or the log closes.
    pub(crate) asked: Bell,
}

#[derive(Default)]
enum State {
    #[default]
    Idle,
    Asked(Job),
    Running,
    Done(Job, Box<Joined>),
}

impl Joins {
    /// Asks for a job; there is none running.
    pub(crate) fn ask(&self, job: Job) {
        self.change(|_| State::Asked(job));
        self.asked.notify();
    }

    /// What was asked for last, once it is done.
    pub(crate) fn done(&self) -> Option<(Job, Joined)> {
        let mut done = None;
        self.change(|state| match state {
            State::Done(job, joined) => {
                done = Some((job, *joined));
                State::Idle
            }
            other => other,
        });
        done
    }

    fn take(&self, pace: Pace) -> Option<Job> {
        let mut taken = None;
        self.change(|state| match state {
            State::Asked(job) if job.pace == pace => {
                taken = Some(job);
                State::Running
            }
            other => other,
        });
        taken
    }

    fn change(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = change(std::mem::take(&mut *state));
    }
}

/// Does the jobs of one pace until the log is closed. A job that is not done by then is given up, and begun anew some time after
/// the next start.
pub(crate) fn run(shared: &Shared, layout: &Layout, cache: &Arc<BlockCache>, pace: Pace) {
    if let Err(error) = env::step_back(pace.nice()) {
        tracing::debug!(%error, "segments are joined at the priority of everything else");
    }
    let mut heard = 0;
    while !shared.closing() {
        let Some(job) = shared.joins.take(pace) else {
            heard = shared.joins.asked.wait(heard, NAP_US);
            continue;
        };
        let began_us = shared.world.clock.monotonic_us();
        tracing::info!(segments = job.entries.len(), entries = job.rows(), ?pace, "joining segments");
        let Some(joined) = make(shared, &layout.segments(), cache, &job).transpose() else { break };
        let seconds = shared.world.clock.monotonic_us().saturating_sub(began_us) / 1_000_000;
        tracing::info!(entries = job.rows(), seconds, made = joined.is_ok(), "joining ended");
        shared.joins.change(|_| State::Done(job, Box::new(joined)));
        shared.sealing.notify();
    }
}

/// `None` where the log closes meanwhile.
fn make(
    shared: &Shared,
    dir: &Path,
    cache: &Arc<BlockCache>,
    job: &Job,
) -> Result<Option<(SegmentEntry, Segment)>, SealingError> {
    let disk: &dyn Disk = &*shared.world.disk;
    let Some(entry) = join(disk, dir, &job.sources(), &|| !shared.closing())? else { return Ok(None) };
    let segment = open_segment(disk, dir, &entry, cache, IndexAccess::Blocks)?;
    // Reads the index back, so that the first who asks need not check it.
    segment.index().verify().map_err(OpenError::from)?;
    Ok(Some((entry, segment)))
}

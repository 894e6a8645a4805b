//! What sealer and joiner tell each other.

use std::sync::{Arc, Mutex, PoisonError};

use env::Drafts;
use segment::Segment;
use segment::manifest::SegmentEntry;
use segment::merge::{Source, room};

use crate::seal::error::SealingError;
use crate::state::bell::Bell;

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
    pub(crate) fn nice(self) -> i32 {
        match self {
            Self::Leisure => 19,
            Self::Behind => 5,
        }
    }
}

/// Room on the disk that is left over when joining begins: ingest goes on meanwhile.
const ROOM_LEFT_BYTES: u64 = 1 << 30;

/// Neighbours to be made one.
#[derive(Clone)]
pub(crate) struct JoinJob {
    /// As the manifest names them.
    pub(crate) entries: Vec<SegmentEntry>,
    pub(crate) parts: Vec<Arc<Segment>>,
    pub(crate) pace: Pace,
}

impl JoinJob {
    pub(crate) fn sources(&self) -> Vec<Source<'_>> {
        self.entries.iter().zip(&self.parts).map(|(entry, part)| Source { entry: *entry, part }).collect()
    }

    /// Rows of all.
    pub(crate) fn rows(&self) -> u64 {
        self.entries.iter().map(SegmentEntry::rows).sum()
    }

    /// Fails with the bytes that the job takes if the disk lacks the room. Where the room is not known, it is taken to be there.
    pub(crate) fn fits(&self, drafts: Drafts<'_>) -> Result<(), u64> {
        let needed = room(&self.sources()) + ROOM_LEFT_BYTES;
        let free = drafts.disk.room(drafts.dir).unwrap_or_else(|error| {
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
    Asked(JoinJob),
    Running,
    Done(JoinJob, Box<Joined>),
}

impl Joins {
    /// Asks for a job; there is none running.
    pub(crate) fn ask(&self, job: JoinJob) {
        self.change(|_| State::Asked(job));
        self.asked.notify();
    }

    /// What was asked for last, once it is done.
    pub(crate) fn done(&self) -> Option<(JoinJob, Joined)> {
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

    /// Takes the job that waits, if it is of this pace.
    pub(crate) fn take(&self, pace: Pace) -> Option<JoinJob> {
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

    /// What became of the job that was taken.
    pub(crate) fn finish(&self, job: JoinJob, joined: Joined) {
        self.change(|_| State::Done(job, Box::new(joined)));
    }

    fn change(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = change(std::mem::take(&mut *state));
    }
}

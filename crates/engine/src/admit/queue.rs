//! The bounded queue between admissions and the sequencer.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use event::{Disclosure, PersonId};
use journal::Packed;
use proof::Digest;
use segment::tail::Row;

use crate::admit::dedup::{EventKey, Seen};
use crate::state::config::{GROUP_BYTES_MAX, QUEUE_BYTES_MAX, QUEUE_JOBS_MAX};

/// Records of an element of `personal` in the order identity, connection, fields; each begins with its digest.
pub(crate) type Element = [Option<Arc<[u8]>>; 3];

/// The sealed disclosures behind consecutive lines.
pub(crate) type Records = PerLine<Element>;

/// What belongs to the elements of `personal` of consecutive lines, in two allocations however many lines there are.
pub(crate) struct PerLine<T> {
    elements: Vec<T>,
    /// Where each line's elements end.
    ends: Vec<usize>,
}

impl<T> Default for PerLine<T> {
    fn default() -> Self {
        Self { elements: Vec::new(), ends: Vec::new() }
    }
}

impl<T> PerLine<T> {
    /// Appends the next line's elements, and returns them.
    pub(crate) fn push(&mut self, line: impl IntoIterator<Item = T>) -> &[T] {
        let start = self.elements.len();
        self.elements.extend(line);
        self.ends.push(self.elements.len());
        self.elements.get(start..).unwrap_or_default()
    }

    /// The elements of a line.
    pub(crate) fn of(&self, line: usize) -> &[T] {
        let start = line.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(line).and_then(|&end| self.elements.get(start..end)).unwrap_or_default()
    }

    /// Per line its elements.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &[T]> {
        (0..self.ends.len()).map(|line| self.of(line))
    }
}

/// Admitted lines on their way into the journal: all of them or none.
pub(crate) struct CommitJob {
    pub(crate) lines: Packed,
    pub(crate) digests: Vec<Digest>,
    pub(crate) rows: Vec<Row>,
    pub(crate) records: Records,
    /// When all of them were received.
    pub(crate) received_us: i64,
    /// Identities that are not held open yet, to be searchable once the lines are.
    pub(crate) identities: Vec<(PersonId, Arc<Disclosure>)>,
    pub(crate) keys: Vec<Option<EventKey>>,
    pub(crate) seen: Seen,
    /// The first so many keys of persons must be durable before its frame is written ([`vault::Vault::made`]).
    pub(crate) keys_made: u64,
    /// An entry of the server's own: may use the space in reserve.
    pub(crate) own: bool,
    pub(crate) done: Box<dyn FnOnce(Result<u64, Refused>) + Send>,
}

/// Why the sequencer did not take a job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// One of its `event_id`s came in since it was looked up: look again.
    #[error("an event_id of the batch came in meanwhile")]
    Stale,
    /// No room on the disk. Nothing was recorded.
    #[error("the disk is full")]
    DiskFull,
    /// Too much is waiting. Nothing was recorded.
    #[error("the log is overloaded: {0}")]
    Overloaded(&'static str),
    /// The log takes nothing more until it is started afresh.
    #[error("the log has stopped: {0}")]
    Stopped(String),
}

/// Jobs in the order they came.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<CommitJob>,
    bytes: usize,
    rotate: bool,
    closed: Option<String>,
}

/// What the sequencer is to do next.
pub(crate) struct Group {
    /// Jobs to record together; may be none.
    pub(crate) jobs: Vec<CommitJob>,
    /// The buffer is to be handed on, full or not, before the jobs are recorded.
    pub(crate) rotate: bool,
}

/// What the queue has for the sequencer.
pub(crate) enum Popped {
    Group(Group),
    /// Nothing yet.
    Nothing,
    /// Nothing any more: it is closed and empty.
    Closed,
}

impl Queue {
    /// Appends a job, or answers it at once where the queue is full or closed.
    pub(crate) fn push(&self, job: CommitJob) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = job.lines.bytes().len();
        let refusal = if let Some(reason) = &state.closed {
            Some(Refused::Stopped(reason.clone()))
        } else if state.jobs.len() >= QUEUE_JOBS_MAX || state.bytes + bytes > QUEUE_BYTES_MAX {
            Some(Refused::Overloaded("too many requests are waiting to be recorded"))
        } else {
            None
        };
        if let Some(refusal) = refusal {
            drop(state);
            (job.done)(Err(refusal));
            return;
        }
        state.bytes += bytes;
        state.jobs.push_back(job);
        self.filled.notify_one();
    }

    /// Asks the sequencer to hand its buffer on, full or not.
    pub(crate) fn ask_rotation(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rotate = true;
        self.filled.notify_one();
    }

    /// Waits until there is something to do or the queue is closed, at most so many microseconds.
    pub(crate) fn wait(&self, at_most_us: u64) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_quiet = |state: &mut State| state.jobs.is_empty() && !state.rotate && state.closed.is_none();
        drop(self.filled.wait_timeout_while(state, Duration::from_micros(at_most_us), is_quiet));
    }

    /// Takes a group: as many jobs as came, up to [`GROUP_BYTES_MAX`].
    pub(crate) fn pop_group(&self) -> Popped {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.jobs.is_empty() && !state.rotate {
            return if state.closed.is_some() { Popped::Closed } else { Popped::Nothing };
        }
        let mut jobs = Vec::new();
        let mut taken = 0;
        let rotate = std::mem::take(&mut state.rotate);
        while let Some(job) = state.jobs.front() {
            let bytes = job.lines.bytes().len();
            if !jobs.is_empty() && taken + bytes > GROUP_BYTES_MAX {
                break;
            }
            taken += bytes;
            jobs.extend(state.jobs.pop_front());
        }
        state.bytes -= taken;
        Popped::Group(Group { jobs, rotate })
    }

    /// Takes no more jobs; those that wait are still handed out. The first reason stays.
    pub(crate) fn close(&self, reason: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed.get_or_insert_with(|| reason.to_owned());
        self.filled.notify_all();
    }

    /// Why it was closed, if it was.
    pub(crate) fn closed(&self) -> Option<String> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed.clone()
    }
}

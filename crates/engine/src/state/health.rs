//! What the log cannot do at the moment, although it takes events and answers questions. Told to readiness, metrics, the console,
//! and whoever waits for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use env::with_causes;

use crate::state::failure::{is_disk_full, is_unread};

/// Something the log cannot do now. It goes on by itself once it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// Stable, for programs: `disk_full`, `sealing` or `merging`.
    pub code: &'static str,
    /// What happened, and what follows from it.
    pub reason: String,
}

/// Work in the background that can fail and is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Sealing,
    Merging,
}

/// How the log's work gets on. Written by the threads that do it.
#[derive(Default)]
pub(crate) struct Health {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    disk_full: bool,
    sealing: Option<Failing>,
    merging: Option<Failing>,
    failures: u64,
}

struct Failing {
    /// In a sentence, without paths: for anybody.
    summary: String,
    failure: Failure,
    /// How many had asked for the work when the attempt that failed began.
    asked: u64,
    /// Whether it comes of a full disk, which the summary says with its remedy.
    full: bool,
}

impl Failing {
    /// What whoever asked for the work is told.
    fn told(&self) -> String {
        if self.full { self.summary.clone() } else { self.failure.reason.clone() }
    }
}

/// Why work failed.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) reason: String,
    /// Whether a file could not be read as it was written.
    pub(crate) unread: bool,
}

impl State {
    fn of(&mut self, work: Work) -> &mut Option<Failing> {
        match work {
            Work::Sealing => &mut self.sealing,
            Work::Merging => &mut self.merging,
        }
    }
}

impl Health {
    /// Notes a failure. `asked`: how many had asked for the work when the attempt began. Returns how often anything has failed.
    pub(crate) fn failed(&self, work: Work, error: &(dyn std::error::Error + 'static), asked: u64) -> u64 {
        let reason = with_causes(error);
        tracing::error!(?work, %reason, "what is in the journal and in segments stays as it is; it will be tried again");
        let mut state = self.lock();
        state.failures += 1;
        let failure = Failure { reason, unread: is_unread(error) };
        *state.of(work) = Some(Failing { summary: error.to_string(), failure, asked, full: is_disk_full(error) });
        state.failures
    }

    /// Notes that the work was done.
    pub(crate) fn succeeded(&self, work: Work) {
        if self.lock().of(work).take().is_some() {
            tracing::info!(?work, "it goes on, after having failed");
        }
    }

    /// Why sealing failed, if it did, for the one who was the `asked`th to ask.
    pub(crate) fn sealing_failed(&self, asked: u64) -> Option<Failure> {
        let state = self.lock();
        let failing = state.sealing.as_ref().filter(|failing| failing.asked >= asked)?;
        Some(Failure { reason: failing.told(), unread: failing.failure.unread })
    }

    /// Notes that the disk is full: something was refused, or the reserve was used. Logged once, until [`Health::has_room`].
    pub(crate) fn disk_full(&self) {
        if !std::mem::replace(&mut self.lock().disk_full, true) {
            tracing::error!(
                "the disk is full: new events are refused (507); questions, exports, sealing and the log's own entries go on in the \
                 reserve; make room, and the log goes on by itself"
            );
        }
    }

    pub(crate) fn is_disk_full(&self) -> bool {
        self.lock().disk_full
    }

    /// Notes that there is room again, also for the reserve.
    pub(crate) fn has_room(&self) {
        if std::mem::take(&mut self.lock().disk_full) {
            tracing::info!("the disk has room again: events are taken");
        }
    }

    /// What cannot be done at the moment.
    pub(crate) fn degraded(&self) -> Vec<Degraded> {
        let state = self.lock();
        let said = |code, failing: &Option<Failing>, what: &str| {
            let failing = failing.as_ref()?;
            Some(Degraded { code, reason: format!("{what}: {}; the server's log says more", failing.summary) })
        };
        let sealing = said("sealing", &state.sealing, "the journal grows, since its entries cannot be sealed");
        let merging = said("merging", &state.merging, "segments stay small, since they cannot be merged");
        let full = || Degraded {
            code: "disk_full",
            reason: "new events are refused until the operator has made room; the log then goes on by itself"
                .to_owned(),
        };
        [state.disk_full.then(full), sealing, merging].into_iter().flatten().collect()
    }

    /// How often anything has failed.
    pub(crate) fn failures(&self) -> u64 {
        self.lock().failures
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! What the log does not manage at the moment, though it takes events and answers questions: for readiness, metrics, the
//! console, and whoever waits for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Log;
use crate::shared::with_causes;

/// Something the log cannot do now. It goes on by itself once it can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// Stable, for programs: `sealing` or `merging`.
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
    sealing: Option<Failing>,
    merging: Option<Failing>,
    failures: u64,
}

struct Failing {
    reason: String,
    /// How many had asked for it when what failed was begun.
    asked: u64,
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
    /// It failed; `asked` had asked for it when it was begun. Returns how often anything has failed.
    pub(crate) fn failed(&self, work: Work, error: &(dyn std::error::Error + 'static), asked: u64) -> u64 {
        let reason = with_causes(error);
        tracing::error!(?work, %reason, "what is in the journal and in segments stays as it is; it will be tried again");
        let mut state = self.lock();
        state.failures += 1;
        *state.of(work) = Some(Failing { reason, asked });
        state.failures
    }

    /// It did what it was to do.
    pub(crate) fn succeeded(&self, work: Work) {
        if self.lock().of(work).take().is_some() {
            tracing::info!(?work, "it goes on, after having failed");
        }
    }

    /// Why sealing failed for whoever was the `asked`th to ask, if it did.
    pub(crate) fn sealing_failed(&self, asked: u64) -> Option<String> {
        self.lock().sealing.as_ref().filter(|failing| failing.asked >= asked).map(|failing| failing.reason.clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// What the log cannot do at the moment; empty: all is well.
    #[must_use]
    pub fn degraded(&self) -> Vec<Degraded> {
        let state = self.shared.health.lock();
        let said = |code, failing: &Option<Failing>, what: &str| {
            let failing = failing.as_ref()?;
            Some(Degraded { code, reason: format!("{what}: {}", failing.reason) })
        };
        let sealing = said("sealing", &state.sealing, "the journal grows, since its entries cannot be sealed");
        let merging = said("merging", &state.merging, "segments stay small, since they cannot be merged");
        [sealing, merging].into_iter().flatten().collect()
    }

    /// How often sealing or merging has failed since the log was opened.
    #[must_use]
    pub fn sealing_failures(&self) -> u64 {
        self.shared.health.lock().failures
    }
}

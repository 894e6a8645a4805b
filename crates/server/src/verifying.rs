//! One verification at a time, and how far it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;

use crate::problem::Problem;

/// Who verifies, if anybody does.
#[derive(Clone, Default)]
pub(crate) struct Verifying {
    run: Arc<Mutex<Option<Arc<Run>>>>,
}

/// How far a run is.
#[derive(Default)]
struct Run {
    done: AtomicU64,
    entries: AtomicU64,
}

impl Verifying {
    /// Begins a run; it ends when what is returned is dropped.
    ///
    /// # Errors
    /// 409 while another runs: two would read everything twice and find the same.
    pub(crate) fn begin(&self) -> Result<Running, Problem> {
        let mut run = self.run.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(run) = run.as_ref() {
            let (done, entries) = run.at();
            let detail = format!(
                "a verification runs, {done} of {entries} entries so far; wait for its result at GET /v1/verification"
            );
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "verification_running",
                "A verification runs already",
                detail,
            ));
        }
        let begun = run.insert(Arc::default());
        Ok(Running { of: self.clone(), run: Arc::clone(begun) })
    }

    /// Entries checked and to be checked, while a run goes on.
    pub(crate) fn at(&self) -> Option<(u64, u64)> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|run| run.at())
    }
}

impl Run {
    fn at(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.entries.load(Ordering::Relaxed))
    }
}

/// The right to verify.
pub(crate) struct Running {
    of: Verifying,
    run: Arc<Run>,
}

impl Running {
    /// Notes how far it is.
    pub(crate) fn note(&self, done: u64, entries: u64) {
        self.run.entries.store(entries, Ordering::Relaxed);
        self.run.done.store(done, Ordering::Relaxed);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.of.run.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_runs_at_a_time_and_says_how_far_it_is() {
        let verifying = Verifying::default();
        let Ok(running) = verifying.begin() else { panic!("nothing ran") };
        assert_eq!(verifying.at(), Some((0, 0)));
        running.note(3, 10);
        assert_eq!(verifying.at(), Some((3, 10)));
        let refused = verifying.begin().err().map(|problem| serde_json::to_value(problem).unwrap());
        let refused = refused.expect("one runs");
        assert_eq!((&refused["status"], &refused["code"]), (&409.into(), &"verification_running".into()));
        assert!(refused["detail"].as_str().unwrap().contains("3 of 10 entries"));
        drop(running);
        assert_eq!(verifying.at(), None);
        assert!(verifying.begin().is_ok());
    }
}

//! Whose turn it is: a caller's questions run a few at a time, and only so many may wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// Questions of one caller that run at once: as many as a page of a console asks, few enough to leave room for others.
const RUNNING_MAX: usize = 4;

/// Questions of one caller that run or wait: past this, whoever asks is told to come back.
const ASKED_MAX: usize = 64;

/// From this many callers on, those without a question are forgotten.
const CALLERS_MAX: usize = 1_024;

const _: () = assert!(RUNNING_MAX < ASKED_MAX);

/// The callers and their questions.
#[derive(Clone, Default)]
pub(crate) struct Turns {
    callers: Arc<Mutex<HashMap<String, Arc<Turn>>>>,
}

struct Turn {
    running: Arc<Semaphore>,
    asked: Arc<Semaphore>,
}

/// The right to run one question; given back when dropped.
pub(crate) struct Running {
    _permits: [OwnedSemaphorePermit; 2],
}

impl Turns {
    /// Waits until the caller may run one more question.
    ///
    /// # Errors
    /// 429 where too many of the caller's wait already.
    pub(crate) async fn take(&self, caller: &str) -> Result<Running, Problem> {
        let turn = self.of(caller);
        let asked = Arc::clone(&turn.asked).try_acquire_owned().map_err(|_| Problem::too_many_questions(ASKED_MAX))?;
        let running = Arc::clone(&turn.running).acquire_owned().await.map_err(|error| Problem::internal(&error))?;
        Ok(Running { _permits: [asked, running] })
    }

    fn of(&self, caller: &str) -> Arc<Turn> {
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = callers.get(caller) {
            return Arc::clone(turn);
        }
        if callers.len() >= CALLERS_MAX {
            callers.retain(|_, turn| turn.asked.available_permits() < ASKED_MAX);
        }
        let turn =
            || Turn { running: Arc::new(Semaphore::new(RUNNING_MAX)), asked: Arc::new(Semaphore::new(ASKED_MAX)) };
        Arc::clone(callers.entry(caller.to_owned()).or_insert_with(|| Arc::new(turn())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_caller_waits_for_its_own_questions_and_for_nobody_elses() {
        let turns = Turns::default();
        let mut running = Vec::new();
        for _ in 0..RUNNING_MAX {
            running.push(turns.take("a").await.unwrap());
        }
        let mut waiting: Vec<_> = (RUNNING_MAX..ASKED_MAX).map(|_| Box::pin(turns.take("a"))).collect();
        for waits in &mut waiting {
            let polled = std::future::poll_fn(|context| std::task::Poll::Ready(waits.as_mut().poll(context))).await;
            assert!(polled.is_pending());
        }
        assert!(turns.take("a").await.is_err(), "one more than may be asked");
        assert!(turns.take("b").await.is_ok());
        drop(running.pop());
        waiting.remove(0).await.unwrap();
    }
}

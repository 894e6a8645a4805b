//! Threads for work that waits for the disk or takes long, so that those that serve connections do neither.
//!
//! The runtime has such a pool, too, but where the system refuses it a thread (`EAGAIN`: a limit of processes), it panics or lets the
//! work lie. Here one thread is made with the pool and stays, and others come as far as the system gives them.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::problem::Problem;

/// Threads of a pool at most. Requests in memory are bounded by other means; this only keeps a mistake there from taking the machine.
const THREADS_MAX: usize = 512;

/// How long a thread without work waits for some before it ends, and what it holds in memory with it.
const IDLE: Duration = Duration::from_secs(10);

/// A pool of threads. Clones are the same pool.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    name: &'static str,
    /// What each thread does first.
    begin: fn(),
    state: Mutex<State>,
    called: Condvar,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Box<dyn FnOnce() + Send>>,
    /// Threads that wait for work.
    idle: usize,
    threads: usize,
    closed: bool,
}

/// The work did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("the work ended by a panic, or was not begun since the server stops")]
struct NotDone;

impl Pool {
    /// A pool with its first thread.
    ///
    /// # Errors
    /// If the system refuses that.
    pub(crate) fn new(name: &'static str, begin: fn()) -> io::Result<Self> {
        let (state, called, ended) = Default::default();
        let shared = Arc::new(Shared { name, begin, state, called, ended });
        shared.grow(&mut shared.lock())?;
        Ok(Self(shared))
    }

    /// Begins work and returns at once. These threads have neither timers nor connections: work that needs them brings the handle
    /// of a runtime.
    pub(crate) fn begin(&self, work: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        if state.closed {
            return;
        }
        state.waiting.push_back(Box::new(work));
        if state.waiting.len() > state.idle
            && state.threads < THREADS_MAX
            && let Err(error) = self.0.grow(&mut state)
        {
            tracing::debug!(%error, pool = self.0.name, "work waits for a thread, since the system gives no other");
        }
        self.0.called.notify_one();
    }

    /// Runs work on a thread of the pool.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (tell, told) = oneshot::channel();
        // Nobody may wait for it any more.
        self.begin(move || drop(tell.send(work())));
        told.await.unwrap_or_else(|_| Err(Problem::internal(&NotDone)))
    }

    /// As [`Pool::close`], and waits until all work has ended, or so long.
    pub(crate) fn end(&self, at_most: Duration) {
        self.close();
        drop(self.0.ended.wait_timeout_while(self.0.lock(), at_most, |state| state.threads > 0));
    }

    /// Begins nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.0.lock();
        state.closed = true;
        let not_begun = std::mem::take(&mut state.waiting);
        self.0.called.notify_all();
        drop(state);
        drop(not_begun);
    }
}

impl Shared {
    fn grow(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let shared = Arc::clone(self);
        Builder::new().name(self.name.to_owned()).spawn(move || shared.work())?;
        state.threads += 1;
        Ok(())
    }

    fn work(&self) {
        (self.begin)();
        let mut state = self.lock();
        loop {
            if let Some(work) = state.waiting.pop_front() {
                drop(state);
                // A panic ends the work alone; whoever waits for it is told.
                let _ = catch_unwind(AssertUnwindSafe(work));
                state = self.lock();
                continue;
            }
            if state.closed {
                break;
            }
            state.idle += 1;
            let (woken, waited) = self.called.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.waiting.is_empty() && state.threads > 1 {
                break;
            }
        }
        state.threads -= 1;
        self.ended.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    fn pool() -> Pool {
        Pool::new("test", || {}).unwrap()
    }

    #[tokio::test]
    async fn work_is_done_side_by_side_and_a_panic_ends_it_alone() {
        let pool = pool();
        let both = Arc::new(Barrier::new(2));
        let meet = || {
            let both = Arc::clone(&both);
            move || Ok(both.wait().is_leader())
        };
        let first = pool.run(meet());
        let second = pool.run(meet());
        let (first, second) = tokio::join!(first, second);
        assert!(first.unwrap_or_default() ^ second.unwrap_or_default());
        assert!(pool.run(|| -> Result<(), _> { panic!("on purpose") }).await.is_err());
        assert_eq!(pool.run(|| Ok(7)).await.unwrap_or_default(), 7);
        pool.end(Duration::MAX);
    }

    #[tokio::test]
    async fn what_was_begun_is_ended_and_nothing_is_begun_after() {
        let pool = pool();
        let (done, is_done) = oneshot::channel();
        let (begin, begun) = std::sync::mpsc::channel();
        pool.begin(move || {
            begin.send(()).unwrap();
            done.send(()).unwrap();
        });
        begun.recv().unwrap();
        pool.end(Duration::MAX);
        assert_eq!(is_done.await, Ok(()));
        assert!(pool.run(|| Ok(())).await.is_err());
    }
}

//! The threads that answer questions, export and verify: the system prefers those that take events in.

use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::problem::Problem;
use crate::state::on;

/// How nice these threads are. Beside ingest they get a thirtieth of a processor, so that questions end on a busy machine, too;
/// alone they lose nothing. docs/decisions/0014-who-is-woken-first.md has the measurements of other values.
const NICE: i32 = 15;

/// Where questions are answered.
#[derive(Clone)]
pub(crate) struct Questions(Handle);

/// Makes the pool of threads. Shut it down only where waiting for them is allowed.
pub(crate) fn threads() -> Runtime {
    let threads = Builder::new_current_thread().thread_name("question").on_thread_start(step_back).build();
    threads.expect("a pool without drivers asks nothing of the system")
}

impl Questions {
    pub(crate) fn of(threads: &Runtime) -> Self {
        Self(threads.handle().clone())
    }

    /// Runs the work of a question on a thread of this pool. Helpers that it starts are as nice.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        on(&self.0, work).await
    }

    /// Begins such work and returns at once. These threads have neither timers nor connections: work that needs them brings the
    /// handle of a runtime.
    pub(crate) fn begin(&self, work: impl FnOnce() + Send + 'static) {
        self.0.spawn_blocking(work);
    }
}

/// Questions that may still run when a server has ended. Dropping this waits, so do not drop it in a task.
#[must_use = "they hold the log"]
pub struct Remaining(pub(crate) Runtime);

impl Remaining {
    /// Waits until they have ended, or so long.
    pub fn end(self, at_most: Duration) {
        self.0.shutdown_timeout(at_most);
    }
}

/// Acts on the calling thread alone: on Linux each thread has its own priority.
fn step_back() {
    if let Err(error) = env::step_back(NICE) {
        tracing::debug!(%error, "questions run at the priority of everything else");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::getpriority_process;

    #[tokio::test]
    async fn questions_step_back_and_nobody_else_does() {
        let nice = || Ok(getpriority_process(None).unwrap());
        let before = nice().unwrap_or_default();
        let threads = threads();
        assert_eq!(Questions::of(&threads).run(nice).await.unwrap_or_default(), before.max(NICE));
        assert_eq!(crate::state::blocking(nice).await.unwrap_or_default(), before);
        threads.shutdown_background();
    }
}

//! The threads that answer questions, export and verify: the system prefers those that take events in.

use std::io;

use crate::pool::Pool;

/// How nice these threads are. Beside ingest they get a thirtieth of a processor, so that questions end on a busy machine, too;
/// alone they lose nothing. docs/decisions/0014-who-is-woken-first.md has the measurements of other values.
const NICE: i32 = 15;

/// Makes the pool where questions are answered. Helpers that a question starts are as nice.
///
/// # Errors
/// If the system gives no thread.
pub(crate) fn threads() -> io::Result<Pool> {
    Pool::new("question", step_back)
}

/// Acts on the calling thread alone: on Linux each thread has its own priority.
fn step_back() {
    if let Err(error) = env::step_back(NICE) {
        tracing::debug!(%error, "questions run at the priority of everything else");
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use rustix::process::getpriority_process;

    #[tokio::test]
    async fn questions_step_back_and_nobody_else_does() {
        let nice = || Ok(getpriority_process(None).unwrap());
        let before = nice().unwrap_or_default();
        let questions = threads().unwrap();
        let others = Pool::new("other", || {}).unwrap();
        assert_eq!(questions.run(nice).await.unwrap_or_default(), before.max(NICE));
        assert_eq!(others.run(nice).await.unwrap_or_default(), before);
        questions.end(Duration::MAX);
        others.end(Duration::MAX);
    }
}

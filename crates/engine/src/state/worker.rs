//! Work in the background, piece by piece: on a thread of its own, or stepped by whoever simulates the log.

/// What a step of a worker came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Something was done, and there may be more to do at once.
    Worked,
    /// There is nothing to do until somebody rings, or so many microseconds have passed.
    Idle(u64),
    /// The log is closed, or this worker cannot go on: it is not to be stepped again.
    Ended,
}

/// One of the log's workers. Only its owner steps it.
pub(crate) trait Worker {
    /// Does one piece of work, if there is one. Does not wait for more.
    fn step(&mut self) -> Turn;

    /// Waits after an idle step until somebody rings, at most so many microseconds. A ring since the step is heard at once; after
    /// zero microseconds it only listens.
    fn wait(&mut self, at_most_us: u64);
}

/// Lets a worker do all there is to do, until it ends.
pub(crate) fn run(worker: &mut dyn Worker) {
    loop {
        match worker.step() {
            Turn::Worked => {}
            Turn::Idle(at_most_us) => worker.wait(at_most_us),
            Turn::Ended => return,
        }
    }
}

//! Everything at once: clients that send, clients that ask the costliest questions past the caches, and exports, all without
//! pause, against the real server. What counts is the memory it takes, and what a single event waits for meanwhile.

mod load;
mod said;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use env::{Clock, SystemClock};
use remote::wait;

use self::load::Load;
pub use self::said::Amid;
use self::said::Latency;
use super::measure::processor_seconds;
use super::server::ServerProcess;
use super::{OneLog, Watch, log};

/// Ingest, questions and exports at once.
#[derive(Debug, Clone)]
pub struct Together {
    /// Which log; it grows by what is sent.
    pub asked: OneLog,
    /// How long everything goes on at once; a quarter of it each, before, for single events alone and beside the questions.
    pub seconds: u64,
    /// Connections that send batches meanwhile.
    pub senders: usize,
    /// Connections that ask.
    pub askers: usize,
    /// Exports at once: a CSV, one as JSON, one as NDJSON, and so on in turn.
    pub exports: usize,
    /// These questions only, of [`question_names`]; none: all.
    pub only: Vec<String>,
}

/// How long everything goes on where nobody says it.
pub const SECONDS: u64 = 40;

/// Connections that send batches where nobody says how many.
pub const SENDERS: usize = 4;

/// Connections that ask where nobody says how many: as many as one caller's questions run at once.
pub const ASKERS: usize = 4;

/// Exports at once where nobody says how many: one of each format.
pub const EXPORTS: usize = 3;

/// The names of the questions.
#[must_use]
pub fn question_names() -> [&'static str; load::QUESTIONS.len()] {
    load::QUESTIONS.map(|(name, _)| name)
}

impl Together {
    /// Everything there is, for so many seconds.
    #[must_use]
    pub fn new(asked: OneLog, seconds: u64) -> Self {
        Self { asked, seconds, senders: SENDERS, askers: ASKERS, exports: EXPORTS, only: Vec::new() }
    }
}

/// How often the server's memory is looked at: peaks of a question last longer.
const LOOK: Duration = Duration::from_millis(20);

/// Measures memory, and what single events wait for: alone, beside the questions, and amid everything.
///
/// # Errors
/// If something could not be run, or was refused otherwise than for the load.
pub fn together(what: &Together, watch: &dyn Watch) -> miette::Result<Amid> {
    let folder = log::folder(what.asked.dir())?;
    let server = log::serve_settled(folder.path(), &what.asked.events, watch)?;
    let clock = SystemClock::new();
    let report = watched(&server, || measure(what, &server, &clock))?;
    server.stop()?;
    Ok(report)
}

/// Looks at the server's memory while `work` is done.
#[expect(clippy::disallowed_methods, reason = "a measurement may panic where it gets no thread")]
fn watched<T>(server: &ServerProcess, work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                server.look_at_memory();
                wait(LOOK);
            }
        });
        let answer = work();
        done.store(true, Ordering::Relaxed);
        answer
    })
}

/// Three stretches of time: single events alone, beside the questions, and amid everything.
fn measure(what: &Together, server: &ServerProcess, clock: &dyn Clock) -> miette::Result<Amid> {
    let load = |us: u64| Load::new(server, clock, what, us);
    let whole_us = what.seconds * 1_000_000;
    let part_us = what.seconds * 250_000;
    let alone = load(part_us).singles()?;
    let at_rest = server.look_at_memory();
    let (beside, _) = load(part_us).singles_beside(|load| load.questions())?;
    let processor = processor_seconds(server.pid()).unwrap_or_default();
    let (amid, all) = load(whole_us).singles_beside(Load::everything)?;
    Ok(Amid {
        seconds: what.seconds,
        peak: server.peak(),
        at_rest,
        processor: processor_seconds(server.pid()).unwrap_or_default() - processor,
        singles: [("alone", alone), ("beside questions", beside), ("amid everything", amid)]
            .map(|(name, mut times)| (name, Latency::of(&mut times))),
        taken: all.taken,
        exported: all.exported,
        exports: all.exports,
        questions: all.questions.into_iter().map(Into::into).collect(),
    })
}

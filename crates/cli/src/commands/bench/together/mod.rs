//! Everything at once: clients that send, clients that ask the costliest questions past the caches, and exports, all without
//! pause, against the real server. What counts is the memory it takes, and what a single event waits for meanwhile.

mod load;
mod said;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use env::{Clock, SystemClock};

use self::load::Load;
use self::said::{Latency, Report};
use super::measure::processor_seconds;
use super::server::ServerProcess;
use super::{OneLog, log};
use crate::exit::Exit;
use crate::remote::wait;

/// Ingest, questions and exports at once
#[derive(Args, Debug)]
#[command(
    after_help = "The log given with --dir grows by what is sent, so that `bench query` needs another one afterwards.\n\nExample:\n  indelible bench together --entries 1000000 --dir /var/tmp/bench --seconds 60"
)]
pub(crate) struct Together {
    #[command(flatten)]
    asked: OneLog,
    /// How long everything goes on at once; a quarter of it each, before, for single events alone and beside the questions.
    #[arg(long, default_value_t = SECONDS, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Connections that send batches meanwhile.
    #[arg(long, default_value_t = SENDERS)]
    senders: usize,
    /// Connections that ask.
    #[arg(long, default_value_t = ASKERS)]
    askers: usize,
    /// Exports at once: a CSV, one as JSON, one as NDJSON, and so on in turn.
    #[arg(long, default_value_t = EXPORTS)]
    exports: usize,
    /// These questions only, such as resource_id; may be repeated.
    #[arg(long, value_name = "QUESTION", value_parser = load::QUESTIONS.map(|(name, _)| name))]
    only: Vec<String>,
}

/// How long everything goes on where nobody says it.
pub(super) const SECONDS: u64 = 40;

const SENDERS: usize = 4;

/// As many as one caller's questions run at once.
const ASKERS: usize = 4;

/// One of each format.
const EXPORTS: usize = 3;

impl Together {
    /// Everything there is, for so many seconds.
    pub(super) fn new(asked: OneLog, seconds: u64) -> Self {
        Self { asked, seconds, senders: SENDERS, askers: ASKERS, exports: EXPORTS, only: Vec::new() }
    }
}

/// How often the server's memory is looked at: peaks of a question last longer.
const LOOK: Duration = Duration::from_millis(20);

pub(super) fn run(what: &Together) -> miette::Result<Exit> {
    let folder = log::folder(what.asked.dir.as_deref())?;
    let server = log::serve_settled(folder.path(), &what.asked.events)?;
    let clock = SystemClock::new();
    let report = watched(&server, || measure(what, &server, &clock))?;
    server.stop()?;
    report.print(what.asked.json);
    Ok(Exit::Done)
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
fn measure(what: &Together, server: &ServerProcess, clock: &dyn Clock) -> miette::Result<Report> {
    let load = |us: u64| Load::new(server, clock, what, us);
    let whole_us = what.seconds * 1_000_000;
    let part_us = what.seconds * 250_000;
    let alone = load(part_us).singles()?;
    let at_rest = server.look_at_memory();
    let (beside, _) = load(part_us).singles_beside(|load| load.questions())?;
    let processor = processor_seconds(server.pid()).unwrap_or_default();
    let (amid, all) = load(whole_us).singles_beside(Load::everything)?;
    Ok(Report {
        seconds: what.seconds,
        peak: server.peak(),
        at_rest,
        processor: processor_seconds(server.pid()).unwrap_or_default() - processor,
        singles: [("alone", alone), ("beside questions", beside), ("amid everything", amid)]
            .map(|(name, mut times)| (name, Latency::of(&mut times))),
        taken: all.taken,
        exported: all.exported,
        exports: all.exports,
        questions: all.questions,
    })
}

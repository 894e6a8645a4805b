//! Questions over HTTP: a server of its own as a child process, one client in this one.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use env::{Clock, SystemClock};
use serde_json::{Value, json};

use super::client::Client;
use super::constants::{Constants, choose};
use super::events::settle;
use super::measure::percentile;
use super::naive::{self, Seen};
use super::questions::{Question, questions};
use super::{OneLog, Report, Watch, log};

/// A question is asked until so much time has passed, at least and at most so often.
const MEASURED_US: u64 = 2_000_000;
const TIMES_MIN: usize = 20;
const TIMES_MAX: usize = 2_000;

/// Asked before anything is measured, so that files and sections are mapped and checked.
const WARM_UP: usize = 3;

/// Questions to a log.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which log.
    pub asked: OneLog,
    /// These questions only, such as `Q6`; none: all.
    pub only: Vec<String>,
    /// Ask before what was sent is sealed.
    pub unsealed: bool,
    /// Who asks.
    pub asker: Asker,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// Anybody: the server has no access control.
    Anybody,
    /// An auditor of one organization.
    OfOrganization(String),
    /// An auditor of one project.
    OfProject(String),
}

impl Asker {
    fn scope(&self) -> Option<Value> {
        match self {
            Self::Anybody => None,
            Self::OfOrganization(id) => Some(json!({"organization": id})),
            Self::OfProject(id) => Some(json!({"project": id})),
        }
    }

    /// Whether the asker may see an event.
    fn sees(&self, seen: &Seen<'_>) -> bool {
        match self {
            Self::Anybody => true,
            Self::OfOrganization(id) => seen.organization.id == *id,
            Self::OfProject(id) => seen.project.id == *id,
        }
    }
}

/// What came of [`query`].
#[derive(Debug)]
pub struct Answered {
    entries: u64,
    constants: Constants,
    started_in: Duration,
    peak: u64,
    rows: Vec<Row>,
}

impl Report for Answered {
    fn json(&self) -> Value {
        let Self { entries, constants, started_in, peak, rows } = self;
        json!({"entries": entries, "start_ms": started_in.as_millis() as u64, "constants": constants, "anonymous_peak_bytes": peak, "questions": rows})
    }
}

impl Display for Answered {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} entries, one client over HTTP, warm; µs. Every answer was compared with a plain scan of the events.",
            self.entries
        )?;
        writeln!(f, "                                   matches  uncached p50      p99   cached p50      p99")?;
        for row in &self.rows {
            let matches = row.matches.map_or_else(|| "-".to_owned(), |count| count.to_string());
            writeln!(
                f,
                "{:<4} {:<28} {matches:>9} {:>13} {:>8} {:>12} {:>8}",
                row.name, row.what, row.uncached.p50_us, row.uncached.p99_us, row.cached.p50_us, row.cached.p99_us
            )?;
        }
        let peak = self.peak >> 20;
        let started_in = self.started_in.as_millis();
        write!(f, "anonymous memory  {peak} MiB at most; the server listened after {started_in} ms")
    }
}

/// Asks every question, past the caches and through them, and compares each answer with a plain scan of the events.
///
/// # Errors
/// If something could not be run, or an answer is wrong.
pub fn query(what: &Query, watch: &dyn Watch) -> miette::Result<Answered> {
    let folder = log::folder(what.asked.dir())?;
    let events = &what.asked.events;
    let server = match what.asker.scope() {
        None => log::serve(folder.path(), events, !what.unsealed, watch)?,
        Some(scope) => log::serve_scoped(folder.path(), events, scope, !what.unsealed, watch)?,
    };
    let clock = SystemClock::new();
    let constants = choose(&mut Client::new(&server)?, what.asked.events.entries)?;
    let questions = questions(&constants)?;
    let expected = naive::answer(&what.asked.events, &questions, &|seen| what.asker.sees(seen))?;
    // Only now: merging went on meanwhile.
    settle(&server, watch)?;
    // The server has closed the connection that nothing was asked on meanwhile.
    let mut client = Client::new(&server)?;
    let mut rows = Vec::new();
    for (question, expected) in questions.iter().zip(&expected) {
        if !what.only.is_empty() && !what.only.iter().any(|name| name.eq_ignore_ascii_case(question.name)) {
            continue;
        }
        for fresh in [true, false] {
            let found = question.read(client.get(&question.target, fresh)?)?;
            if found != *expected {
                return Err(miette::miette!(
                    help = "a log given with --dir must hold the same events as --entries or --from say, and no others",
                    "{} is answered wrongly: {found:?} where the events say {expected:?} ({})",
                    question.name,
                    question.target
                ));
            }
        }
        let uncached = measure(&mut client, &clock, question, true)?;
        let cached = measure(&mut client, &clock, question, false)?;
        rows.push(Row { name: question.name, what: question.what, matches: expected.count, uncached, cached });
        server.look_at_memory();
    }
    let peak = server.peak();
    let started_in = server.started_in();
    server.stop()?;
    Ok(Answered { entries: what.asked.events.entries, constants, started_in, peak, rows })
}

#[derive(Debug, serde::Serialize)]
struct Row {
    name: &'static str,
    what: &'static str,
    matches: Option<u64>,
    uncached: Times,
    cached: Times,
}

#[derive(Debug, serde::Serialize)]
struct Times {
    p50_us: u64,
    p99_us: u64,
    asked: usize,
}

fn measure(client: &mut Client, clock: &dyn Clock, question: &Question, fresh: bool) -> miette::Result<Times> {
    for _ in 0..WARM_UP {
        client.get(&question.target, fresh)?;
    }
    let mut times = Vec::new();
    let begin = clock.monotonic_us();
    while times.len() < TIMES_MIN || (times.len() < TIMES_MAX && clock.monotonic_us() - begin < MEASURED_US) {
        let start = clock.monotonic_us();
        client.get(&question.target, fresh)?;
        times.push(clock.monotonic_us() - start);
    }
    let asked = times.len();
    Ok(Times { p50_us: percentile(&mut times, 50), p99_us: percentile(&mut times, 99), asked })
}

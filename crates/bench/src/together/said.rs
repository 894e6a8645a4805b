//! What came of it, as a table and as JSON.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::{Value, json};

use crate::Report;
use crate::measure::percentile;

/// Times in µs.
#[derive(Debug, Serialize)]
pub(super) struct Latency {
    p50_us: u64,
    p99_us: u64,
    most_us: u64,
    count: usize,
}

impl Latency {
    pub(super) fn of(times: &mut [u64]) -> Self {
        let [p50_us, p99_us, most_us] = [50, 99, 100].map(|percent| percentile(times, percent));
        Self { p50_us, p99_us, most_us, count: times.len() }
    }
}

/// What came of one question.
pub(super) struct Answers {
    name: &'static str,
    /// What each answer took, in µs.
    pub(super) times: Vec<u64>,
    /// How often it was refused, by HTTP status: 400 and 422 too much of it, 429 and 503 come back later.
    pub(super) refused: BTreeMap<u16, u64>,
}

impl Answers {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, times: Vec::new(), refused: BTreeMap::new() }
    }

    /// Adds what another client was answered to the same questions.
    pub(super) fn add(all: &mut Vec<Self>, more: Vec<Self>) {
        for one in more {
            match all.iter_mut().find(|known| known.name == one.name) {
                Some(known) => {
                    known.times.extend(one.times);
                    one.refused
                        .into_iter()
                        .for_each(|(status, count)| *known.refused.entry(status).or_default() += count);
                }
                None => all.push(one),
            }
        }
    }
}

/// How many exports there were.
#[derive(Debug, Default, Serialize)]
pub(super) struct Exports {
    pub(super) begun: u64,
    pub(super) whole: u64,
    pub(super) refused: u64,
}

impl Exports {
    pub(super) fn add(&mut self, more: &Self) {
        self.begun += more.begun;
        self.whole += more.whole;
        self.refused += more.refused;
    }
}

/// One question's answers.
#[derive(Debug)]
pub(super) struct Question {
    name: &'static str,
    answered: Latency,
    refused: BTreeMap<u16, u64>,
}

impl From<Answers> for Question {
    fn from(mut answers: Answers) -> Self {
        Self { name: answers.name, answered: Latency::of(&mut answers.times), refused: answers.refused }
    }
}

/// What came of [`super::together`].
#[derive(Debug)]
pub struct Amid {
    pub(super) seconds: u64,
    /// Anonymous memory, in bytes: at most, and before anything was asked.
    pub(super) peak: u64,
    pub(super) at_rest: u64,
    /// Of the server while everything went on, in seconds.
    pub(super) processor: f64,
    /// Single events of one client.
    pub(super) singles: [(&'static str, Latency); 3],
    pub(super) taken: u64,
    pub(super) exported: u64,
    pub(super) exports: Exports,
    pub(super) questions: Vec<Question>,
}

impl Report for Amid {
    fn json(&self) -> Value {
        let question = |one: &Question| (one.name, json!({"answered": one.answered, "refused": one.refused}));
        let questions: BTreeMap<_, _> = self.questions.iter().map(question).collect();
        let singles: BTreeMap<_, _> =
            self.singles.iter().map(|(name, latency)| (name.replace(' ', "_"), latency)).collect();
        json!({"seconds": self.seconds, "anonymous_peak_bytes": self.peak, "anonymous_bytes_before": self.at_rest,
            "server_processor_seconds": self.processor, "entries_taken": self.taken, "bytes_exported": self.exported,
            "exports": self.exports, "questions": questions, "singles": singles})
    }
}

impl Display for Amid {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "everything at once for {} s", self.seconds)?;
        writeln!(f, "anonymous memory  {} MiB at most; {} before any question", self.peak >> 20, self.at_rest >> 20)?;
        writeln!(f, "server processor  {:.1} s", self.processor)?;
        writeln!(f, "taken in          {} entries = {} entries/s", self.taken, self.taken / self.seconds)?;
        writeln!(
            f,
            "exported          {:.1} MB; {} exports begun, {} whole, {} refused",
            self.exported as f64 / 1e6,
            self.exports.begun,
            self.exports.whole,
            self.exports.refused
        )?;
        writeln!(f, "single events                sent   p50 µs   p99 µs     most")?;
        for (name, Latency { p50_us, p99_us, most_us, count }) in &self.singles {
            writeln!(f, "{name:<24} {count:>8} {p50_us:>8} {p99_us:>8} {most_us:>8}")?;
        }
        write!(f, "questions                answered   p50 ms   p99 ms     most  refused (by status)")?;
        for Question { name, answered, refused } in &self.questions {
            let Latency { p50_us, p99_us, most_us, count } = answered;
            let refused: Vec<_> = refused.iter().map(|(status, count)| format!("{count} ({status})")).collect();
            let refused = if refused.is_empty() { "0".to_owned() } else { refused.join(", ") };
            let ms = |us: &u64| *us as f64 / 1e3;
            write!(
                f,
                "\n{name:<24} {count:>8} {:>8.1} {:>8.1} {:>8.1}  {refused}",
                ms(p50_us),
                ms(p99_us),
                ms(most_us)
            )?;
        }
        Ok(())
    }
}

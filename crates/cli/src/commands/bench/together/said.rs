//! What came of it, as a table and as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::commands::bench::measure::percentile;
use crate::output::outln;

/// Times in µs.
#[derive(Serialize)]
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
#[derive(Default, Serialize)]
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

/// Everything measured.
pub(super) struct Report {
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
    pub(super) questions: Vec<Answers>,
}

impl Report {
    pub(super) fn print(mut self, as_json: bool) {
        let questions: Vec<_> =
            self.questions.iter_mut().map(|one| (one.name, Latency::of(&mut one.times), &one.refused)).collect();
        if as_json {
            let questions: BTreeMap<_, _> = questions
                .iter()
                .map(|(name, latency, refused)| (name, json!({"answered": latency, "refused": refused})))
                .collect();
            let singles: BTreeMap<_, _> =
                self.singles.iter().map(|(name, latency)| (name.replace(' ', "_"), latency)).collect();
            outln!(
                "{}",
                json!({"seconds": self.seconds, "anonymous_peak_bytes": self.peak, "anonymous_bytes_before": self.at_rest,
                    "server_processor_seconds": self.processor, "entries_taken": self.taken, "bytes_exported": self.exported,
                    "exports": self.exports, "questions": questions, "singles": singles})
            );
            return;
        }
        outln!("everything at once for {} s", self.seconds);
        outln!("anonymous memory  {} MiB at most; {} before any question", self.peak >> 20, self.at_rest >> 20);
        outln!("server processor  {:.1} s", self.processor);
        outln!("taken in          {} entries = {} entries/s", self.taken, self.taken / self.seconds);
        outln!(
            "exported          {:.1} MB; {} exports begun, {} whole, {} refused",
            self.exported as f64 / 1e6,
            self.exports.begun,
            self.exports.whole,
            self.exports.refused
        );
        outln!("single events                sent   p50 µs   p99 µs     most");
        for (name, Latency { p50_us, p99_us, most_us, count }) in &self.singles {
            outln!("{name:<24} {count:>8} {p50_us:>8} {p99_us:>8} {most_us:>8}");
        }
        outln!("questions                answered   p50 ms   p99 ms     most  refused (by status)");
        for (name, Latency { p50_us, p99_us, most_us, count }, refused) in questions {
            let refused: Vec<_> = refused.iter().map(|(status, count)| format!("{count} ({status})")).collect();
            let refused = if refused.is_empty() { "0".to_owned() } else { refused.join(", ") };
            let ms = |us: u64| us as f64 / 1e3;
            outln!("{name:<24} {count:>8} {:>8.1} {:>8.1} {:>8.1}  {refused}", ms(p50_us), ms(p99_us), ms(most_us));
        }
    }
}

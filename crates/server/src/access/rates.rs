//! How much each program may send: a bucket that fills at the program's rate and holds some seconds of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use access::Limits;

use crate::problem::Problem;

/// Seconds of its rate that a program may send at once.
const BURST_S: f64 = 10.0;

/// What is left of each program's limits.
#[derive(Clone, Default)]
pub(crate) struct Rates(Arc<Mutex<HashMap<String, Left>>>);

/// What is left: negative where the last request took more than there was, which the next ones wait for.
#[derive(Clone, Copy)]
struct Left {
    events: f64,
    bytes: f64,
    at_us: i64,
}

/// What a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

impl Rates {
    /// Whether a program may send now; what it sends is taken by [`Rates::take`]. Programs without limits are not looked up.
    ///
    /// # Errors
    /// 429 with the seconds after which it may.
    pub(crate) fn check(&self, program: &str, limits: Limits, now_us: i64) -> Result<(), Problem> {
        if limits == Limits::default() {
            return Ok(());
        }
        let mut lefts = self.lock();
        let left = lefts.entry(program.to_owned()).or_insert_with(|| Left::full(limits, now_us));
        left.fill(limits, now_us);
        let wait_s = |left: f64, rate: Option<f64>| rate.map_or(0.0, |rate| (-left / rate).max(0.0));
        let wait_s = wait_s(left.events, events_rate(limits)).max(wait_s(left.bytes, bytes_rate(limits)));
        if wait_s == 0.0 { Ok(()) } else { Err(Problem::too_much_sent(wait_s.ceil() as u32)) }
    }

    /// Takes what a request brings.
    pub(crate) fn take(&self, program: &str, load: Load) {
        self.add(program, -(load.events as f64), -(load.bytes as f64));
    }

    /// Gives events back that a body turned out not to have.
    pub(crate) fn give_back(&self, program: &str, events: usize) {
        self.add(program, events as f64, 0.0);
    }

    fn add(&self, program: &str, events: f64, bytes: f64) {
        if let Some(left) = self.lock().get_mut(program) {
            left.events += events;
            left.bytes += bytes;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Left>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn events_rate(limits: Limits) -> Option<f64> {
    limits.events_per_second.map(f64::from)
}

fn bytes_rate(limits: Limits) -> Option<f64> {
    limits.bytes_per_second.map(|rate| rate as f64)
}

/// What a rate holds at most. A rate of nothing lets nothing through after the first request.
fn most(rate: Option<f64>) -> f64 {
    rate.map_or(0.0, |rate| rate * BURST_S)
}

impl Left {
    fn full(limits: Limits, at_us: i64) -> Self {
        Self { events: most(events_rate(limits)), bytes: most(bytes_rate(limits)), at_us }
    }

    fn fill(&mut self, limits: Limits, now_us: i64) {
        let seconds = now_us.saturating_sub(self.at_us).max(0) as f64 / 1e6;
        let filled =
            |left: f64, rate: Option<f64>| rate.map_or(0.0, |rate| (left + rate * seconds).min(most(Some(rate))));
        self.events = filled(self.events, events_rate(limits));
        self.bytes = filled(self.bytes, bytes_rate(limits));
        self.at_us = self.at_us.max(now_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND_US: i64 = 1_000_000;

    fn sends(rates: &Rates, limits: Limits, events: usize, at_s: i64) -> bool {
        let may = rates.check("p", limits, at_s * SECOND_US).is_ok();
        if may {
            rates.take("p", Load { events, bytes: 100 * events });
        }
        may
    }

    #[test]
    fn a_burst_goes_through_and_the_average_holds() {
        let rates = Rates::default();
        let limits = Limits { events_per_second: Some(10), bytes_per_second: None };
        assert!(sends(&rates, limits, 90, 0) && sends(&rates, limits, 60, 0));
        assert!(!sends(&rates, limits, 1, 4), "50 too many take five seconds");
        assert!(sends(&rates, limits, 1, 5));
        let mut sent = 0;
        for at_s in 100..200 {
            while sends(&rates, limits, 7, at_s) {
                sent += 7;
            }
        }
        assert!((1_000..=1_110).contains(&sent), "{sent} in 100 seconds");
    }

    #[test]
    fn bytes_count_by_themselves_and_who_has_no_limit_is_not_remembered() {
        let rates = Rates::default();
        let limits = Limits { events_per_second: None, bytes_per_second: Some(1_000) };
        assert!(sends(&rates, limits, 101, 0));
        assert!(!sends(&rates, limits, 1, 0));
        let refused = serde_json::to_value(rates.check("p", limits, 0).unwrap_err()).unwrap();
        assert_eq!((&refused["status"], &refused["code"]), (&429.into(), &"too_much_sent".into()));
        rates.give_back("p", 101);
        assert!(!sends(&rates, limits, 1, 0), "events given back are not bytes");
        rates.check("q", Limits::default(), 0).unwrap();
        assert_eq!(rates.lock().len(), 1);
    }
}

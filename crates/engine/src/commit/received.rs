//! The clock of `received`, which follows the wall clock forwards and never turns back; and which times a leaf can have been
//! received at.

use std::sync::{Mutex, PoisonError};

use env::Clock;
use ledger::{LEAF_AGE_US_MAX, Recorded};

/// How far beyond now and beyond the newest checkpoint an entry may be dated that no checkpoint covers: the clock may have been
/// ahead and set right since. µs.
const AHEAD_US_MAX: i64 = 3_600_000_000;

/// Where in a line `received` is sought before the line is parsed.
const NEAR: usize = 256;

/// Anchored to the monotonic clock: when the wall clock is set back, time goes on at its own pace until the wall clock
/// has caught up.
pub(crate) struct Received {
    anchor: Mutex<Anchor>,
}

struct Anchor {
    wall_us: i64,
    monotonic_us: u64,
}

impl Received {
    /// Starts no earlier than `floor_us`, the latest time the log knows of.
    pub(crate) fn new(clock: &dyn Clock, floor_us: i64) -> Self {
        let anchor = Anchor { wall_us: clock.now_us().max(floor_us), monotonic_us: clock.monotonic_us() };
        Self { anchor: Mutex::new(anchor) }
    }

    /// Now, µs UTC. Never less than an earlier answer.
    pub(crate) fn now_us(&self, clock: &dyn Clock) -> i64 {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let monotonic_us = clock.monotonic_us();
        let passed = i64::try_from(monotonic_us.saturating_sub(anchor.monotonic_us)).unwrap_or(i64::MAX);
        anchor.wall_us = anchor.wall_us.saturating_add(passed).max(clock.now_us());
        anchor.monotonic_us = anchor.monotonic_us.max(monotonic_us);
        anchor.wall_us
    }
}

/// What checkpoints say of when leaves were received.
pub(crate) struct Dates {
    /// By size.
    checkpoints: Vec<Recorded>,
    /// Latest time of a leaf that no checkpoint covers.
    end_us: i64,
}

impl Dates {
    /// Judges by these checkpoints, in their order. The newest must be among them if there are leaves beyond it.
    pub(crate) fn new(checkpoints: Vec<Recorded>, now_us: i64) -> Self {
        let newest_us = checkpoints.last().map_or(now_us, |newest| newest.recorded_us);
        Self { checkpoints, end_us: newest_us.max(now_us).saturating_add(AHEAD_US_MAX) }
    }

    /// Checks when a leaf was received. It must not be later than the first checkpoint that covers it, nor earlier than the
    /// newest one that does not, by more than it may have waited.
    pub(crate) fn check(&self, leaf: u64, received_us: i64) -> Result<(), &'static str> {
        let covering = self.checkpoints.partition_point(|checkpoint| checkpoint.size.0 <= leaf);
        let before = covering.checked_sub(1).and_then(|at| self.checkpoints.get(at));
        if before.is_some_and(|before| received_us < before.recorded_us.saturating_sub(LEAF_AGE_US_MAX)) {
            return Err("`received` is earlier than a checkpoint that does not cover it");
        }
        match self.checkpoints.get(covering) {
            Some(covering) if received_us > covering.recorded_us => {
                Err("`received` is later than the checkpoint that covers it")
            }
            None if received_us > self.end_us => Err("`received` is in the future"),
            _ => Ok(()),
        }
    }
}

/// The order in which leaves were received: nearly that of the leaves.
#[derive(Debug, Default)]
pub(crate) struct Ascending {
    latest_us: Option<i64>,
}

impl Ascending {
    /// Takes the next leaf. Fails if it was received earlier than one before it, by more than it may have waited.
    pub(crate) fn follow(&mut self, received_us: i64) -> Result<(), &'static str> {
        let latest_us = self.latest_us.map_or(received_us, |latest| latest.max(received_us));
        self.latest_us = Some(latest_us);
        let waited = latest_us.saturating_sub(received_us);
        if waited <= LEAF_AGE_US_MAX { Ok(()) } else { Err("`received` is earlier than that of the leaves before it") }
    }
}

/// The time at which a line says it was received; `None` if these bytes are no line. Cost: a look at its usual place, else
/// parsing.
pub(crate) fn received_in(line: &[u8]) -> Option<i64> {
    const MEMBER: &[u8] = b"\",\"received\":\"";
    let near = line.get(..NEAR.min(line.len()))?;
    let text = memchr::memmem::find(near, MEMBER).and_then(|at| near.get(at + MEMBER.len()..));
    let text = text.and_then(|rest| rest.get(..memchr::memchr(b'"', rest)?));
    let quick = text.and_then(|text| event::time::parse(std::str::from_utf8(text).ok()?).ok());
    quick.or_else(|| Some(event::Entry::parse(line).ok()?.received_us))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};

    #[derive(Default)]
    struct Hands(AtomicI64, AtomicU64);

    impl Clock for Hands {
        fn now_us(&self) -> i64 {
            self.0.load(SeqCst)
        }
        fn monotonic_us(&self) -> u64 {
            self.1.load(SeqCst)
        }
    }

    #[test]
    fn a_clock_set_back_never_turns_received_back() {
        let hands = Hands::default();
        hands.0.store(1_000, SeqCst);
        let received = Received::new(&hands, 0);
        hands.0.store(500, SeqCst);
        hands.1.store(10, SeqCst);
        assert_eq!(received.now_us(&hands), 1_010, "goes on at its own pace");
        hands.0.store(5_000, SeqCst);
        assert_eq!(received.now_us(&hands), 5_000, "follows a step forwards");
        assert_eq!(Received::new(&hands, 9_000).now_us(&hands), 9_000, "not before what the log knows");
    }
}

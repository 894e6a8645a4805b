//! The clock of `received`: follows the wall clock forwards, and never turns back.

use std::sync::{Mutex, PoisonError};

use env::Clock;

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

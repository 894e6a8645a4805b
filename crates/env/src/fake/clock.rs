//! A clock that only moves when told to.

use crate::Clock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A clock that only moves when told to.
#[derive(Debug, Default)]
pub struct ManualClock {
    now_us: AtomicI64,
    monotonic_us: AtomicU64,
}

impl ManualClock {
    /// A clock that shows `now_us` microseconds since 1970 and zero on its monotonic side.
    #[must_use]
    pub fn at(now_us: i64) -> Self {
        Self { now_us: AtomicI64::new(now_us), monotonic_us: AtomicU64::new(0) }
    }

    /// Lets time pass on both sides.
    pub fn advance_us(&self, us: u32) {
        self.now_us.fetch_add(i64::from(us), Ordering::SeqCst);
        self.monotonic_us.fetch_add(u64::from(us), Ordering::SeqCst);
    }

    /// Sets the wall clock, forwards or back, as an administrator or a time server might.
    pub fn step_to(&self, now_us: i64) {
        self.now_us.store(now_us, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_us(&self) -> i64 {
        self.now_us.load(Ordering::SeqCst)
    }

    fn monotonic_us(&self) -> u64 {
        self.monotonic_us.load(Ordering::SeqCst)
    }
}

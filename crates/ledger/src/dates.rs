//! Keeping the times of checkpoints and of leaves in order.
//!
//! A leaf is never later than the first checkpoint that covers it, and never much earlier than one that does not. This holds
//! however long a write hangs, since a checkpoint that is signed meanwhile is dated by the leaves that are being written.

use std::sync::{Mutex, PoisonError};

/// How much earlier a leaf may be than a checkpoint that does not cover it, or than a leaf before it, because it waited to be
/// committed. µs; many times what a full queue takes.
pub const LEAF_AGE_US_MAX: i64 = 60_000_000;

/// The times known so far. Changed by the thread that appends and the thread that signs.
pub(crate) struct Dates(Mutex<Known>);

#[derive(Clone, Copy)]
struct Known {
    /// The latest of all leaves, and of those about to be appended.
    leaves_us: i64,
    /// The earliest of the leaves that are being written.
    writing_us: Option<i64>,
    /// The newest checkpoint's.
    recorded_us: i64,
}

impl Dates {
    /// Of a ledger whose newest checkpoint was recorded at `recorded_us`.
    pub(crate) fn new(recorded_us: i64) -> Self {
        Self(Mutex::new(Known { leaves_us: recorded_us, writing_us: None, recorded_us }))
    }

    /// Whether leaves of `oldest_us` may still be written; if so, they count as being written from now on.
    pub(crate) fn announce(&self, oldest_us: i64) -> bool {
        self.change(|known| {
            let fits = oldest_us >= known.leaves_us.max(known.recorded_us).saturating_sub(LEAF_AGE_US_MAX);
            if fits {
                known.writing_us = Some(known.writing_us.map_or(oldest_us, |writing| writing.min(oldest_us)));
            }
            fits
        })
    }

    /// Nothing is being written any more.
    pub(crate) fn withdraw(&self) {
        self.change(|known| known.writing_us = None);
    }

    /// Leaves of at most `latest_us` are about to be appended.
    pub(crate) fn note(&self, latest_us: i64) {
        self.change(|known| known.leaves_us = known.leaves_us.max(latest_us));
    }

    /// The time of a checkpoint over leaves that had been appended by the time of this call and after `now_us`.
    pub(crate) fn record(&self, now_us: i64) -> i64 {
        self.change(|known| {
            let latest = known.writing_us.map_or(i64::MAX, |writing| writing.saturating_add(LEAF_AGE_US_MAX));
            known.recorded_us = now_us.min(latest).max(known.leaves_us).max(known.recorded_us);
            known.recorded_us
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_never_earlier_than_its_leaves_nor_much_later_than_those_being_written() {
        let dates = Dates::new(1_000);
        assert!(dates.announce(2_000));
        dates.note(2_000);
        dates.withdraw();
        assert_eq!(dates.record(1_500), 2_000, "the clock was set back");
        assert!(dates.announce(3_000));
        assert_eq!(dates.record(i64::MAX), 3_000 + LEAF_AGE_US_MAX, "the write hangs");
        dates.note(3_000);
        dates.withdraw();
        assert_eq!(dates.record(4_000), 3_000 + LEAF_AGE_US_MAX, "times never decrease");
        assert!(!dates.announce(2_999), "it waited too long");
        assert!(dates.announce(3_000));
    }
}

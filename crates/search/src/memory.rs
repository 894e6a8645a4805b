//! What all questions of a log may hold in memory at once.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// What a question may hold without asking: so little that even all possible questions together do not matter.
pub(crate) const FREE_BYTES: usize = 1 << 20;

/// How often a question that waits looks whether its time is over.
const LOOK: Duration = Duration::from_millis(20);

/// The memory that the questions of a log share. Each question says once, before it begins, how much it will hold at most, and
/// waits for its turn if that is not free. Two thirds are set aside for large questions, so that small ones do not wait for them.
pub struct Memory {
    small: Lane,
    large: Lane,
}

/// Memory that is handed out first come, first served, so that large questions are not passed over for ever.
struct Lane {
    bytes_max: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    held: usize,
    most: usize,
    /// How many came, and how many of them were served or gave up.
    came: u64,
    next: u64,
    /// Those that gave up out of turn.
    gone: std::collections::BTreeSet<u64>,
}

impl State {
    /// Lets the next one come forward.
    fn pass(&mut self, ticket: u64) {
        self.gone.insert(ticket);
        while self.gone.remove(&self.next) {
            self.next += 1;
        }
    }
}

/// Memory that a question may use; given back when dropped.
#[must_use = "it is given back when dropped"]
pub(crate) struct Held<'m> {
    lane: &'m Lane,
    bytes: usize,
}

impl Memory {
    /// Makes a budget of so many bytes.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        let small = bytes_max / 3;
        Self { small: Lane::new(small), large: Lane::new(bytes_max - small) }
    }

    /// The most bytes that were held at once so far; may be somewhat too high.
    #[must_use]
    pub fn most(&self) -> usize {
        [&self.small, &self.large].map(Lane::most).iter().sum()
    }

    /// Waits for this many bytes, or for all that large questions may have if that is less; `None` once `over` says so.
    pub(crate) fn take(&self, bytes: usize, over: &(dyn Fn() -> bool + Sync)) -> Option<Held<'_>> {
        // Small enough that at least two fit at once.
        let lane = if bytes <= self.small.bytes_max / 2 { &self.small } else { &self.large };
        lane.take(bytes, over)
    }
}

impl Lane {
    fn new(bytes_max: usize) -> Self {
        Self { bytes_max, state: Mutex::default(), changed: Condvar::new() }
    }

    fn most(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).most
    }

    /// Waits for this many bytes, or for all there are if that is less; `None` once `over` says so.
    fn take(&self, bytes: usize, over: &(dyn Fn() -> bool + Sync)) -> Option<Held<'_>> {
        let bytes = bytes.min(self.bytes_max);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let ticket = state.came;
        state.came += 1;
        while state.next != ticket || state.held + bytes > self.bytes_max {
            if over() {
                state.pass(ticket);
                self.changed.notify_all();
                return None;
            }
            (state, _) = self.changed.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner);
        }
        state.held += bytes;
        state.most = state.most.max(state.held);
        state.pass(ticket);
        self.changed.notify_all();
        Some(Held { lane: self, bytes })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.lane.state.lock().unwrap_or_else(PoisonError::into_inner).held -= self.bytes;
        self.lane.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn whoever_finds_no_room_waits_for_it_or_gives_up() {
        let memory = Lane::new(100);
        let held = memory.take(60, &|| false).unwrap();
        assert!(memory.take(41, &|| true).is_none());
        let more = memory.take(40, &|| true).unwrap();
        assert!(memory.take(1, &|| true).is_none());
        drop(held);
        // A request for more than there is gets everything.
        assert!(memory.take(1_000, &|| true).is_none());
        drop(more);
        assert_eq!(memory.take(1_000, &|| true).unwrap().bytes, 100);
        assert_eq!(memory.most(), 100);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test may panic where it gets no thread")]
    fn who_came_first_goes_first_and_who_gives_up_holds_up_nobody() {
        let memory = Lane::new(100);
        let held = memory.take(60, &|| false).unwrap();
        let gives_up = AtomicBool::new(false);
        let looked = AtomicUsize::new(0);
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            let wait_for = |waiting: u64| {
                while memory.state.lock().unwrap().came < waiting {
                    std::thread::yield_now();
                }
            };
            let large = scope.spawn(|| memory.take(80, &|| gives_up.load(Ordering::SeqCst)).is_some());
            wait_for(2);
            let small = scope.spawn(|| {
                let held = memory.take(10, &|| {
                    looked.fetch_add(1, Ordering::SeqCst);
                    false
                });
                order.lock().unwrap().push("small");
                held.is_some()
            });
            while looked.load(Ordering::SeqCst) < 2 {
                std::thread::yield_now();
            }
            assert!(order.lock().unwrap().is_empty(), "there is room for the small one, but it came later");
            gives_up.store(true, Ordering::SeqCst);
            assert!(!large.join().unwrap());
            assert!(small.join().unwrap());
        });
        drop(held);
        assert_eq!(memory.state.lock().unwrap().held, 0);
    }

    #[test]
    fn small_ones_do_not_wait_for_large_ones() {
        let memory = Memory::new(150);
        let large = memory.take(1_000, &|| true).unwrap();
        assert_eq!(large.bytes, 100);
        assert!(memory.take(26, &|| true).is_none(), "that is a large one");
        let small = memory.take(25, &|| true).unwrap();
        let other = memory.take(25, &|| true).unwrap();
        assert!(memory.take(1, &|| true).is_none());
        drop((small, other, large));
        assert_eq!(memory.most(), 150);
    }
}

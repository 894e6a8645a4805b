//! Open connections: how many there may be, and which of them give way to new ones.
//!
//! A connection is idle while it has no request under way; a feed or an export is one until its last byte. Idle ones end by
//! themselves after a while; if a new connection needs a place, those that were idle longest are told to end. One whose next request
//! has begun by then stays, and answers it. If all are busy, the new one is refused.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Connections served at once, however many files the system allows. Each costs some 20 KiB.
const CONNECTIONS_MAX: usize = 16_384;

/// Fewer would serve nobody: one console opens six.
const CONNECTIONS_MIN: usize = 32;

/// Connections above the number served, for those that are being told to end or to come back later.
pub(crate) const SPARE: usize = 16;

/// Open files beside segments and connections: journal files and their reserve, three of the vault, one for each level of the
/// tree, checkpoints, mark and lock, files that sealing and joining write and read back, the port, and the runtime's own.
const FIXED_FILES: u64 = 64;

/// Files open for a segment: lines, disclosures, index.
const SEGMENT_FILES: u64 = 3;

/// Segments that may be added before others are closed: sealing and joining open the new one first.
const SEGMENTS_TO_COME: u64 = 16;

/// The fewest files a process must be allowed to have open to serve a log.
pub const OPEN_FILES_MIN: u64 = FIXED_FILES + SEGMENT_FILES * SEGMENTS_TO_COME + (CONNECTIONS_MIN + SPARE) as u64;

const _: () = assert!(OPEN_FILES_MIN <= 256, "what the smallest systems allow without being asked");
const _: () = assert!(CONNECTIONS_MIN < CONNECTIONS_MAX);

/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Looks without a request after which a connection ends: a minute, longer than browsers and clients pause between two.
const IDLE_LOOKS: u32 = 12;

/// The same for a connection that never had a request: as long as the head of one may take.
const SILENT_LOOKS: u32 = 2;

/// How long a connection that was told to end may take to send what it still has to, and a request that has come in part to come
/// whole.
pub(crate) const LEAVE: Duration = Duration::from_secs(1);

/// One connection in this many gives way at a time, since finding them means looking at all.
const GIVE_WAY_SHARE: usize = 64;

/// How many connections may be served where the process may have so many files open and the log has so many segments.
pub(crate) fn connections_max(open_files: u64, segments: usize) -> usize {
    let log = FIXED_FILES + SEGMENT_FILES * (segments as u64 + SEGMENTS_TO_COME);
    let left = open_files.saturating_sub(log + SPARE as u64);
    usize::try_from(left).unwrap_or(usize::MAX).clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)
}

/// All that are open.
#[derive(Default)]
pub(crate) struct Connections {
    open: Mutex<HashMap<u64, Arc<State>>>,
    /// Counts up with each new connection and each beginning and end of a request.
    steps: AtomicU64,
    /// Told when one has gone, or will not.
    changed: Notify,
}

/// What is known of one.
#[derive(Default)]
struct State {
    /// Requests under way.
    requests: AtomicU32,
    /// The step at which it was opened, or its last request began or ended.
    step: AtomicU64,
    /// When the first bytes since the last request came.
    heard: Mutex<Option<Instant>>,
    /// Whether it was told to end, and has not said that it stays.
    told: AtomicBool,
    tell: Notify,
}

impl State {
    fn heard(&self) -> MutexGuard<'_, Option<Instant>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self) -> bool {
        self.requests.load(Ordering::Acquire) == 0
    }
}

impl Connections {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Registers a connection, until the returned place is dropped; `None` where there are `at_most` already.
    pub(crate) fn enter(self: &Arc<Self>, at_most: usize) -> Option<Place> {
        let mut open = self.lock();
        if open.len() >= at_most {
            return None;
        }
        let number = self.next();
        let state = Arc::new(State { step: AtomicU64::new(number), ..State::default() });
        open.insert(number, Arc::clone(&state));
        Some(Place { of: Arc::clone(self), number, state })
    }

    /// Tells the connections that were idle longest to end: `places` of them and some more. Returns how many are about to: a
    /// connection that was told and has a request again is not. Cost: a look at each.
    pub(crate) fn give_way(&self, places: usize) -> usize {
        let open = self.lock();
        let is_told = |state: &&Arc<State>| state.told.load(Ordering::Acquire);
        // Each step is read once: it may change while they are ordered.
        let idle = open.values().filter(|state| state.is_idle());
        let (told, idle): (Vec<_>, Vec<_>) = idle.partition(is_told);
        let mut idle: Vec<_> = idle.into_iter().map(|state| (state.step.load(Ordering::Relaxed), state)).collect();
        let wanted = (places + open.len() / GIVE_WAY_SHARE).saturating_sub(told.len()).min(idle.len());
        if wanted > 0 && wanted < idle.len() {
            idle.select_nth_unstable_by_key(wanted, |(step, _)| *step);
        }
        for (_, state) in idle.iter().take(wanted) {
            state.told.store(true, Ordering::Release);
            state.tell.notify_one();
        }
        told.len() + wanted
    }

    /// Ready once a connection has gone, or one that was told to end stays. Each change wakes one of those who wait, who tells
    /// the next when it has looked ([`Self::pass_on`]): all at once would look at every connection for nothing.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Wakes the next of those who wait for a change.
    pub(crate) fn pass_on(&self) {
        self.changed.notify_one();
    }

    /// How many have sent part of a request.
    #[cfg(test)]
    pub(crate) fn heard(&self) -> usize {
        self.lock().values().filter(|state| state.heard().is_some()).count()
    }

    fn next(&self) -> u64 {
        self.steps.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<State>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection.
pub(crate) struct Place {
    of: Arc<Connections>,
    number: u64,
    state: Arc<State>,
}

/// Where a connection notes that bytes came.
pub(crate) struct Heard(Arc<State>);

impl Heard {
    pub(crate) fn note(&self) {
        self.0.heard().get_or_insert_with(Instant::now);
    }
}

/// A request under way, until its answer was written or given up.
pub(crate) struct OnItsWay {
    of: Arc<Connections>,
    state: Arc<State>,
}

impl Place {
    /// A function to call when a request on this connection begins.
    pub(crate) fn requests(&self) -> impl Fn() -> OnItsWay + Clone + use<> {
        let of = Arc::clone(&self.of);
        let state = Arc::clone(&self.state);
        move || {
            state.requests.fetch_add(1, Ordering::AcqRel);
            state.step.store(of.next(), Ordering::Relaxed);
            if state.told.load(Ordering::Acquire) {
                // Who waits for its place must not.
                of.changed.notify_one();
            }
            OnItsWay { of: Arc::clone(&of), state: Arc::clone(&state) }
        }
    }

    pub(crate) fn heard(&self) -> Heard {
        Heard(Arc::clone(&self.state))
    }

    /// How long to wait for the rest of a request's head, part of which has come: none where that was long ago, so that half a
    /// head holds no place.
    pub(crate) fn grace(&self) -> Option<Duration> {
        let since = (*self.state.heard())?;
        LEAVE.checked_sub(since.elapsed())
    }

    /// Ready when the connection is to end: it was told to give way, or has been idle for too long. Returns the step it is at.
    pub(crate) async fn is_to_end(&self) -> u64 {
        let mut looks = 0;
        let mut step = self.step();
        loop {
            tokio::select! {
                () = self.state.tell.notified() => return self.step(),
                () = tokio::time::sleep(LOOK) => {}
            }
            let idle = self.state.is_idle() && self.step() == step;
            looks = if idle { looks + 1 } else { 0 };
            step = self.step();
            let looks_max = if step == self.number { SILENT_LOOKS } else { IDLE_LOOKS };
            if looks >= looks_max {
                return step;
            }
        }
    }

    /// Whether the connection that was told to end at this step does: not if a request has begun since. For the task that reads
    /// the connection, and so begins its requests.
    pub(crate) fn leaves(&self, told_at: u64) -> bool {
        let leaves = self.state.is_idle() && self.step() == told_at;
        if !leaves {
            self.state.told.store(false, Ordering::Release);
            self.of.changed.notify_one();
        }
        leaves
    }

    /// Ready when a connection that was told to end has had time enough and has no request under way. Where half a head is all that
    /// came, there is nothing to say.
    pub(crate) async fn has_had_time(&self) {
        if self.state.is_idle() && self.state.heard().is_some() {
            return;
        }
        loop {
            tokio::time::sleep(LEAVE).await;
            if self.state.is_idle() {
                return;
            }
        }
    }

    fn step(&self) -> u64 {
        self.state.step.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.of.lock().remove(&self.number);
        self.of.changed.notify_one();
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        *self.state.heard() = None;
        self.state.step.store(self.of.next(), Ordering::Relaxed);
        self.state.requests.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_idle_longest_give_way_and_busy_ones_never() {
        let connections = Arc::new(Connections::default());
        let places: Vec<Place> = (0..4).map(|_| connections.enter(usize::MAX).unwrap()).collect();
        let busy = places[0].requests()();
        drop(places[1].requests()());
        let gives_way = || places.iter().map(|place| place.state.told.load(Ordering::Relaxed)).collect::<Vec<_>>();
        assert_eq!((connections.give_way(1), gives_way()), (1, vec![false, false, true, false]));
        assert_eq!(
            (connections.give_way(1), gives_way()),
            (1, vec![false, false, true, false]),
            "one is going already"
        );
        assert_eq!((connections.give_way(2), gives_way()), (2, vec![false, false, true, true]));
        assert_eq!((connections.give_way(9), gives_way()), (3, vec![false, true, true, true]));
        drop(busy);
        assert_eq!((connections.give_way(4), gives_way()), (4, vec![true; 4]));
        drop(places);
        assert_eq!((connections.count(), connections.give_way(1)), (0, 0));
    }

    #[test]
    fn one_that_was_told_and_has_a_request_again_is_not_waited_for_and_stays() {
        let connections = Arc::new(Connections::default());
        let place = connections.enter(1).unwrap();
        assert_eq!(connections.give_way(1), 1);
        let told_at = place.step();
        let feed = place.requests()();
        assert_eq!(connections.give_way(1), 0, "it is busy");
        assert!(!place.leaves(told_at));
        drop(feed);
        assert!(!place.leaves(told_at), "it was used since");
        assert_eq!(connections.give_way(1), 1, "and may be told again");
        assert!(place.leaves(place.step()));
        assert!(connections.enter(1).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_never_asks_ends_soon_and_one_that_has_asked_later() {
        let connections = Arc::new(Connections::default());
        let silent = connections.enter(usize::MAX).unwrap();
        let asked = connections.enter(usize::MAX).unwrap();
        let begun = tokio::time::Instant::now();
        silent.is_to_end().await;
        assert!((LOOK * SILENT_LOOKS..LOOK * (SILENT_LOOKS + 1)).contains(&begun.elapsed()));
        let request = asked.requests()();
        assert!(tokio::time::timeout(LOOK * 100, asked.is_to_end()).await.is_err(), "a request is on its way");
        drop(request);
        let ended = tokio::time::Instant::now();
        asked.is_to_end().await;
        assert!((LOOK * IDLE_LOOKS..=LOOK * (IDLE_LOOKS + 1)).contains(&ended.elapsed()));
    }

    #[test]
    fn the_log_keeps_files_for_itself() {
        assert_eq!(connections_max(OPEN_FILES_MIN, 0), CONNECTIONS_MIN);
        assert_eq!(connections_max(256, 0), 256 - 64 - 48 - SPARE);
        assert_eq!(connections_max(1_024, 100), 1_024 - 64 - 348 - SPARE);
        assert_eq!(connections_max(u64::MAX, 1_000), CONNECTIONS_MAX);
        assert_eq!(connections_max(1, 1_000_000), CONNECTIONS_MIN);
    }
}

//! What requests hold in memory at once: one budget of bytes for all bodies and decoders, one for admission.
//!
//! A body takes bytes of the budget as it arrives or comes out of its decoder, never in advance for the length it claims. If the
//! budget is used up the body is refused (503) rather than left to wait, so that bodies that have nearly arrived can finish. Some
//! bytes are kept for small bodies alone.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// All request bodies at once, as received and decompressed, with what their decoders hold: seven of the largest, and small
/// ones beside them.
pub(crate) const BODIES_BYTES_MAX: usize = 128 << 20;

/// The part of these bytes that only small bodies may take.
const SMALL_KEPT_BYTES: usize = 16 << 20;

/// Most bytes of a small body: some hundred events.
const SMALL_BODY_BYTES: usize = 64 << 10;

/// What admission may hold at once, of large bodies and of small ones: lines, rows and records, until they are durable.
const ADMISSION_BYTES_MAX: [usize; 2] = [256 << 20, 32 << 20];

/// Memory of admission for each byte of a body: texts as parsed, in the line, in the row and in disclosures. Measured:
/// docs/limits.md.
const ADMISSION_BYTES_PER_BYTE: usize = 4;

/// Memory of admission for an event beside its texts: parsed members, row, receipt.
const ADMISSION_BYTES_PER_EVENT: usize = 3 << 10;

/// Bodies decompressed at once: more would only wait for a processor, and each has a window of its own.
const DECODERS_MAX: usize = 4;

/// How long a body that has arrived may wait for its turn.
const TURN: Duration = Duration::from_secs(10);

/// Bytes that one permit of the admission stands for: permits are counted in 32 bits.
const PERMIT_BYTES: usize = 1 << 10;

/// Least number of bytes that a body's memory grows by.
const GROWTH_BYTES_MIN: usize = 4 << 10;

const _: () = assert!(BODIES_BYTES_MAX - SMALL_KEPT_BYTES >= 4 * BATCH_BYTES_MAX, "several of the largest at once");
const _: () = assert!(
    ADMISSION_BYTES_MAX[0] >= admission_bytes(BATCH_BYTES_MAX, BATCH_EVENTS_MAX)
        && ADMISSION_BYTES_MAX[1] >= admission_bytes(SMALL_BODY_BYTES, BATCH_EVENTS_MAX),
    "the largest can be admitted"
);
const _: () = assert!(SMALL_KEPT_BYTES >= 64 * SMALL_BODY_BYTES && SMALL_BODY_BYTES < BATCH_BYTES_MAX);

/// The budget of all requests of a server.
#[derive(Clone)]
pub(crate) struct Budget(Arc<Inner>);

struct Inner {
    held: AtomicUsize,
    decoders: Arc<Semaphore>,
    /// For large bodies, and for small ones.
    admission: [Arc<Semaphore>; 2],
}

impl Default for Budget {
    fn default() -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        let admission = ADMISSION_BYTES_MAX.map(|bytes| semaphore(bytes / PERMIT_BYTES));
        Self(Arc::new(Inner { held: AtomicUsize::new(0), decoders: semaphore(DECODERS_MAX), admission }))
    }
}

impl Budget {
    /// An empty body, to be gathered.
    pub(crate) fn gather(&self) -> Gathered {
        Gathered { bytes: Vec::new(), held: Held { budget: self.clone(), bytes: 0 } }
    }

    /// Bytes for something that is not a body.
    ///
    /// # Errors
    /// 503 where there are none.
    pub(crate) fn hold(&self, bytes: usize) -> Result<Held, Problem> {
        let mut held = Held { budget: self.clone(), bytes: 0 };
        held.grow(bytes)?;
        Ok(held)
    }

    /// Waits for a decoder.
    ///
    /// # Errors
    /// 503 where none comes free in time.
    pub(crate) async fn decoder(&self) -> Result<OwnedSemaphorePermit, Problem> {
        self.turn(&self.0.decoders, 1).await
    }

    /// Waits until a body of this many bytes and events may be admitted; first come, first served.
    ///
    /// # Errors
    /// 503 where its turn does not come in time.
    pub(crate) async fn admission(&self, bytes: usize, events: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let [large, small] = &self.0.admission;
        let lane = if bytes <= SMALL_BODY_BYTES { small } else { large };
        let permits = admission_bytes(bytes, events).div_ceil(PERMIT_BYTES);
        self.turn(lane, u32::try_from(permits).unwrap_or(u32::MAX)).await
    }

    /// What bodies and decoders hold.
    pub(crate) fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }

    /// Bytes reserved by admissions that run.
    pub(crate) fn admitting(&self) -> usize {
        let free: usize = self.0.admission.iter().map(|lane| lane.available_permits() * PERMIT_BYTES).sum();
        ADMISSION_BYTES_MAX.iter().sum::<usize>().saturating_sub(free)
    }

    async fn turn(&self, of: &Arc<Semaphore>, permits: u32) -> Result<OwnedSemaphorePermit, Problem> {
        match tokio::time::timeout(TURN, Arc::clone(of).acquire_many_owned(permits)).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(Problem::too_much_held()),
        }
    }
}

/// What admission holds for a body of so many bytes and events.
const fn admission_bytes(bytes: usize, events: usize) -> usize {
    bytes * ADMISSION_BYTES_PER_BYTE + events * ADMISSION_BYTES_PER_EVENT
}

/// Bytes of the budget; given back when dropped.
pub(crate) struct Held {
    budget: Budget,
    bytes: usize,
}

impl Held {
    /// Grows to `to` bytes.
    fn grow(&mut self, to: usize) -> Result<(), Problem> {
        let more = to.saturating_sub(self.bytes);
        let max = if to <= SMALL_BODY_BYTES { BODIES_BYTES_MAX } else { BODIES_BYTES_MAX - SMALL_KEPT_BYTES };
        let take = |held: usize| held.checked_add(more).filter(|held| *held <= max);
        let taken = self.budget.0.held.fetch_update(Ordering::AcqRel, Ordering::Relaxed, take);
        taken.map_err(|_| Problem::too_much_held())?;
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.0.held.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// A body, or as much of it as has come; at most [`BATCH_BYTES_MAX`] bytes.
pub(crate) struct Gathered {
    bytes: Vec<u8>,
    held: Held,
}

/// Why a body takes no more.
#[derive(Debug)]
pub(crate) enum Excess {
    /// The body is too large.
    TooLarge,
    /// The budget has nothing left.
    NothingLeft(Problem),
}

impl Gathered {
    /// Appends what came next. Cost: a copy; memory doubles where it must grow.
    pub(crate) fn append(&mut self, more: &[u8]) -> Result<(), Excess> {
        let len = self.bytes.len() + more.len();
        if len > BATCH_BYTES_MAX {
            return Err(Excess::TooLarge);
        }
        if len > self.bytes.capacity() {
            let capacity = len.max(self.bytes.capacity() * 2).clamp(GROWTH_BYTES_MIN, BATCH_BYTES_MAX);
            self.held.grow(capacity).map_err(Excess::NothingLeft)?;
            self.bytes.reserve_exact(capacity - self.bytes.len());
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    /// The budget that its bytes are taken from.
    pub(crate) fn budget(&self) -> &Budget {
        &self.held.budget
    }
}

impl Deref for Gathered {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(budget: &Budget, bytes: usize) -> Result<Gathered, Excess> {
        let mut gathered = budget.gather();
        for piece in vec![7; bytes].chunks(1 << 14) {
            gathered.append(piece)?;
        }
        Ok(gathered)
    }

    #[test]
    fn large_bodies_share_what_there_is_and_small_ones_still_find_room() {
        let budget = Budget::default();
        let large: Vec<Gathered> = std::iter::from_fn(|| filled(&budget, BATCH_BYTES_MAX).ok()).collect();
        assert_eq!(large.len(), (BODIES_BYTES_MAX - SMALL_KEPT_BYTES) / BATCH_BYTES_MAX);
        assert!(matches!(filled(&budget, 1 << 20), Err(Excess::NothingLeft(_))));
        let small: Vec<Gathered> = std::iter::from_fn(|| filled(&budget, SMALL_BODY_BYTES).ok()).collect();
        assert!(small.len() * SMALL_BODY_BYTES >= SMALL_KEPT_BYTES);
        assert!(budget.held() <= BODIES_BYTES_MAX);
        drop((large, small));
        assert_eq!(budget.held(), 0, "all of it is given back");
        assert!(matches!(filled(&budget, BATCH_BYTES_MAX + 1), Err(Excess::TooLarge)));
    }

    #[tokio::test(start_paused = true)]
    async fn admission_waits_for_its_turn_and_small_bodies_do_not_wait_for_large_ones() {
        let budget = Budget::default();
        let mut turns = Vec::new();
        while let Ok(turn) = budget.admission(BATCH_BYTES_MAX, BATCH_EVENTS_MAX).await {
            turns.push(turn);
        }
        assert_eq!(turns.len(), ADMISSION_BYTES_MAX[0] / admission_bytes(BATCH_BYTES_MAX, BATCH_EVENTS_MAX));
        assert!(budget.admission(SMALL_BODY_BYTES, 100).await.is_ok());
        turns.pop();
        assert!(budget.admission(BATCH_BYTES_MAX, BATCH_EVENTS_MAX).await.is_ok());
        drop(turns);
        assert_eq!(budget.admitting(), 0);
    }
}

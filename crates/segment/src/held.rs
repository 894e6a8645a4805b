//! Comparing lines with the tree before they are handed out, so that a line changed on the disk is never shown as sound.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use proof::Digest;

/// The tree's digests of leaves, as a ledger has them.
pub trait LeafDigests: Send + Sync {
    /// Returns the digests of `count` leaves from `first` on. Cost: one read.
    ///
    /// # Errors
    /// What reading answers, also where the tree has not so many.
    fn digests(&self, first: u64, count: usize) -> Result<Vec<Digest>, Box<dyn std::error::Error + Send + Sync>>;
}

/// What is known of the lines of one frame in memory. Each is hashed once, when it is first handed out.
#[derive(Default)]
pub(crate) struct Held {
    digests: OnceLock<Box<[Digest]>>,
    sound: OnceLock<Box<[AtomicBool]>>,
}

impl Held {
    /// Memory a line, once any line of its frame was asked for.
    pub(crate) const LINE_BYTES: usize = size_of::<Digest>() + 1;

    /// Returns whether line `nth` of `count` is the one in the tree; `read` gives the digests of all.
    pub(crate) fn fits<E>(
        &self,
        nth: usize,
        count: usize,
        line: &[u8],
        read: impl FnOnce() -> Result<Vec<Digest>, E>,
    ) -> Result<bool, E> {
        let sound = self.sound.get_or_init(|| (0..count).map(|_| AtomicBool::new(false)).collect());
        let Some(known) = sound.get(nth) else { return Ok(false) };
        if known.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let digests = match self.digests.get() {
            Some(digests) => digests,
            None => {
                let read = read()?.into_boxed_slice();
                self.digests.get_or_init(|| read)
            }
        };
        let fits = digests.get(nth).is_some_and(|digest| Digest::of(line) == *digest);
        known.store(fits, Ordering::Relaxed);
        Ok(fits)
    }
}

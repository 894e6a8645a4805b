//! Reading digests one after the other without a read for each.

use crate::{Ledger, ReadError};
use proof::{Digest, LeafIndex};
use std::cell::RefCell;

/// Digests read at once: a page of 4 KiB times sixteen.
const AHEAD: u64 = 2_048;

/// Hands out digests by leaf; fast where they are asked for in order. For one thread. Memory: 64 KiB.
pub struct DigestsAhead<'l> {
    ledger: &'l Ledger,
    read: RefCell<(u64, Vec<Digest>)>,
}

impl<'l> DigestsAhead<'l> {
    /// Of the leaves that `ledger` has.
    #[must_use]
    pub fn new(ledger: &'l Ledger) -> Self {
        Self { ledger, read: RefCell::new((0, Vec::new())) }
    }

    /// The digest of a leaf. Cost: a read for every two thousand in order.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn get(&self, leaf: u64) -> Result<Digest, ReadError> {
        let mut read = self.read.borrow_mut();
        let known = |(first, digests): &(u64, Vec<Digest>)| {
            let at = usize::try_from(leaf.checked_sub(*first)?).ok()?;
            digests.get(at).copied()
        };
        if let Some(digest) = known(&read) {
            return Ok(digest);
        }
        let count = self.ledger.size().0.saturating_sub(leaf).clamp(1, AHEAD) as usize;
        *read = (leaf, self.ledger.digests(LeafIndex(leaf), count)?);
        known(&read).ok_or(ReadError::Beyond { level: 0, index: leaf })
    }
}

//! Reading digests one after the other without a read for each.

use crate::{Ledger, ReadError};
use proof::{Digest, LeafIndex};
use std::cell::RefCell;

/// Digests read at once: a page of 4 KiB times sixteen.
const AHEAD: u64 = 2_048;

/// Reads so many digests from a leaf on, at least one.
type Read<'a, E> = dyn Fn(u64, usize) -> Result<Vec<Digest>, E> + 'a;

/// Hands out digests by leaf; fast where they are asked for in order. For one thread. Memory: 64 KiB.
pub struct DigestsAhead<'a, E = ReadError> {
    read: Box<Read<'a, E>>,
    kept: RefCell<(u64, Vec<Digest>)>,
}

impl<'l> DigestsAhead<'l> {
    /// For the leaves of `ledger`.
    #[must_use]
    pub fn new(ledger: &'l Ledger) -> Self {
        Self::reading(|| ledger.size().0, |first, count| ledger.digests(LeafIndex(first), count))
    }
}

impl<'a, E> DigestsAhead<'a, E> {
    /// For the leaves below `size`, by a function that reads a number of digests from a leaf on. For leaves beyond `size` it is
    /// asked for one digest, and its answer is passed on.
    #[must_use]
    pub fn reading(size: impl Fn() -> u64 + 'a, read: impl Fn(u64, usize) -> Result<Vec<Digest>, E> + 'a) -> Self {
        let read = move |first, most: usize| {
            let count = size().saturating_sub(first).clamp(1, most as u64);
            read(first, count as usize)
        };
        Self { read: Box::new(read), kept: RefCell::default() }
    }

    /// The digest of a leaf. Cost: a read for every two thousand in order.
    ///
    /// # Errors
    /// What reading answers.
    pub fn get(&self, leaf: u64) -> Result<Digest, E> {
        let mut kept = self.kept.borrow_mut();
        let known = |(first, digests): &(u64, Vec<Digest>)| {
            let at = usize::try_from(leaf.checked_sub(*first)?).ok()?;
            digests.get(at).copied()
        };
        if let Some(digest) = known(&kept) {
            return Ok(digest);
        }
        *kept = (leaf, (self.read)(leaf, AHEAD as usize)?);
        Ok(known(&kept).unwrap_or_else(|| panic!("whoever reads digests reads at least one")))
    }
}

//! How often values occur, held as compactly as they can be walked.

use crate::error::QuestionError;

/// Values, each with how often it occurs, ascending by value. The bytes of all values lie in one place, so that a value takes
/// its own length and twelve bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    values: Vec<u8>,
    /// Where each value ends in `values`.
    ends: Vec<u32>,
    counts: Vec<u64>,
}

impl Counts {
    /// Memory of a value beside its own bytes.
    pub const VALUE_BYTES: usize = size_of::<u32>() + size_of::<u64>();

    /// Appends a value, larger than those before.
    ///
    /// # Errors
    /// `TooMany` where all of them would take more than `bytes_max` bytes.
    pub fn push(&mut self, value: &[u8], count: u64, bytes_max: usize) -> Result<(), QuestionError> {
        let end = u32::try_from(self.values.len() + value.len()).map_err(|_| QuestionError::TooMany)?;
        if self.bytes() + value.len() + Self::VALUE_BYTES > bytes_max {
            return Err(QuestionError::TooMany);
        }
        grow(&mut self.values, value.len(), bytes_max);
        grow(&mut self.ends, 1, bytes_max / Self::VALUE_BYTES);
        grow(&mut self.counts, 1, bytes_max / Self::VALUE_BYTES);
        self.values.extend_from_slice(value);
        self.ends.push(end);
        self.counts.push(count);
        Ok(())
    }

    /// Returns both, the counts of equal values added. Cost: one pass over both.
    ///
    /// # Errors
    /// As [`Counts::push`].
    pub fn merged(&self, other: &Self, bytes_max: usize) -> Result<Self, QuestionError> {
        let bytes = self.values.len() + other.values.len();
        let values = self.len() + other.len();
        let mut all = Self {
            values: Vec::with_capacity(bytes.min(bytes_max)),
            ends: Vec::with_capacity(values.min(bytes_max / Self::VALUE_BYTES)),
            counts: Vec::with_capacity(values.min(bytes_max / Self::VALUE_BYTES)),
        };
        let mut others = other.iter().peekable();
        for (value, mut count) in self.iter() {
            while let Some((value, count)) = others.next_if(|(other, _)| *other < value) {
                all.push(value, count, bytes_max)?;
            }
            count += others.next_if(|(other, _)| *other == value).map_or(0, |(_, count)| count);
            all.push(value, count, bytes_max)?;
        }
        others.try_for_each(|(value, count)| all.push(value, count, bytes_max))?;
        Ok(all)
    }

    /// Each value with its count, ascending by value.
    #[inline]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], u64)> + Clone {
        self.counts.iter().enumerate().map(|(nth, count)| (self.value(nth).unwrap_or_default(), *count))
    }

    /// Returns how many values there are.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Returns whether there is no value.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Memory they take, in bytes.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.values.len() + self.counts.len() * Self::VALUE_BYTES
    }

    #[inline]
    fn value(&self, nth: usize) -> Option<&[u8]> {
        let start = nth.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.values.get(start as usize..*self.ends.get(nth)? as usize)
    }
}

/// From this size on, a vector gets all the room it may ever need. Room takes no memory until it is written to, while each vector
/// that was too small leaves freed memory behind, which the allocator keeps for a while.
const LARGE_BYTES: usize = 64 << 10;

/// A larger bound means that there is none.
const MOST_MAX: usize = 1 << 32;

/// Makes room for `more` items. `most`: how many there can ever be, if that is known.
pub(crate) fn grow<T>(vec: &mut Vec<T>, more: usize, most: usize) {
    if vec.capacity() - vec.len() < more {
        let is_large = vec.len() * size_of::<T>() >= LARGE_BYTES;
        let room = if is_large && most <= MOST_MAX { most.saturating_sub(vec.len()) } else { vec.len() };
        vec.reserve_exact(room.max(more).max(16));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, u64)]) -> Counts {
        let mut counts = Counts::default();
        of.iter().for_each(|(value, count)| counts.push(value.as_bytes(), *count, usize::MAX).unwrap());
        counts
    }

    #[test]
    fn merging_adds_what_is_equal_and_keeps_the_order() {
        let a = counts(&[("a", 1), ("c", 2), ("d", 3)]);
        let b = counts(&[("", 9), ("b", 4), ("c", 5), ("e", 6)]);
        let both = counts(&[("", 9), ("a", 1), ("b", 4), ("c", 7), ("d", 3), ("e", 6)]);
        assert_eq!(a.merged(&b, usize::MAX).unwrap(), both);
        assert_eq!(b.merged(&a, both.bytes()).unwrap(), both);
        assert!(matches!(b.merged(&a, both.bytes() - 1), Err(QuestionError::TooMany)));
    }

    #[test]
    fn what_is_counted_is_all_that_is_taken_and_vectors_grow_a_few_times() {
        let mut counts = Counts::default();
        let mut rooms = std::collections::BTreeSet::new();
        for n in 0..100_000_u64 {
            counts.push(format!("{n:012}").as_bytes(), n, 1 << 20).unwrap_or_default();
            rooms.insert(counts.values.capacity());
        }
        assert!(counts.bytes() <= 1 << 20 && counts.bytes() > (1 << 20) - 24);
        let values = counts.values.capacity();
        let others = counts.ends.capacity().max(counts.counts.capacity());
        assert!(values <= 1 << 20 && others * Counts::VALUE_BYTES <= 1 << 20, "{values} bytes, {others} values");
        assert!(rooms.iter().rev().take(2).sum::<usize>() < (1 << 20) + 4 * LARGE_BYTES, "{rooms:?}");
    }
}

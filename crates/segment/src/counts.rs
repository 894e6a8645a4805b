//! How often values occur, held as compactly as they can be walked.

use crate::part::PartError;

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
    pub fn push(&mut self, value: &[u8], count: u64, bytes_max: usize) -> Result<(), PartError> {
        let end = u32::try_from(self.values.len() + value.len()).map_err(|_| PartError::TooMany)?;
        if self.bytes() + value.len() + Self::VALUE_BYTES > bytes_max {
            return Err(PartError::TooMany);
        }
        grow(&mut self.values, value.len());
        grow(&mut self.ends, 1);
        grow(&mut self.counts, 1);
        self.values.extend_from_slice(value);
        self.ends.push(end);
        self.counts.push(count);
        Ok(())
    }

    /// Returns both, the counts of equal values added. Cost: one pass over both.
    ///
    /// # Errors
    /// As [`Counts::push`].
    pub fn merged(&self, other: &Self, bytes_max: usize) -> Result<Self, PartError> {
        let (mut all, mut others) = (Self::default(), other.iter().peekable());
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
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], u64)> + Clone {
        self.counts.iter().enumerate().map(|(nth, count)| (self.value(nth).unwrap_or_default(), *count))
    }

    /// Returns how many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Returns whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Memory they take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.values.len() + self.counts.len() * Self::VALUE_BYTES
    }

    fn value(&self, nth: usize) -> Option<&[u8]> {
        let start = nth.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.values.get(start as usize..*self.ends.get(nth)? as usize)
    }
}

/// Room for so many more, a quarter ahead: a vector that doubles would take twice what is counted.
pub(crate) fn grow<T>(vec: &mut Vec<T>, more: usize) {
    if vec.capacity() - vec.len() < more {
        vec.reserve_exact(more.max(vec.len() / 4).max(16));
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
        let (a, b) = (counts(&[("a", 1), ("c", 2), ("d", 3)]), counts(&[("", 9), ("b", 4), ("c", 5), ("e", 6)]));
        let both = counts(&[("", 9), ("a", 1), ("b", 4), ("c", 7), ("d", 3), ("e", 6)]);
        assert_eq!(a.merged(&b, usize::MAX).unwrap(), both);
        assert_eq!(b.merged(&a, both.bytes()).unwrap(), both);
        assert!(matches!(b.merged(&a, both.bytes() - 1), Err(PartError::TooMany)));
    }

    #[test]
    fn what_is_counted_is_what_is_taken_within_a_quarter() {
        let mut counts = Counts::default();
        for n in 0..100_000_u64 {
            counts.push(format!("{n:012}").as_bytes(), n, 1 << 20).unwrap_or_default();
        }
        assert!(counts.bytes() <= 1 << 20 && counts.bytes() > (1 << 20) - 24);
        let taken = counts.values.capacity() + counts.ends.capacity() * 4 + counts.counts.capacity() * 8;
        assert!(taken <= counts.bytes() / 4 * 5 + 1_024, "{taken} for {}", counts.bytes());
    }
}

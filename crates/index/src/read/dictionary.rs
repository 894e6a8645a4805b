use crate::bytes::{Bytes, take};
use crate::sets::SetRef;

/// Sorted values, each with its row set.
#[derive(Clone, Copy, Default)]
pub(crate) struct Dictionary<'b> {
    count: usize,
    ends: Bytes<'b>,
    sets: Bytes<'b>,
    values: Bytes<'b>,
}

impl<'b> Dictionary<'b> {
    pub(super) fn parse(section: Bytes<'b>) -> Option<Self> {
        let mut rest = section.behind(8)?;
        let count = section.u32_at(0)? as usize;
        let ends = take(&mut rest, count.checked_mul(4)?)?;
        let sets = take(&mut rest, count.checked_mul(SetRef::BYTES)?)?;
        let values = take(&mut rest, section.u32_at(4)? as usize)?;
        Some(Self { count, ends, sets, values })
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Whether it has the same values in the same places, whatever their rows.
    pub(crate) fn has_the_values_of(&self, other: &Self) -> bool {
        self.count == other.count && self.ends.is_same_as(&other.ends) && self.values.is_same_as(&other.values)
    }

    /// Bytes of all values together.
    pub(crate) fn bytes(&self) -> usize {
        self.values.len()
    }

    /// The value at place `nth` with its rows; `None` is damage (or `nth >= len()`).
    #[inline]
    pub(crate) fn get(&self, nth: usize) -> Option<(&'b [u8], SetRef)> {
        Some((self.value(nth)?, self.set(nth)?))
    }

    /// The rows of `value`. The outer `None` is damage.
    pub(crate) fn find(&self, value: &[u8]) -> Option<Option<SetRef>> {
        let at = self.first_not_below(value)?;
        if at < self.count && self.value(at)? == value {
            return self.set(at).map(Some);
        }
        Some(None)
    }

    /// As [`Dictionary::find`], for a value at place `from` or behind it; also returns the place from which to look for a larger
    /// one. Cost: twice the logarithm of the distance, so that many sorted values are found in one pass.
    pub(crate) fn find_from(&self, value: &[u8], from: usize) -> Option<(usize, Option<SetRef>)> {
        let mut step = 1;
        let mut low = from;
        while low + step <= self.count && self.value(low + step - 1)? < value {
            low += step;
            step *= 2;
        }
        let at = self.first_not_below_in(value, low, (low + step).min(self.count))?;
        let found = at < self.count && self.value(at)? == value;
        Some((at, if found { Some(self.set(at)?) } else { None }))
    }

    /// The place of the first value that is not smaller than `value`. `None` is damage.
    pub(crate) fn first_not_below(&self, value: &[u8]) -> Option<usize> {
        self.first_not_below_in(value, 0, self.count)
    }

    fn first_not_below_in(&self, value: &[u8], mut low: usize, mut high: usize) -> Option<usize> {
        while low < high {
            let middle = low + (high - low) / 2;
            if self.value(middle)? < value {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(low)
    }

    #[inline]
    fn set(&self, nth: usize) -> Option<SetRef> {
        self.sets.array(nth.checked_mul(SetRef::BYTES)?).map(SetRef::from_bytes)
    }

    #[inline]
    fn value(&self, nth: usize) -> Option<&'b [u8]> {
        if nth >= self.count {
            return None;
        }
        let start = if nth == 0 { 0 } else { self.ends.nth_u32(nth - 1)? };
        self.values.get(start as usize..self.ends.nth_u32(nth)? as usize)
    }
}

//! Values that only lines have, as they are read: in the order of leaves, not of values.

use crate::counts::{Counts, grow};
use crate::error::QuestionError;

/// Bytes gathered before they are counted: few beside what is counted, enough that counting is rare.
const CHUNK_BYTES: usize = 2 << 20;

/// Values with their rows. A value takes its own length and twelve bytes a row.
#[derive(Default)]
pub(super) struct Gathered {
    /// Each value behind its length, in four bytes.
    values: Vec<u8>,
    /// Where each value lies, and its row.
    found: Vec<(u32, u32)>,
}

impl Gathered {
    /// Adds a value and its row.
    ///
    /// # Errors
    /// `TooMany` where all of them would take more than `bytes_max` bytes.
    pub(super) fn push(&mut self, value: &[u8], row: u32, bytes_max: usize) -> Result<(), QuestionError> {
        let start = u32::try_from(self.values.len()).map_err(|_| QuestionError::TooMany)?;
        let len = u32::try_from(value.len()).map_err(|_| QuestionError::TooMany)?;
        if self.bytes() + value.len() + 12 > bytes_max {
            return Err(QuestionError::TooMany);
        }
        grow(&mut self.values, value.len() + 4, bytes_max);
        grow(&mut self.found, 1, bytes_max / size_of::<(u32, u32)>());
        self.values.extend_from_slice(&len.to_le_bytes());
        self.values.extend_from_slice(value);
        self.found.push((start, row));
        Ok(())
    }

    /// Puts all in the order of values, then rows.
    pub(super) fn sort(&mut self) {
        let values = &self.values;
        self.found.sort_unstable_by(|a, b| (value(values, a.0), a.1).cmp(&(value(values, b.0), b.1)));
    }

    /// Each value with its places; the second number of a place is the row. To be called once sorted.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&[u8], &[(u32, u32)])> {
        let groups = self.found.chunk_by(|a, b| value(&self.values, a.0) == value(&self.values, b.0));
        groups.map(|group| (group.first().map_or(&[][..], |first| value(&self.values, first.0)), group))
    }

    fn bytes(&self) -> usize {
        self.values.len() + self.found.len() * 8
    }
}

fn value(values: &[u8], start: u32) -> &[u8] {
    let len = crate::bytes::u32_at(values, start as usize).unwrap_or(0) as usize;
    let start = start as usize + 4;
    values.get(start..start + len).unwrap_or_default()
}

/// Counts values that come in any order, in the memory of those that differ.
#[derive(Default)]
pub(super) struct Counting {
    gathered: Gathered,
    counts: Counts,
}

impl Counting {
    /// Adds a value.
    ///
    /// # Errors
    /// `TooMany` where those that differ take more than `bytes_max` bytes.
    pub(super) fn push(&mut self, value: &[u8], bytes_max: usize) -> Result<(), QuestionError> {
        if self.gathered.bytes() >= CHUNK_BYTES {
            self.count(bytes_max)?;
        }
        // One value may be longer than a chunk.
        self.gathered.push(value, 0, usize::MAX)
    }

    /// Everything counted.
    ///
    /// # Errors
    /// As [`Counting::push`].
    pub(super) fn finish(mut self, bytes_max: usize) -> Result<Counts, QuestionError> {
        self.count(bytes_max)?;
        Ok(self.counts)
    }

    fn count(&mut self, bytes_max: usize) -> Result<(), QuestionError> {
        self.gathered.sort();
        let mut more = Counts::default();
        for (value, found) in self.gathered.groups() {
            more.push(value, found.len() as u64, bytes_max)?;
        }
        self.gathered.values.clear();
        self.gathered.found.clear();
        self.counts = if self.counts.is_empty() { more } else { self.counts.merged(&more, bytes_max)? };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_any_order_is_counted_by_value() {
        const VALUES: u64 = 50_000;
        let mut counting = Counting::default();
        for n in 0..VALUES * 4 {
            let value = n.wrapping_mul(7_919) % VALUES;
            counting.push(format!("value {value:06}").as_bytes(), usize::MAX).unwrap();
        }
        let counts = counting.finish(usize::MAX).unwrap();
        let whole = (0..VALUES).map(|n| (format!("value {n:06}").into_bytes(), 4));
        assert!(counts.iter().map(|(value, count)| (value.to_vec(), count)).eq(whole));
    }

    #[test]
    fn only_what_differs_is_too_much() {
        let count = |different: usize| {
            let mut counting = Counting::default();
            (0..400_000).try_for_each(|n| counting.push(format!("{:08}", n % different).as_bytes(), 1 << 20))?;
            counting.finish(1 << 20)
        };
        assert_eq!(count(1_000).unwrap().len(), 1_000);
        assert!(matches!(count(60_000), Err(QuestionError::TooMany)));
    }
}

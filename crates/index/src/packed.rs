//! Numbers packed to the bits they need, with random access. Two shapes: one width for all ([`Bits`]), and blocks of
//! 128 that each have a base and a width ([`Packed`]). See spec/index.md, "Packed numbers".

use super::bytes::{Bytes, take};
use super::format::BLOCK;

/// Appends `values`, `width` bits each, lowest bit first, in whole 64-bit words and one word of zeros more,
/// so that reading a value never runs over the end.
pub(super) fn append_bits(values: impl Iterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    append_words(values, width, out);
    out.extend_from_slice(&[0; 8]);
}

pub(super) fn append_words(values: impl Iterator<Item = u64>, width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let mut word = 0_u128;
    let mut filled = 0;
    for value in values {
        word |= u128::from(value) << filled;
        filled += width;
        if filled >= 64 {
            out.extend_from_slice(&(word as u64).to_le_bytes());
            word >>= 64;
            filled -= 64;
        }
    }
    if filled > 0 {
        out.extend_from_slice(&(word as u64).to_le_bytes());
    }
}

/// Reads what [`append_bits`] wrote.
#[derive(Clone, Copy)]
pub(super) struct Bits<'b> {
    words: Bytes<'b>,
    width: u32,
}

impl<'b> Bits<'b> {
    /// Takes `count` values off the front of `rest`.
    pub(super) fn take(rest: &mut Bytes<'b>, count: usize, width: u32) -> Option<Self> {
        if width > 64 {
            return None;
        }
        let words = count.checked_mul(width as usize)?.div_ceil(64) + 1;
        Some(Self { words: take(rest, words.checked_mul(8)?)?, width })
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<u64> {
        if self.width == 0 {
            return Some(0);
        }
        let bit = at.checked_mul(self.width as usize)?;
        Some(value_in(self.words.array(word_at(bit))?, bit, self.width))
    }

    /// Calls `each` with the first `count` values, for whoever needs all. `None` is damage.
    pub(super) fn each(&self, count: usize, mut each: impl FnMut(u64) -> Option<()>) -> Option<()> {
        if self.width == 0 {
            return (0..count).try_for_each(|_| each(0));
        }
        let words = self.words.all()?;
        (0..count).try_for_each(|at| {
            let bit = at.checked_mul(self.width as usize)?;
            each(value_in(*words.get(word_at(bit)..)?.first_chunk()?, bit, self.width))
        })
    }
}

/// Where the word that has this bit begins.
fn word_at(bit: usize) -> usize {
    bit / 64 * 8
}

/// The value of `width` bits that begins at `bit`, out of the word that has this bit and the next.
fn value_in(words: [u8; 16], bit: usize, width: u32) -> u64 {
    (u128::from_le_bytes(words) >> (bit % 64)) as u64 & mask(width)
}

fn mask(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

/// Appends `values` in blocks: count, directory of (base, first word, width), words.
pub(super) fn append_packed(values: &[i64], out: &mut Vec<u8>) {
    out.extend_from_slice(&(values.len() as u64).to_le_bytes());
    let mut words = Vec::new();
    for block in values.chunks(BLOCK) {
        let base = block.iter().copied().min().unwrap_or(0);
        let top = block.iter().copied().max().unwrap_or(0);
        let span = top.wrapping_sub(base) as u64;
        let width = span.checked_ilog2().map_or(0, |log| log + 1);
        out.extend_from_slice(&base.to_le_bytes());
        out.extend_from_slice(&((words.len() / 8) as u32).to_le_bytes());
        out.extend_from_slice(&width.to_le_bytes());
        append_words(block.iter().map(|value| value.wrapping_sub(base) as u64), width, &mut words);
    }
    words.extend_from_slice(&[0; 8]);
    out.append(&mut words);
}

/// Where the parts of packed numbers lie in their section; the section is handed in at every read, so that this can
/// be kept beside the bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Packed {
    count: usize,
}

const DIRECTORY_ENTRY: usize = 16;
const COUNT_BYTES: usize = 8;

impl Packed {
    /// Checks that all `count` values can be read from `section`.
    pub(super) fn check(section: Bytes<'_>, count: usize) -> Option<Self> {
        if section.u64_at(0)? != count as u64 {
            return None;
        }
        let packed = Self { count };
        let words = section.behind(packed.words_at())?;
        for block in 0..count.div_ceil(BLOCK) {
            let (_, first, width) = Self::entry(section, block)?;
            let values = BLOCK.min(count - block * BLOCK);
            let end = first.checked_add((values * width as usize).div_ceil(64))?.checked_add(1)?;
            if width > 64 || end.checked_mul(8)? > words.len() {
                return None;
            }
        }
        Some(packed)
    }

    /// Base, first word and width of a block.
    fn entry(section: Bytes<'_>, block: usize) -> Option<(i64, usize, u32)> {
        let entry: [u8; DIRECTORY_ENTRY] = section.array(COUNT_BYTES + block * DIRECTORY_ENTRY)?;
        let entry = u128::from_le_bytes(entry);
        Some((entry as i64, (entry >> 64) as u32 as usize, (entry >> 96) as u32))
    }

    fn words_at(self) -> usize {
        COUNT_BYTES + self.count.div_ceil(BLOCK) * DIRECTORY_ENTRY
    }

    #[inline]
    pub(super) fn get(self, section: Bytes<'_>, at: usize) -> Option<i64> {
        if at >= self.count {
            return None;
        }
        let (base, first, width) = Self::entry(section, at / BLOCK)?;
        if width == 0 {
            return Some(base);
        }
        let bit = at % BLOCK * width as usize;
        let words = section.array(self.words_at() + first * 8 + word_at(bit))?;
        Some(base.wrapping_add(value_in(words, bit, width) as i64))
    }

    /// For ascending numbers: how many are below `limit`.
    pub(super) fn count_below(self, section: Bytes<'_>, limit: i64) -> usize {
        let mut low = 0;
        let mut high = self.count;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(section, middle).is_some_and(|value| value < limit) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::region::Region;
    use proptest::prelude::*;

    fn region(bytes: Vec<u8>) -> Region {
        Region::Whole(Arc::new(bytes))
    }

    proptest! {
        #[test]
        fn packed_numbers_come_back(values in prop::collection::vec(prop_oneof![any::<i64>(), 0_i64..1000], 0..400)) {
            let mut bytes = Vec::new();
            append_packed(&values, &mut bytes);
            let region = region(bytes);
            let bytes = Bytes::new(&region, 0, region.len());
            let packed = Packed::check(bytes, values.len()).unwrap();
            for (at, &value) in values.iter().enumerate() {
                prop_assert_eq!(packed.get(bytes, at), Some(value));
            }
            prop_assert_eq!(packed.get(bytes, values.len()), None);
        }

        #[test]
        fn bits_come_back(values in prop::collection::vec(any::<u64>(), 0..200), width in 0_u32..=64) {
            let values: Vec<u64> = values.iter().map(|value| value & mask(width)).collect();
            let mut bytes = Vec::new();
            append_bits(values.iter().copied(), width, &mut bytes);
            let region = region(bytes);
            let mut rest = Bytes::new(&region, 0, region.len());
            let bits = Bits::take(&mut rest, values.len(), width).unwrap();
            prop_assert_eq!(rest.len(), 0);
            let mut all = Vec::new();
            bits.each(values.len(), |value| {
                all.push(value);
                Some(())
            }).unwrap();
            prop_assert_eq!(&all, &values);
            for (at, &value) in values.iter().enumerate() {
                prop_assert_eq!(bits.get(at), Some(value));
            }
        }

        #[test]
        fn count_below_is_a_partition_point(mut values in prop::collection::vec(-50_i64..50, 0..400), limit in -60_i64..60) {
            values.sort_unstable();
            let mut bytes = Vec::new();
            append_packed(&values, &mut bytes);
            let region = region(bytes);
            let bytes = Bytes::new(&region, 0, region.len());
            let packed = Packed::check(bytes, values.len()).unwrap();
            prop_assert_eq!(packed.count_below(bytes, limit), values.partition_point(|&value| value < limit));
        }
    }
}

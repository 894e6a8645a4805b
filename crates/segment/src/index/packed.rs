//! Numbers packed to the bits they need, with random access. Two shapes: one width for all ([`Bits`]), and blocks of
//! 128 that each have a base and a width ([`Packed`]). See spec/index.md, "Packed numbers".

use super::bytes::{take, u32_at, u64_at};
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
    let (mut word, mut filled) = (0_u128, 0);
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
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits<'b> {
    words: &'b [u8],
    width: u32,
}

impl<'b> Bits<'b> {
    /// Takes `count` values off the front of `rest`.
    pub(super) fn take(rest: &mut &'b [u8], count: usize, width: u32) -> Option<Self> {
        if width > 64 {
            return None;
        }
        let words = count.checked_mul(width as usize)?.div_ceil(64) + 1;
        Some(Self { words: take(rest, words.checked_mul(8)?)?, width })
    }

    pub(super) fn get(&self, at: usize) -> Option<u64> {
        if self.width == 0 {
            return Some(0);
        }
        value_at(self.words, at, self.width)
    }
}

/// The value at place `at` of words of `width` bits a value; needs one word behind the value's first.
fn value_at(words: &[u8], at: usize, width: u32) -> Option<u64> {
    let bit = at.checked_mul(width as usize)?;
    let low = u64_at(words, bit / 64 * 8)?;
    let high = u64_at(words, bit / 64 * 8 + 8)?;
    let both = (u128::from(high) << 64) | u128::from(low);
    Some((both >> (bit % 64)) as u64 & mask(width))
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
    pub(super) fn check(section: &[u8], count: usize) -> Option<Self> {
        if u64_at(section, 0)? != count as u64 {
            return None;
        }
        let packed = Self { count };
        let words = section.get(packed.words_at()..)?;
        for block in 0..count.div_ceil(BLOCK) {
            let at = COUNT_BYTES + block * DIRECTORY_ENTRY;
            let (first, width) = (u32_at(section, at + 8)? as usize, u32_at(section, at + 12)?);
            let values = BLOCK.min(count - block * BLOCK);
            let end = first.checked_add((values * width as usize).div_ceil(64))?.checked_add(1)?;
            if width > 64 || end.checked_mul(8)? > words.len() {
                return None;
            }
        }
        Some(packed)
    }

    fn words_at(self) -> usize {
        COUNT_BYTES + self.count.div_ceil(BLOCK) * DIRECTORY_ENTRY
    }

    pub(super) fn get(self, section: &[u8], at: usize) -> Option<i64> {
        if at >= self.count {
            return None;
        }
        let entry = COUNT_BYTES + at / BLOCK * DIRECTORY_ENTRY;
        let base = u64_at(section, entry)? as i64;
        let (first, width) = (u32_at(section, entry + 8)? as usize, u32_at(section, entry + 12)?);
        if width == 0 {
            return Some(base);
        }
        let words = section.get(self.words_at() + first * 8..)?;
        Some(base.wrapping_add(value_at(words, at % BLOCK, width)? as i64))
    }

    /// For ascending numbers: how many are below `limit`.
    pub(super) fn count_below(self, section: &[u8], limit: i64) -> usize {
        let (mut low, mut high) = (0, self.count);
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
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_numbers_come_back(values in prop::collection::vec(prop_oneof![any::<i64>(), 0_i64..1000], 0..400)) {
            let mut bytes = Vec::new();
            append_packed(&values, &mut bytes);
            let packed = Packed::check(&bytes, values.len()).unwrap();
            for (at, &value) in values.iter().enumerate() {
                prop_assert_eq!(packed.get(&bytes, at), Some(value));
            }
            prop_assert_eq!(packed.get(&bytes, values.len()), None);
        }

        #[test]
        fn bits_come_back(values in prop::collection::vec(any::<u64>(), 0..200), width in 0_u32..=64) {
            let values: Vec<u64> = values.iter().map(|value| value & mask(width)).collect();
            let mut bytes = Vec::new();
            append_bits(values.iter().copied(), width, &mut bytes);
            let mut rest = bytes.as_slice();
            let bits = Bits::take(&mut rest, values.len(), width).unwrap();
            prop_assert!(rest.is_empty());
            for (at, &value) in values.iter().enumerate() {
                prop_assert_eq!(bits.get(at), Some(value));
            }
        }

        #[test]
        fn count_below_is_a_partition_point(mut values in prop::collection::vec(-50_i64..50, 0..400), limit in -60_i64..60) {
            values.sort_unstable();
            let mut bytes = Vec::new();
            append_packed(&values, &mut bytes);
            let packed = Packed::check(&bytes, values.len()).unwrap();
            prop_assert_eq!(packed.count_below(&bytes, limit), values.partition_point(|&value| value < limit));
        }
    }
}

//! Little-endian numbers out of bytes that may be damaged.

use std::ops::Range;

use super::region::Region;

/// Bytes that are compared at once.
const PIECE: usize = 1 << 16;

/// Some of the bytes of an index, in memory or not yet. Cheap to copy; reads when it is asked.
#[derive(Clone, Copy, Default)]
pub(super) struct Bytes<'b> {
    /// None: there are no bytes.
    region: Option<&'b Region>,
    start: usize,
    len: usize,
}

impl<'b> Bytes<'b> {
    /// A part of `region`; it must lie within.
    #[inline]
    pub(super) fn new(region: &'b Region, start: usize, len: usize) -> Self {
        Self { region: Some(region), start, len }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The bytes of a range. `None` is damage, here and below.
    #[inline]
    pub(super) fn get(&self, range: Range<usize>) -> Option<&'b [u8]> {
        if range.start > range.end || range.end > self.len {
            return None;
        }
        match self.region {
            Some(region) => region.get(self.start + range.start..self.start + range.end),
            None => Some(&[]),
        }
    }

    /// All the bytes, for one pass over them; reads those that are not in memory yet.
    #[inline]
    pub(super) fn all(&self) -> Option<&'b [u8]> {
        self.get(0..self.len)
    }

    /// Whether both can be read and are the same. Reads them a piece at a time.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        let same = |at| self.some(at, PIECE).is_some_and(|piece| other.some(at, PIECE) == Some(piece));
        self.len == other.len && (0..self.len).step_by(PIECE).all(same)
    }

    /// At most `len` of them from `at` on.
    #[inline]
    pub(super) fn some(&self, at: usize, len: usize) -> Option<&'b [u8]> {
        self.get(at..at.saturating_add(len).min(self.len))
    }

    /// Those from `at` on; nothing is read.
    #[inline]
    pub(super) fn behind(&self, at: usize) -> Option<Self> {
        Some(Self { start: self.start + at, len: self.len.checked_sub(at)?, ..*self })
    }

    /// The first `len`; nothing is read.
    #[inline]
    pub(super) fn first(&self, len: usize) -> Option<Self> {
        (len <= self.len).then_some(Self { len, ..*self })
    }

    #[inline]
    pub(super) fn array<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        self.get(at..at.checked_add(N)?)?.try_into().ok()
    }

    #[inline]
    pub(super) fn u16_at(&self, at: usize) -> Option<u16> {
        self.array(at).map(u16::from_le_bytes)
    }

    #[inline]
    pub(super) fn u32_at(&self, at: usize) -> Option<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    #[inline]
    pub(super) fn u64_at(&self, at: usize) -> Option<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    /// The `nth` number of an array of 32-bit numbers.
    #[inline]
    pub(super) fn nth_u32(&self, nth: usize) -> Option<u32> {
        self.u32_at(nth.checked_mul(4)?)
    }
}

#[inline]
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array_at(bytes, at)?))
}

#[inline]
pub(super) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(array_at(bytes, at)?))
}

#[inline]
fn array_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// Cuts the next `len` bytes off the front of `rest`.
pub(super) fn take<'b>(rest: &mut Bytes<'b>, len: usize) -> Option<Bytes<'b>> {
    let taken = rest.first(len)?;
    *rest = rest.behind(len)?;
    Some(taken)
}

/// Appends zeros up to a multiple of `align`.
pub(super) fn pad(bytes: &mut Vec<u8>, align: usize) {
    bytes.resize(bytes.len().next_multiple_of(align), 0);
}

//! Codes of up to 15 bits, one behind the other, the first bit highest.

use super::phrases::BITS_MAX;

/// Appends codes to bytes.
pub(super) struct BitWriter<'o> {
    out: &'o mut Vec<u8>,
    /// Bits not yet appended, the last one lowest; fewer than 32 of them between calls.
    waiting: u64,
    count: u32,
}

impl<'o> BitWriter<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, waiting: 0, count: 0 }
    }

    /// Appends the lowest `bits` of `code`.
    pub(super) fn put(&mut self, code: u16, bits: u32) {
        self.waiting = self.waiting << bits | u64::from(code);
        self.count += bits;
        if self.count >= u32::BITS {
            self.count -= u32::BITS;
            self.out.extend_from_slice(&((self.waiting >> self.count) as u32).to_be_bytes());
        }
    }

    /// Fills the last byte up with ones.
    pub(super) fn finish(mut self) {
        let filling = self.count.next_multiple_of(8) - self.count;
        self.put((1 << filling) - 1, filling);
        let last = (self.waiting as u32).to_be_bytes();
        self.out.extend_from_slice(last.get(last.len() - self.count as usize / 8..).unwrap_or_default());
    }
}

/// Takes codes from bytes. Behind the end there are ones.
pub(super) struct BitReader<'b> {
    rest: &'b [u8],
    /// The bits to come, the next one highest, and ones behind them.
    ahead: u64,
    /// So many of them are of the bytes.
    count: u32,
}

impl<'b> BitReader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let mut reader = Self { rest: bytes, ahead: u64::MAX, count: 0 };
        reader.fill();
        reader
    }

    /// How many bits are left; exact below 32.
    pub(super) fn left(&self) -> u32 {
        self.count
    }

    /// The next [`BITS_MAX`] bits.
    pub(super) fn peek(&self) -> u16 {
        (self.ahead >> (u64::BITS - BITS_MAX)) as u16
    }

    /// Goes on; `None` if there are fewer bits left.
    pub(super) fn skip(&mut self, bits: u32) -> Option<()> {
        self.count = self.count.checked_sub(bits)?;
        self.ahead = !(!self.ahead << bits);
        self.fill();
        Some(())
    }

    fn fill(&mut self) {
        if self.count >= u32::BITS {
            return;
        }
        if let Some((next, rest)) = self.rest.split_first_chunk() {
            self.take(u32::from_be_bytes(*next), u32::BITS);
            self.rest = rest;
        } else {
            for next in std::mem::take(&mut self.rest) {
                self.take(u32::from(*next), u8::BITS);
            }
        }
    }

    fn take(&mut self, next: u32, bits: u32) {
        let free = u64::BITS - self.count;
        let ones = u64::MAX >> self.count;
        self.ahead = self.ahead & !ones | u64::from(next) << (free - bits) | ones >> bits;
        self.count += bits;
    }
}

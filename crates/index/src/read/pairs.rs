use crate::bytes::{Bytes, take};
use crate::format::{PAIR_HASH_BITS, pair_hash};
use crate::packed::Bits;

/// (hash, row) pairs in buckets.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'b> {
    count: usize,
    rows: u32,
    bucket_bits: u32,
    starts: Bytes<'b>,
    /// The bits of each hash behind those of its bucket.
    rests: Bits<'b>,
    row_of: Bits<'b>,
}

impl<'b> Pairs<'b> {
    pub(super) fn parse(section: Bytes<'b>, rows: u32) -> Option<Self> {
        let [bucket_bits, row_bits, 0, 0] = section.array(4)? else { return None };
        let mut rest = section.behind(8)?;
        let count = section.u32_at(0)? as usize;
        let bucket_bits = u32::from(bucket_bits);
        let buckets = 1_usize.checked_shl(bucket_bits).filter(|_| bucket_bits < PAIR_HASH_BITS)?;
        let starts = take(&mut rest, buckets.checked_add(1)?.checked_mul(4)?)?;
        let rests = Bits::take(&mut rest, count, PAIR_HASH_BITS - bucket_bits)?;
        let row_of = Bits::take(&mut rest, count, u32::from(row_bits))?;
        Some(Self { count, rows, bucket_bits, starts, rests, row_of })
    }

    /// How many pairs there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Calls `each` with the rows whose value may be the one with this hash. `None` is damage. Cost: two or three places in memory.
    pub(crate) fn candidates(&self, hash: u64, mut each: impl FnMut(u32)) -> Option<()> {
        let hash = pair_hash(hash);
        let rest_bits = PAIR_HASH_BITS - self.bucket_bits;
        let bucket = hash.checked_shr(rest_bits).unwrap_or(0);
        let rest = u64::from(hash) & ((1 << rest_bits) - 1);
        for at in self.bucket(bucket as usize)? {
            if self.rests.get(at)? == rest {
                each(self.row(at)?);
            }
        }
        Some(())
    }

    /// Calls `each` with every row that has a pair, in the order of hashes. `None` is damage.
    pub(crate) fn each_row(&self, mut each: impl FnMut(u32)) -> Option<()> {
        self.row_of.each(self.count, |row| self.checked(row).map(&mut each))
    }

    /// All pairs, ordered by hash and row.
    pub(crate) fn cursor(self) -> PairCursor<'b> {
        PairCursor { pairs: self, at: 0, bucket: 0, bucket_end: 0 }
    }

    /// The places of a bucket's pairs.
    fn bucket(&self, bucket: usize) -> Option<std::ops::Range<usize>> {
        let start = self.starts.nth_u32(bucket)?;
        let end = self.starts.nth_u32(bucket.checked_add(1)?)?;
        Some(start as usize..end as usize)
    }

    fn row(&self, at: usize) -> Option<u32> {
        self.checked(self.row_of.get(at)?)
    }

    fn checked(&self, row: u64) -> Option<u32> {
        u32::try_from(row).ok().filter(|&row| row < self.rows)
    }
}

/// Goes through all pairs.
pub(crate) struct PairCursor<'b> {
    pairs: Pairs<'b>,
    at: usize,
    /// The bucket behind that of the next pair.
    bucket: usize,
    bucket_end: usize,
}

impl PairCursor<'_> {
    /// The next pair's hash and row; `None` behind the last. The outer `None` is damage.
    pub(crate) fn next(&mut self) -> Option<Option<(u32, u32)>> {
        if self.at >= self.pairs.count {
            return Some(None);
        }
        while self.at >= self.bucket_end {
            let places = self.pairs.bucket(self.bucket)?;
            if places.start != self.at || places.end < places.start {
                return None;
            }
            (self.bucket, self.bucket_end) = (self.bucket + 1, places.end);
        }
        let rest_bits = PAIR_HASH_BITS - self.pairs.bucket_bits;
        let head = (self.bucket as u64 - 1) << rest_bits;
        let hash = u32::try_from(head | self.pairs.rests.get(self.at)?).ok()?;
        let pair = (hash, self.pairs.row(self.at)?);
        self.at += 1;
        Some(Some(pair))
    }
}

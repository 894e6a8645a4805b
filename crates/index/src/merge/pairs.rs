//! Pairs: every source's lie in the order of their hashes, so they need no value.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Merge;
use super::error::{IndexMergeError, u32_of};
use super::packing::BitsOutput;
use crate::field::Field;
use crate::format::{Kind, PAIR_HASH_BITS, bits_below, bucket_bits};
use crate::read::PairCursor;

/// Hash, row among all, and source of a pair; the least first.
type Least = Reverse<(u32, u32, usize)>;

impl Merge<'_, '_> {
    /// Writes the pairs of a field.
    pub(super) fn pairs(&mut self, field: Field) -> Result<(), IndexMergeError> {
        let Self { sources, rows, order, scratch, output, pace, .. } = self;
        let name = Kind::Pairs.of_field(field);
        let mut count = 0;
        let mut cursors: Vec<(usize, PairCursor<'_>)> = Vec::with_capacity(sources.len());
        for (nth, source) in sources.iter().enumerate() {
            if let Some(pairs) = source.pairs(name)? {
                count += pairs.len();
                cursors.push((nth, pairs.cursor()));
            }
        }
        if count == 0 {
            return Ok(());
        }
        let mut advance = |at: usize| -> Result<Option<Least>, IndexMergeError> {
            let Some((nth, cursor)) = cursors.get_mut(at) else { return Ok(None) };
            let damaged = || sources.get(*nth).map(|source| IndexMergeError::from(source.damaged(name)));
            match (cursor.next(), damaged) {
                (Some(next), _) => Ok(next.map(|(hash, row)| Reverse((hash, order.row(*nth, row), at)))),
                (None, damaged) => damaged().map_or(Ok(None), Err),
            }
        };
        let mut heap = BinaryHeap::new();
        for at in 0..sources.len() {
            heap.extend(advance(at)?);
        }
        let bucket_bits = bucket_bits(count);
        let row_bits = bits_below(u64::from(*rows));
        let rest_bits = PAIR_HASH_BITS - bucket_bits;
        let mut starts = scratch.spool();
        let mut rests = BitsOutput::new(scratch, rest_bits);
        let mut row_of = BitsOutput::new(scratch, row_bits);
        let mut written = 0_u32;
        let mut begun = 0_u64;
        while let Some(mut least) = heap.peek_mut() {
            let Reverse((hash, row, at)) = *least;
            let bucket = u64::from(hash.checked_shr(rest_bits).unwrap_or(0));
            while begun <= bucket {
                starts.append(&written.to_le_bytes())?;
                begun += 1;
            }
            rests.push(u64::from(hash) & ((1 << rest_bits) - 1))?;
            row_of.push(u64::from(row))?;
            written += 1;
            pace.step(1)?;
            match advance(at)? {
                Some(next) => *least = next,
                None => drop(std::collections::binary_heap::PeekMut::pop(least)),
            }
        }
        while begun <= 1 << bucket_bits {
            starts.append(&written.to_le_bytes())?;
            begun += 1;
        }
        let mut head = u32_of(count as u64, "pairs")?.to_le_bytes().to_vec();
        head.extend_from_slice(&[bucket_bits as u8, row_bits as u8, 0, 0]);
        output.section(name, &head, [starts, rests.finish()?, row_of.finish()?])
    }
}

//! Fields with nearly a value per row keep (hash, row) without the values; a hit is confirmed on the line. Values that many rows
//! have go into a dictionary.

use super::column::dictionary;
use super::file::FileWriter;
use super::order::Order;
use super::pair_column::{PairColumn, Sorted};
use crate::bytes::pad;
use crate::field::Field;
use crate::format::{Kind, PAIR_HASH_BITS, bits_below, bucket_bits, pair_hash};
use crate::packed::append_bits;
use crate::sets::SetsWriter;

pub(super) fn write(field: Field, column: &PairColumn, order: &Order, sets: &mut SetsWriter, file: &mut FileWriter) {
    let Sorted { heavy, pairs } = column.sorted(order);
    let entries: Vec<_> = heavy.into_iter().map(|(value, rows)| (value, sets.add(&rows))).collect();
    file.add(Kind::Dictionary.of_field(field), dictionary(entries.into_iter()));
    file.add(Kind::Pairs.of_field(field), section(pairs, order.rows()));
}

/// Writes (hash, row) pairs; none, no section.
fn section(pairs: Vec<(u64, u32)>, rows: usize) -> Vec<u8> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let bucket_bits = bucket_bits(pairs.len());
    let rest_bits = PAIR_HASH_BITS - bucket_bits;
    let bucket = |hash: u32| hash.checked_shr(rest_bits).unwrap_or(0) as usize;
    let mut pairs: Vec<(u32, u32)> = pairs.into_iter().map(|(hash, row)| (pair_hash(hash), row)).collect();
    pairs.sort_unstable();
    let row_bits = bits_below(rows as u64);
    let mut section = Vec::new();
    section.extend_from_slice(&(pairs.len() as u32).to_le_bytes());
    section.extend_from_slice(&[bucket_bits as u8, row_bits as u8, 0, 0]);
    let mut starts = vec![0_u32; (1 << bucket_bits) + 1];
    for &(hash, _) in &pairs {
        starts[bucket(hash) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    for start in starts {
        section.extend_from_slice(&start.to_le_bytes());
    }
    let rest = |hash: u32| u64::from(hash) & ((1 << rest_bits) - 1);
    append_bits(pairs.iter().map(|&(hash, _)| rest(hash)), rest_bits, &mut section);
    append_bits(pairs.iter().map(|&(_, row)| u64::from(row)), row_bits, &mut section);
    pad(&mut section, 8);
    section
}

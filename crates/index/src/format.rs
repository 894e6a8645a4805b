//! Names and numbers of the index file, as in spec/index.md.

use crate::field::{Field, Text};

/// What an index file begins with.
pub const MAGIC: [u8; 8] = *b"indlidx\n";
pub(super) const VERSION: u32 = 4;

/// Magic, version, section count, first leaf, rows, folding version, hash seed, checksum, zero.
pub(super) const HEADER_BYTES: usize = 48;
/// Where the header's checksum lies; it covers what is before it and the section table.
pub(super) const HEADER_CRC_AT: usize = 40;
/// Kind, number, class, zero, checksum, offset, length.
pub(super) const TABLE_ENTRY_BYTES: usize = 24;
/// Sections an index has at most: a table longer than this is damage. There are 28 fields with at most two sections each,
/// four texts with at most seven, and five others.
pub(super) const SECTIONS_MAX: u32 = 128;
/// Sections begin at multiples of this, filled up with zeros that their checksum covers.
pub(super) const ALIGN: usize = 8;

/// Rows an index holds at most: twice the largest merged segment, so that row numbers stay small.
pub const INDEX_ROWS_MAX: u32 = 1 << 25;
/// Bytes of lines behind an index at most, newlines not counted. A value stands in a column at most once, folding makes a
/// text at most half as long again, and an offset has 32 bits; besides, it bounds the memory that building takes.
pub const INDEX_LINE_BYTES_MAX: u64 = 2 << 30;
const _: () = assert!(INDEX_LINE_BYTES_MAX / 2 * 3 < u32::MAX as u64);

/// Values in one block of packed numbers.
pub(super) const BLOCK: usize = 128;
/// Tokens per entry of a token list's directory.
pub(super) const TOKENS_PER_STEP: usize = 32;
/// Row sets up to this size are lists of differences; larger ones are roaring bitmaps.
pub(super) const LIST_ROWS_MAX: usize = 256;
/// In a field kept as pairs, values with at least this many rows among those indexed at once go into its dictionary, so that no
/// question reads more than a few lines to confirm.
pub(super) const HEAVY_ROWS_MIN: usize = 16;
/// Most values of a path dictionary. The same for every number of rows: paths that one index had to cut are cut as well in an
/// index merged from it.
pub(super) const PATHS_MAX: usize = 1 << 15;
/// Most segments of a path that its head keeps.
pub(super) const PATH_SEGMENTS_MAX: usize = 16;

/// What a section holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SectionName {
    pub(super) kind: Kind,
    /// Number of the field or text, else 0.
    pub(super) number: u8,
    /// Class of tokens, else 0.
    pub(super) class: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// Order times by row, packed.
    Times = 1,
    /// Place of the leaf by row, packed; absent if equal.
    PlaceOfRow = 2,
    /// Row by place of the leaf, packed; absent if equal.
    RowOfPlace = 3,
    /// Row sets that others point into.
    Sets = 4,
    /// Values of a field with their row sets.
    Dictionary = 5,
    /// Fingerprints of a field's values with their rows.
    Pairs = 6,
    /// Tokens of a text in several rows each.
    Tokens = 7,
    /// Tokens of a text in one row each.
    SingleTokens = 8,
    /// Facts about a text: the rows that have it, and those with each placeholder.
    TextFacts = 9,
    /// Fingerprints of the entries' ids by leaf.
    Ids = 10,
}

impl Kind {
    pub(super) fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Times,
            2 => Self::PlaceOfRow,
            3 => Self::RowOfPlace,
            4 => Self::Sets,
            5 => Self::Dictionary,
            6 => Self::Pairs,
            7 => Self::Tokens,
            8 => Self::SingleTokens,
            9 => Self::TextFacts,
            10 => Self::Ids,
            _ => return None,
        })
    }

    pub(super) const fn alone(self) -> SectionName {
        SectionName { kind: self, number: 0, class: 0 }
    }

    pub(super) const fn of_field(self, field: Field) -> SectionName {
        SectionName { kind: self, number: field.number(), class: 0 }
    }

    pub(super) const fn of_text(self, text: Text, class: u8) -> SectionName {
        SectionName { kind: self, number: text.number(), class }
    }
}

/// How a field's values are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// Every value in a dictionary.
    Dictionary,
    /// Values with many rows in a dictionary, the others as pairs of fingerprint and row.
    Pairs,
    /// A dictionary of whole paths or of their heads.
    Paths,
    /// Answered from the tokens of this text and the lines.
    Tokens(Text),
    /// The entry's id: fingerprints by leaf.
    Id,
}

impl Keeping {
    pub(super) const fn of(field: Field) -> Self {
        match field {
            Field::Id => Self::Id,
            Field::EventId | Field::ResourceId | Field::RequestId | Field::TraceId | Field::SessionId => Self::Pairs,
            Field::HttpPath => Self::Paths,
            Field::ResourceName => Self::Tokens(Text::ResourceName),
            _ => Self::Dictionary,
        }
    }
}

/// From how many rows on an index of rows indexed at once lists a value of this field: 1 where it lists all.
#[must_use]
pub fn lists_from(field: Field) -> u64 {
    if matches!(Keeping::of(field), Keeping::Pairs) { HEAVY_ROWS_MIN as u64 } else { 1 }
}

/// Key of a text's facts: the rows that have the text.
pub(super) const FACT_PRESENT: &[u8] = b"t";
/// Key of a text's facts: rows with any placeholder; with a pointer behind it, rows with that placeholder.
pub(super) const FACT_PLACEHOLDER: &[u8] = b"p";

/// Last byte of a path dictionary's key: the path ends here.
pub(super) const PATH_WHOLE: u8 = 0;
/// Last byte of a path dictionary's key: the path goes on.
pub(super) const PATH_HEAD: u8 = 1;

/// Bits of a value's hash that a pair keeps, those of its bucket included. The same in every index, so that pairs can be put
/// in order among those of another.
pub(super) const PAIR_HASH_BITS: u32 = 32;
/// Pairs in a bucket, on average: what one look-up compares.
const BUCKET_PAIRS: usize = 8;

/// What a pair keeps of a hash.
pub(super) fn pair_hash(hash: u64) -> u32 {
    (hash >> (u64::BITS - PAIR_HASH_BITS)) as u32
}

/// How many bits of a pair's hash name its bucket, given the number of pairs.
pub(super) fn bucket_bits(pairs: usize) -> u32 {
    (pairs / BUCKET_PAIRS).checked_ilog2().unwrap_or(0).min(PAIR_HASH_BITS - 1)
}

/// Which block of ids a leaf belongs to; each knows the range of its milliseconds. They begin at leaves of the log that are multiples
/// of [`BLOCK`], so neighbouring indexes share at most one.
pub(super) fn id_block(leaf: u64) -> u64 {
    leaf / BLOCK as u64
}

/// The file's hash: XXH3, 64 bits, seeded.
pub(super) fn hash(value: &[u8], seed: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(value, seed)
}

/// The milliseconds at the head of a UUIDv7; 0 if `id` is no UUID.
pub(super) fn id_ms(id: &[u8]) -> u64 {
    let mut ms = 0;
    let mut digits = 0;
    for &byte in id.iter().filter(|&&byte| byte != b'-').take(12) {
        let Some(digit) = char::from(byte).to_digit(16) else { return 0 };
        ms = (ms << 4) | u64::from(digit);
        digits += 1;
    }
    if digits == 12 { ms } else { 0 }
}

/// Where a path's head of `segments` segments ends; a segment ends behind a `/` or `?`.
pub(super) fn path_head(path: &[u8], segments: usize) -> usize {
    if segments == 0 {
        return 0;
    }
    path.iter()
        .enumerate()
        .filter(|(_, byte)| matches!(byte, b'/' | b'?'))
        .nth(segments - 1)
        .map_or(path.len(), |(at, _)| at + 1)
}

/// Number of bits that hold every value below `limit`.
pub(super) fn bits_below(limit: u64) -> u32 {
    limit.saturating_sub(1).checked_ilog2().map_or(0, |log| log + 1)
}

//! Row sets: one row inline, few as differences, many as a roaring bitmap. See spec/index.md, "Row sets".

use std::ops::Range;

use roaring::RoaringBitmap;

use super::bytes::Bytes;
use super::dense::Dense;
use super::format::{LIST_ROWS_MAX, hash};

/// A set as an entry of a dictionary or token list names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetRef {
    /// Rows in it; at least 1.
    pub(super) rows: u32,
    /// The row itself if there is one, else the set's offset in the section of sets.
    pub(super) at: u32,
}

impl SetRef {
    pub(super) const BYTES: usize = 8;

    pub(super) fn append(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes());
    }

    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        (u64::from(self.at) << 32 | u64::from(self.rows)).to_le_bytes()
    }

    /// As [`Self::bytes`] wrote it.
    #[inline]
    pub(super) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let both = u64::from_le_bytes(bytes);
        Self { rows: both as u32, at: (both >> 32) as u32 }
    }
}

/// Most sets that are remembered so that equal ones are stored once. Without a bound, the sets of millions of rows would take
/// more memory than all else. The first ones stay, among them those of actors, which often equal those of persons and identities.
const KNOWN_MAX: usize = 1 << 16;

/// Shorter sets are not remembered: they cost less than finding them again.
const KNOWN_BYTES_MIN: usize = 8;

/// The sets remembered, each in the one place it may have. Every writer goes by this, so that the same rows give the same bytes.
pub(super) struct KnownSets {
    places: Vec<Option<Place>>,
}

#[derive(Clone, Copy)]
struct Place {
    hash: u64,
    start: u32,
    len: u32,
}

impl Default for KnownSets {
    fn default() -> Self {
        Self { places: vec![None; KNOWN_MAX] }
    }
}

impl KnownSets {
    /// Where a set that may have these bytes and rows was written; `None` if there is none, or it is not remembered.
    pub(super) fn find(&self, bytes: &[u8], rows: u32) -> Option<Range<usize>> {
        if bytes.len() < KNOWN_BYTES_MIN {
            return None;
        }
        let hash = hash(bytes, u64::from(rows));
        let place = (*self.places.get(hash as usize % KNOWN_MAX)?)?;
        let found = place.hash == hash && place.len as usize == bytes.len();
        found.then_some(place.start as usize..place.start as usize + bytes.len())
    }

    /// Remembers a set that was not found, if its place is free.
    pub(super) fn remember(&mut self, bytes: &[u8], rows: u32, start: u32) {
        let hash = hash(bytes, u64::from(rows));
        if bytes.len() >= KNOWN_BYTES_MIN
            && let Some(place @ None) = self.places.get_mut(hash as usize % KNOWN_MAX)
        {
            *place = Some(Place { hash, start, len: bytes.len() as u32 });
        }
    }
}

/// Collects the sets of an index. Equal sets are kept once: an actor's, their person's and their identity's often are.
#[derive(Default)]
pub(super) struct SetsWriter {
    bytes: Vec<u8>,
    known: KnownSets,
    scratch: Vec<u8>,
}

impl SetsWriter {
    /// Adds a set: ascending rows, at least one.
    pub(super) fn add(&mut self, rows: &[u32]) -> SetRef {
        let count = rows.len() as u32;
        if let [row] = rows {
            return SetRef { rows: 1, at: *row };
        }
        self.scratch.clear();
        append_set(rows, &mut self.scratch);
        if let Some(known) = self.known.find(&self.scratch, count)
            && self.bytes.get(known.clone()) == Some(&self.scratch)
        {
            return SetRef { rows: count, at: known.start as u32 };
        }
        let start = offset(self.bytes.len());
        self.bytes.extend_from_slice(&self.scratch);
        offset(self.bytes.len());
        self.known.remember(&self.scratch, count, start);
        SetRef { rows: count, at: start }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Every row of a set costs bytes of its line, so `INDEX_LINE_BYTES_MAX` bounds the sets as well.
fn offset(len: usize) -> u32 {
    u32::try_from(len).expect("INDEX_LINE_BYTES_MAX keeps the sets of an index below 4 GiB")
}

/// Appends a set of ascending rows, at least two.
pub(super) fn append_set(rows: &[u32], out: &mut Vec<u8>) {
    if rows.len() <= LIST_ROWS_MAX {
        append_list(rows, out);
    } else {
        append_bitmap(RoaringBitmap::from_sorted_iter(rows.iter().copied()).expect("rows of a set ascend"), out);
    }
}

fn append_list(rows: &[u32], out: &mut Vec<u8>) {
    let mut before = 0;
    for &row in rows {
        let mut rest = row - before;
        before = row;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
}

/// As [`append_set`], of more than [`LIST_ROWS_MAX`] rows.
pub(super) fn append_bitmap(mut bitmap: RoaringBitmap, out: &mut Vec<u8>) {
    bitmap.optimize();
    out.extend_from_slice(&(bitmap.serialized_size() as u32).to_le_bytes());
    bitmap.serialize_into(&mut *out).expect("writing to memory cannot fail");
}

/// Bytes of one difference at most.
const STEP_BYTES_MAX: usize = 5;

/// Reads sets; every answer is checked against the number of rows.
#[derive(Clone, Copy)]
pub(super) struct Sets<'b> {
    bytes: Bytes<'b>,
    rows: u32,
}

impl<'b> Sets<'b> {
    #[inline]
    pub(super) fn new(bytes: Bytes<'b>, rows: u32) -> Self {
        Self { bytes, rows }
    }

    /// Calls `each` with every row of a small set and returns `None`, or returns a large set as a bitmap.
    /// The outer `None` is damage.
    pub(super) fn visit(&self, set: SetRef, mut each: impl FnMut(u32)) -> Option<Option<RoaringBitmap>> {
        if set.rows == 1 {
            if set.at >= self.rows {
                return None;
            }
            each(set.at);
            return Some(None);
        }
        let at = set.at as usize;
        if set.rows as usize <= LIST_ROWS_MAX {
            let bytes = self.bytes.some(at, set.rows as usize * STEP_BYTES_MAX)?;
            self.visit_list(set.rows, bytes, each)?;
            return Some(None);
        }
        let len = self.bytes.u32_at(at)? as usize;
        let begin = at.checked_add(4)?;
        let bitmap = RoaringBitmap::deserialize_from(self.bytes.get(begin..begin.checked_add(len)?)?).ok()?;
        (bitmap.len() == u64::from(set.rows) && bitmap.max() < Some(self.rows)).then_some(Some(bitmap))
    }

    fn visit_list(&self, count: u32, bytes: &[u8], mut each: impl FnMut(u32)) -> Option<()> {
        let mut bytes = bytes.iter();
        let mut row = 0_u32;
        for nth in 0..count {
            let step = env::read_varint(|| bytes.next().copied())?;
            if nth > 0 && step == 0 {
                return None;
            }
            row = row.checked_add(step)?;
            if row >= self.rows {
                return None;
            }
            each(row);
        }
        (count > 0).then_some(())
    }

    /// Reads a set as a bitmap; `None` is damage.
    pub(super) fn read(&self, set: SetRef) -> Option<RoaringBitmap> {
        let mut rows = Vec::new();
        match self.visit(set, |row| rows.push(row))? {
            Some(bitmap) => Some(bitmap),
            None => RoaringBitmap::from_sorted_iter(rows).ok(),
        }
    }
}

/// Unites many sets: the rows of small ones are collected and sorted once, instead of inserted one by one, or, where they are
/// many, marked in a bit each. Memory: an eighth of a byte a row of the part, twice while both are there.
#[derive(Default)]
pub(super) struct Union<'w> {
    rows: Vec<u32>,
    /// In place of `rows`, once they are many.
    dense: Option<Dense>,
    large: RoaringBitmap,
    /// The only rows that are wanted, where they are few.
    among: Option<&'w RoaringBitmap>,
}

/// Up to this many wanted rows, looking for each new row among them is cheaper than sorting rows that nobody wants.
const AMONG_ROWS_MAX: u64 = 1 << 16;

/// If at least one row in this many is in the set, a bit for each row of the part takes half the memory of the rows, and no sort.
const DENSE_SHARE: usize = 64;

/// Fewer rows are sorted in any part.
const DENSE_ROWS_MIN: usize = 1 << 12;

impl<'w> Union<'w> {
    /// Unites what lies in `within`; rows outside may come along.
    pub(super) fn among(within: Option<&'w RoaringBitmap>) -> Self {
        Self { among: within.filter(|within| within.len() <= AMONG_ROWS_MAX), ..Self::default() }
    }

    /// Adds a set; `None` is damage.
    pub(super) fn add(&mut self, sets: &Sets<'_>, set: SetRef) -> Option<()> {
        let rows = &mut self.rows;
        let dense = &mut self.dense;
        let among = self.among;
        let mut put = |row| match dense {
            Some(dense) => dense.insert(row),
            None => rows.push(row),
        };
        let bitmap = match among {
            None => sets.visit(set, put)?,
            Some(among) => sets.visit(set, |row| {
                if among.contains(row) {
                    put(row);
                }
            })?,
        };
        if self.rows.len() > DENSE_ROWS_MIN.max(sets.rows as usize / DENSE_SHARE) {
            let mut dense = Dense::new(sets.rows);
            std::mem::take(&mut self.rows).into_iter().for_each(|row| dense.insert(row));
            self.dense = Some(dense);
        }
        match (bitmap, among) {
            (Some(bitmap), Some(among)) => self.large |= bitmap & among,
            (Some(bitmap), None) => self.large |= bitmap,
            (None, _) => {}
        }
        Some(())
    }

    pub(super) fn finish(mut self) -> RoaringBitmap {
        self.rows.sort_unstable();
        self.rows.dedup();
        let small = match self.dense {
            Some(dense) => dense.finish(),
            None => RoaringBitmap::from_sorted_iter(self.rows).unwrap_or_default(),
        };
        if self.large.is_empty() { small } else { self.large | small }
    }
}

use std::ops::Range;

use roaring::RoaringBitmap;

/// A set of rows: a range while it is one, so that "all of a year" costs nothing, else a bitmap.
#[derive(Debug, Clone)]
pub(crate) enum Rows {
    Range(Range<u32>),
    Set(RoaringBitmap),
}

impl Rows {
    pub(crate) fn none() -> Self {
        Self::Range(0..0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Range(range) => range.is_empty(),
            Self::Set(set) => set.is_empty(),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::Range(range) => range.len() as u64,
            Self::Set(set) => set.len(),
        }
    }

    /// The first row at or after `row`.
    pub(crate) fn next(&self, row: u32) -> Option<u32> {
        match self {
            Self::Range(range) => Some(row.max(range.start)).filter(|row| range.contains(row)),
            Self::Set(set) => set.range(row..).next(),
        }
    }

    /// The last row at or before `row`.
    pub(crate) fn previous(&self, row: u32) -> Option<u32> {
        match self {
            Self::Range(range) => range.end.checked_sub(1).map(|last| last.min(row)).filter(|row| range.contains(row)),
            Self::Set(set) => set.range(..=row).next_back(),
        }
    }

    /// Appends the first rows of `range`, or the last from its end backwards, until `out` holds `max`.
    pub(crate) fn take(&self, range: Range<u32>, backwards: bool, max: usize, out: &mut Vec<u32>) {
        let wanted = max.saturating_sub(out.len());
        match self {
            Self::Range(own) if backwards => out.extend(meet(own, &range).rev().take(wanted)),
            Self::Range(own) => out.extend(meet(own, &range).take(wanted)),
            Self::Set(_) if range.is_empty() => {}
            Self::Set(set) if backwards => out.extend(set.range(range).rev().take(wanted)),
            Self::Set(set) => out.extend(set.range(range).take(wanted)),
        }
    }

    /// The rows of `set` that are in this set, too; as [`Rows::and`], without a copy.
    pub(crate) fn meet(&self, mut set: RoaringBitmap) -> Self {
        match self {
            Self::Range(range) if set.min() >= Some(range.start) && set.max() < Some(range.end) => {}
            Self::Range(range) => {
                set.remove_range(..range.start);
                set.remove_range(range.end.max(range.start)..);
            }
            Self::Set(own) => set &= own,
        }
        Self::Set(set)
    }

    /// Memory it takes, roughly.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Range(_) => 0,
            Self::Set(set) => set.serialized_size(),
        }
    }

    /// How many rows come before `row`.
    pub(crate) fn rank(&self, row: u32) -> u64 {
        match self {
            Self::Range(range) => u64::from(row.clamp(range.start, range.end.max(range.start)) - range.start),
            Self::Set(set) => row.checked_sub(1).map_or(0, |last| set.rank(last)),
        }
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Range(a), Self::Range(b)) => Self::Range(meet(a, b)),
            (Self::Set(set), Self::Range(range)) | (Self::Range(range), Self::Set(set)) => {
                let mut set = set.clone();
                set.remove_range(..range.start);
                set.remove_range(range.end.max(range.start)..);
                Self::Set(set)
            }
            (Self::Set(a), Self::Set(b)) => Self::Set(a & b),
        }
    }

    pub(crate) fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (a, b) if b.is_empty() => a.clone(),
            (a, b) if a.is_empty() => b.clone(),
            (a, b) => Self::Set(a.to_set() | b.to_set()),
        }
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        if other.is_empty() {
            return self.clone();
        }
        let mut set = self.to_set();
        match other {
            Self::Range(range) => {
                set.remove_range(range.clone());
            }
            Self::Set(other) => set -= other,
        }
        Self::Set(set)
    }

    pub(crate) fn to_set(&self) -> RoaringBitmap {
        match self {
            Self::Range(range) => {
                let mut set = RoaringBitmap::new();
                set.insert_range(range.clone());
                set
            }
            Self::Set(set) => set.clone(),
        }
    }

    /// As a bitmap where it is one, and the range it lies in.
    pub(crate) fn split(&self) -> (Option<&RoaringBitmap>, Range<u32>) {
        match self {
            Self::Range(range) => (None, range.clone()),
            Self::Set(set) => (Some(set), set.min().unwrap_or(0)..set.max().map_or(0, |max| max + 1)),
        }
    }
}

impl From<RoaringBitmap> for Rows {
    fn from(set: RoaringBitmap) -> Self {
        Self::Set(set)
    }
}

/// What two ranges have in common; never inverted.
fn meet(a: &Range<u32>, b: &Range<u32>) -> Range<u32> {
    let start = a.start.max(b.start);
    start..a.end.min(b.end).max(start)
}

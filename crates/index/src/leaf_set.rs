//! Which leaves are held: consecutive ones, less those that were removed.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use roaring::RoaringTreemap;

/// A range of leaves, less those that were removed from it. Cheap to clone.
///
/// The *place* of a leaf is how many leaves of the set come before it: the number of its line in a file of lines. Where nothing was
/// removed, a place is the distance from the first leaf, and every look-up is a subtraction. Else it costs about a microsecond
/// and two bits of memory a leaf at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafSet {
    range: Range<u64>,
    /// The leaves that are left; `None`: all.
    left: Option<Arc<Left>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Left {
    leaves: RoaringTreemap,
    count: u64,
}

impl From<Range<u64>> for LeafSet {
    /// All leaves of a range.
    fn from(range: Range<u64>) -> Self {
        Self { range, left: None }
    }
}

impl LeafSet {
    /// The leaves of a range without those in `removed`, which may name others, too.
    #[must_use]
    pub fn without(range: Range<u64>, removed: &RoaringTreemap) -> Self {
        let mut leaves = RoaringTreemap::new();
        leaves.insert_range(range.clone());
        let all = leaves.len();
        leaves -= removed;
        leaves.optimize();
        let count = leaves.len();
        let left = (count < all).then(|| Arc::new(Left { leaves, count }));
        Self { range, left }
    }

    /// Returns the range: from the first leaf to the one behind the last, removed or not.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// Returns the first leaf of the range.
    #[inline]
    #[must_use]
    pub fn start(&self) -> u64 {
        self.range.start
    }

    /// Returns the leaf behind the range.
    #[inline]
    #[must_use]
    pub fn end(&self) -> u64 {
        self.range.end
    }

    /// Returns how many leaves are held.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.left.as_ref().map_or(self.range.end - self.range.start, |left| left.count)
    }

    /// Returns whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether none was removed.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left.is_none()
    }

    /// Returns how many leaves before `leaf` are held.
    #[inline]
    #[must_use]
    pub fn places_before(&self, leaf: u64) -> u64 {
        let leaf = leaf.clamp(self.range.start, self.range.end);
        match &self.left {
            None => leaf - self.range.start,
            Some(left) => leaf.checked_sub(1).map_or(0, |before| left.leaves.rank(before)),
        }
    }

    /// Returns whether a leaf is held.
    #[inline]
    #[must_use]
    pub fn contains(&self, leaf: u64) -> bool {
        self.range.contains(&leaf) && self.left.as_ref().is_none_or(|left| left.leaves.contains(leaf))
    }

    /// Returns the place of a leaf, if it is held.
    #[inline]
    #[must_use]
    pub fn place_of(&self, leaf: u64) -> Option<u64> {
        self.contains(leaf).then(|| self.places_before(leaf))
    }

    /// Returns the leaf at a place, if there is one.
    #[inline]
    #[must_use]
    pub fn leaf_at(&self, place: u64) -> Option<u64> {
        match &self.left {
            None => self.range.start.checked_add(place).filter(|leaf| *leaf < self.range.end),
            Some(left) => left.leaves.select(place),
        }
    }

    /// Returns the last leaf that is held.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.len().checked_sub(1).and_then(|place| self.leaf_at(place))
    }

    /// Returns the leaves at some places, ascending; those that there are.
    pub fn leaves(&self, places: Range<u64>) -> impl Iterator<Item = u64> + '_ {
        let count = usize::try_from(places.end.saturating_sub(places.start)).unwrap_or(usize::MAX);
        let first = self.leaf_at(places.start).unwrap_or(self.range.end);
        let (all, left) = match &self.left {
            None => (first..self.range.end, None),
            Some(left) => {
                let mut leaves = left.leaves.iter();
                leaves.advance_to(first);
                (0..0, Some(leaves))
            }
        };
        all.chain(left.into_iter().flatten()).take(count)
    }

    /// Returns the leaves at some places as runs of neighbours, ascending.
    #[must_use]
    pub fn runs(&self, places: Range<u64>) -> Vec<Range<u64>> {
        if self.is_whole() {
            let leaves = self.range.start.saturating_add(places.start)..self.range.start.saturating_add(places.end);
            let run = leaves.start..leaves.end.min(self.range.end);
            return if run.is_empty() { Vec::new() } else { vec![run] };
        }
        runs_of(self.leaves(places))
    }

    /// Returns the leaves that were removed. Cost: grows with the range where any was.
    #[must_use]
    pub fn removed(&self) -> RoaringTreemap {
        let mut removed = RoaringTreemap::new();
        if let Some(left) = &self.left {
            removed.insert_range(self.range.clone());
            removed -= &left.leaves;
            removed.optimize();
        }
        removed
    }

    /// Returns how many leaves were removed.
    #[must_use]
    pub fn removed_count(&self) -> u64 {
        self.range.end - self.range.start - self.len()
    }

    /// Returns the leaves of this set that lie in a range within its own.
    #[must_use]
    pub fn within(&self, range: Range<u64>) -> Self {
        if self.is_whole() { Self::from(range) } else { Self::without(range, &self.removed()) }
    }

    /// Returns the set of neighbours together. `None` if there are none, or they are no neighbours.
    pub fn joined<'a>(sets: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut sets = sets.into_iter();
        let first = sets.next()?;
        let mut range = first.range();
        let mut removed = first.removed();
        for set in sets {
            if set.start() != range.end {
                return None;
            }
            range.end = set.end();
            removed |= set.removed();
        }
        Some(if removed.is_empty() { Self::from(range) } else { Self::without(range, &removed) })
    }

    /// Returns the removed leaves as bytes: the portable Roaring format for 64 bits. Empty where none was removed.
    #[must_use]
    pub fn encode_removed(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if !self.is_whole() {
            // Writing to memory cannot fail.
            let _ = self.removed().serialize_into(&mut bytes);
        }
        bytes
    }

    /// Reads what [`LeafSet::encode_removed`] wrote of a set of `len` leaves. Memory: as the bytes, whatever the range.
    ///
    /// # Errors
    /// `InvalidData` if it is none, names no leaf, or one outside the range, or not as many as the set lacks.
    pub fn decode_removed(range: Range<u64>, len: u64, bytes: &[u8]) -> io::Result<Self> {
        let mut rest = bytes;
        let removed = RoaringTreemap::deserialize_from(&mut rest)?;
        let inside = removed.min().zip(removed.max());
        let inside = inside.is_some_and(|(min, max)| range.contains(&min) && range.contains(&max));
        // Asked before the range is built: what is left must be as little as was said.
        let adds_up = removed.len().checked_add(len) == range.end.checked_sub(range.start);
        if !inside || !adds_up || !rest.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self::without(range, &removed))
    }
}

/// Returns ascending leaves as runs of neighbours.
fn runs_of(leaves: impl IntoIterator<Item = u64>) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for leaf in leaves {
        match runs.last_mut() {
            Some(run) if run.end == leaf => run.end += 1,
            _ => runs.push(leaf..leaf + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// A range, and what was removed of it: single leaves and runs, or nothing.
    fn parts() -> impl Strategy<Value = (Range<u64>, BTreeSet<u64>)> {
        let bases = prop_oneof![0..3_u64, 65_500..65_600_u64, (1_u64 << 32) - 300..(1 << 32) + 10];
        let spans = prop_oneof![1..400_u64, 65_000..140_000_u64];
        let runs = proptest::collection::vec((0..1_000_u64, 1..50_000_u64), 0..5);
        let singles = proptest::collection::vec(0..200_000_u64, 0..40);
        (bases, spans, runs, singles).prop_map(|(first, span, runs, singles)| {
            let range = first..first + span;
            let run = |(at, len): (u64, u64)| first + at * span / 1_000..first + at * span / 1_000 + len.min(span / 3);
            let removed = runs.into_iter().flat_map(run).chain(singles.into_iter().map(|at| first + at % span));
            (range.clone(), removed.filter(|leaf| range.contains(leaf)).collect())
        })
    }

    fn set(range: &Range<u64>, removed: &BTreeSet<u64>) -> LeafSet {
        LeafSet::without(range.clone(), &removed.iter().copied().collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn look_ups_are_those_of_a_plain_list((range, removed) in parts(), probes in proptest::collection::vec(0..200_000_u64, 30)) {
            let set = set(&range, &removed);
            let held: Vec<u64> = range.clone().filter(|leaf| !removed.contains(leaf)).collect();
            prop_assert_eq!(set.len(), held.len() as u64);
            prop_assert_eq!(set.is_whole(), removed.is_empty());
            prop_assert_eq!(set.removed_count(), removed.len() as u64);
            prop_assert_eq!(set.removed().into_iter().collect::<BTreeSet<_>>(), removed.clone());
            prop_assert_eq!(set.last(), held.last().copied());
            prop_assert!(set.leaves(0..u64::MAX).eq(held.iter().copied()));
            for probe in probes {
                let leaf = (range.start + probe).saturating_sub(20);
                let before = held.partition_point(|held| *held < leaf);
                prop_assert_eq!(set.places_before(leaf), before as u64);
                prop_assert_eq!(set.place_of(leaf), held.binary_search(&leaf).ok().map(|place| place as u64));
                prop_assert_eq!(set.leaf_at(probe), held.get(probe as usize).copied());
                let places = before.min(held.len())..(before + 90).min(held.len());
                let some = places.start as u64..places.end as u64;
                prop_assert!(set.leaves(some.clone()).eq(held[places.clone()].iter().copied()));
                let runs = set.runs(some);
                prop_assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
                prop_assert!(runs.into_iter().flatten().eq(held[places].iter().copied()));
            }
        }

        #[test]
        fn a_set_is_its_pieces_joined_and_comes_back_from_bytes((range, removed) in parts(), cuts in proptest::collection::vec(0..200_000_u64, 0..4)) {
            let whole = set(&range, &removed);
            let mut ends: Vec<u64> = cuts.into_iter().map(|cut| range.start + cut % (range.end - range.start)).collect();
            ends.extend([range.start, range.end]);
            ends.sort_unstable();
            let pieces: Vec<LeafSet> = ends.windows(2).map(|ends| whole.within(ends[0]..ends[1])).collect();
            prop_assert_eq!(LeafSet::joined(&pieces), Some(whole.clone()));
            let bytes = whole.encode_removed();
            prop_assert_eq!(bytes.is_empty(), whole.is_whole());
            match LeafSet::decode_removed(range.clone(), whole.len(), &bytes) {
                Ok(read) => prop_assert_eq!(read, whole),
                Err(_) => prop_assert!(whole.is_whole(), "nothing removed is written as nothing"),
            }
        }
    }

    #[test]
    fn foreign_bytes_are_no_removed_leaves() {
        let removed: RoaringTreemap = [5, 6, 900].into_iter().collect();
        let set = LeafSet::without(5..1_000, &removed);
        let bytes = set.encode_removed();
        let decode = |range, bytes: &[u8]| LeafSet::decode_removed(range, 992, bytes);
        assert_eq!(decode(5..1_000, &bytes).unwrap(), set);
        for range in [6..1_001, 0..900, 900..1_895, 0..0] {
            assert!(decode(range, &bytes).is_err(), "it names leaves outside");
        }
        for range in [5..1_001, 0..u64::MAX] {
            assert!(decode(range, &bytes).is_err(), "the set has not so many leaves");
        }
        for len in 0..bytes.len() {
            assert!(decode(5..1_000, &bytes[..len]).is_err(), "cut to {len}");
        }
        assert!(decode(5..1_000, &[&bytes[..], &[0]].concat()).is_err());
        let mut none = Vec::new();
        RoaringTreemap::new().serialize_into(&mut none).unwrap();
        assert!(
            LeafSet::decode_removed(5..1_000, 995, &none).is_err(),
            "a set that lacks nothing is written otherwise"
        );
        let apart = [LeafSet::from(0..5), LeafSet::from(6..9)];
        assert_eq!(LeafSet::joined(&apart), None);
        assert_eq!(LeafSet::joined(&[]), None);
    }
}

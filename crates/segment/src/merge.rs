//! Merging: small neighbours become one segment, so that a question opens few.
//!
//! A quiet log seals a small segment a day, a busy one large ones. Segments are sorted into tiers by their rows, each eight
//! times the one below; eight of a tier are written again as one. So there are at most seven of each tier that can
//! grow, and a row is written again about once a tier.

use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::path::Path;

use env::Disk;

use crate::cache::BlockCache;
use crate::index::Lines;
use crate::manifest::SegmentEntry;
use crate::part::Field;
use crate::seal::Digests;
use crate::sealed::SealedLines;
use crate::{Part, PartError, SealError, Sealer, Segment};

/// Segments of one tier that are merged.
pub const MERGE_SEGMENTS: usize = 8;

/// Memory for blocks of the segment that is being read, which nobody else asks for.
const CACHE_BYTES: usize = 4 << 20;

/// Lines between two looks at whether to go on.
const LINES_A_LOOK: u64 = 1_024;

/// How large a segment is, or may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Its lines.
    pub rows: u64,
    /// Bytes of its lines, uncompressed.
    pub bytes: u64,
}

impl Size {
    /// Each is eight times the one below.
    fn tier(self) -> u32 {
        self.rows.max(1).ilog2() / MERGE_SEGMENTS.ilog2()
    }

    fn and(self, other: Self) -> Self {
        Self { rows: self.rows.saturating_add(other.rows), bytes: self.bytes.saturating_add(other.bytes) }
    }

    fn fits(self, most: Self) -> bool {
        self.rows <= most.rows && self.bytes <= most.bytes
    }
}

/// Which of the segments, given in leaf order, are to be merged next, if any: neighbours that together are no larger
/// than `most`, of the lowest tier of which there are enough side by side.
///
/// Cost: a pass over the segments for each tier, of which there are at most twenty.
#[must_use]
pub fn choose(segments: &[Size], most: Size) -> Option<Range<usize>> {
    let highest = segments.iter().map(|size| size.tier()).max()?;
    (0..=highest).find_map(|tier| choose_of(segments, tier, most))
}

fn choose_of(segments: &[Size], tier: u32, most: Size) -> Option<Range<usize>> {
    let mut first = 0;
    // Smaller ones may lie between those of the tier; larger ones end a stretch.
    for stretch in segments.split(|size| size.tier() > tier) {
        let of_tier = |sizes: &[Size]| sizes.iter().filter(|size| size.tier() == tier).count();
        if of_tier(stretch) >= MERGE_SEGMENTS {
            for start in 0..stretch.len() {
                let rest = stretch.get(start..).unwrap_or_default();
                let count = fitting(rest, most);
                if of_tier(rest.get(..count).unwrap_or_default()) > 1 {
                    return Some(first + start..first + start + count);
                }
            }
        }
        first += stretch.len() + 1;
    }
    None
}

/// How many of the first segments are together no larger than `most`.
fn fitting(segments: &[Size], most: Size) -> usize {
    let sums = segments.iter().scan(Size { rows: 0, bytes: 0 }, |sum, size| {
        *sum = sum.and(*size);
        Some(*sum)
    });
    sums.take_while(|sum| sum.fits(most)).count()
}

/// A segment to be merged.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// As the manifest names it.
    pub entry: SegmentEntry,
    /// The same, opened; its index knows the keyed tokens of addresses.
    pub part: &'a Segment,
}

/// Why segments were not merged. Nothing has changed; the segments go on answering.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// A segment cannot be read. Remedy: `verify`.
    #[error("a segment to be merged cannot be read")]
    Read(#[from] PartError),
    /// The merged segment could not be written.
    #[error("the merged segment could not be sealed")]
    Seal(#[from] SealError),
}

/// Writes neighbours as one segment, durable and read back; the caller's manifest says that it takes their place.
/// `None` if `go_on` said no. Cost: each line is read, indexed, compressed and written once, some 10 µs; memory of the
/// index in the making, some 400 bytes a row.
///
/// # Errors
/// [`MergeError`]; files under temporary names are removed.
///
/// # Panics
/// If the sources are none, or not consecutive.
pub fn merge(
    disk: &dyn Disk,
    dir: &Path,
    sources: &[Source<'_>],
    digests: &Digests<'_>,
    go_on: &dyn Fn() -> bool,
) -> Result<Option<SegmentEntry>, MergeError> {
    let first = sources.first().unwrap_or_else(|| panic!("there is something to merge")).entry.name.first;
    let rows: u64 = sources.iter().map(|source| u64::from(source.part.rows())).sum();
    let seed = sources.first().map_or(0, |source| source.part.index().seed());
    let mut sealer = Sealer::begin(disk, dir, first, usize::try_from(rows).unwrap_or(0), seed)?;
    for source in sources {
        assert_eq!(source.entry.name.first, sealer.leaves().end, "merged segments are neighbours");
        if !append(disk, dir, source, &mut sealer, go_on)? {
            return Ok(None);
        }
    }
    Ok(Some(sealer.finish(digests)?))
}

/// Appends every line of a source; `false` if `go_on` said no.
fn append(
    disk: &dyn Disk,
    dir: &Path,
    source: &Source<'_>,
    sealer: &mut Sealer<'_>,
    go_on: &dyn Fn() -> bool,
) -> Result<bool, MergeError> {
    let addresses = addresses(source.part)?;
    let lines = SealedLines::open(disk, dir, &source.entry, &BlockCache::new(CACHE_BYTES))?;
    let mut failed: Option<MergeError> = None;
    let mut going = true;
    lines.data().scan(0, &mut |leaf, line| {
        going = !leaf.is_multiple_of(LINES_A_LOOK) || go_on();
        let disclosed = if going { lines.disclosures(leaf) } else { return ControlFlow::Break(()) };
        let pushed = disclosed.map_err(MergeError::from).and_then(|disclosed| {
            sealer.push(line, &disclosed, addresses.get(&leaf).copied()).map_err(MergeError::from)
        });
        match pushed {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(going), Err)
}

/// The keyed token of the address of each leaf that has one, from a part's own index: nothing needs to be decrypted for
/// it again.
///
/// # Errors
/// As [`Part::values`].
pub fn addresses(part: &dyn Part) -> Result<HashMap<u64, u64>, PartError> {
    let mut addresses = HashMap::new();
    for (token, rows) in part.values(Field::Address)? {
        let Some(token) = token.as_slice().try_into().map(u64::from_be_bytes).ok() else { continue };
        addresses.extend(rows.into_iter().map(|row| (part.leaf(row), token)));
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Size = Size { rows: 1 << 19, bytes: 1 << 30 };

    fn chosen(rows: &[u64]) -> Option<Range<usize>> {
        let sizes: Vec<Size> = rows.iter().map(|&rows| Size { rows, bytes: rows * 800 }).collect();
        choose(&sizes, MOST)
    }

    #[test]
    fn eight_of_a_tier_are_merged_and_no_fewer() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&[100; 7]), None);
        assert_eq!(chosen(&[100; 8]), Some(0..8));
        assert_eq!(chosen(&[500_000, 100, 100, 3, 100, 100, 100, 100, 100, 100]), Some(1..10), "smaller ones go along");
        assert_eq!(
            chosen(&[5_000, 100, 100, 100, 100, 100, 100, 100]),
            None,
            "a large one is not written again for few"
        );
        assert_eq!(chosen(&[5_000, 100, 5_000, 100, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000]), Some(0..10));
    }

    #[test]
    fn what_is_merged_stays_below_the_largest_size() {
        assert_eq!(chosen(&[100_000; 8]), Some(0..5));
        assert_eq!(chosen(&[300_000; 8]), None, "no two of them fit");
        let long = |rows| Size { rows, bytes: 200 << 20 };
        assert_eq!(choose(&[long(100); 8], MOST), Some(0..5), "bytes count as well as rows");
    }

    /// However many are sealed, few stay, and rows are written again only a few times.
    #[test]
    fn segments_stay_few_and_rows_are_seldom_written_again() {
        let (mut segments, mut written) = (Vec::<Size>::new(), 0);
        for n in 0..20_000_u64 {
            segments.push(Size { rows: 50 + n % 40, bytes: 40_000 });
            while let Some(range) = choose(&segments, MOST) {
                let merged =
                    segments[range.clone()].iter().fold(Size { rows: 0, bytes: 0 }, |sum, size| sum.and(*size));
                assert!(merged.fits(MOST) && range.len() > 1);
                written += merged.rows;
                segments.splice(range, [merged]);
            }
        }
        let rows: u64 = segments.iter().map(|size| size.rows).sum();
        assert!(segments.len() <= 40, "{} segments", segments.len());
        assert!(written <= rows * 6, "{written} rows written again for {rows}");
    }
}

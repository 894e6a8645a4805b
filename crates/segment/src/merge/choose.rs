//! Which segments are merged.

use std::ops::Range;

/// Segments of one tier that are merged.
pub const MERGE_SEGMENTS: usize = 8;

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

    /// Whether no two segments of this size fit together: merging it again would cost more than it gains.
    #[must_use]
    pub fn is_done(self, most: Self) -> bool {
        !self.and(self).fits(most)
    }

    fn fits(self, most: Self) -> bool {
        self.rows <= most.rows && self.bytes <= most.bytes
    }
}

/// The segments to merge next, if any, given all in leaf order: neighbours that together are no larger than `most`, of the lowest
/// tier that has enough of them side by side.
///
/// Cost: a pass over the segments for each tier, of which there are at most twenty.
#[must_use]
pub fn choose(segments: &[Size], most: Size) -> Option<Range<usize>> {
    let highest = segments.iter().map(|size| size.tier()).max()?;
    (0..=highest).find_map(|tier| choose_of(segments, tier, most))
}

fn choose_of(segments: &[Size], tier: u32, most: Size) -> Option<Range<usize>> {
    let mut first = 0;
    // Smaller ones may lie between those of the tier; larger ones end a stretch, and so do those that are done.
    for stretch in segments.split(|size| size.tier() > tier || size.is_done(most)) {
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
        let mut segments = Vec::<Size>::new();
        let mut written = 0;
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

    /// What the decision record says of a busy log: two hundred million rows, sealed 262,144 at a time.
    #[test]
    fn large_segments_are_some_twenty_and_a_row_is_written_again_twice() {
        let most = Size { rows: 1 << 24, bytes: 32 << 30 };
        let mut segments = Vec::<Size>::new();
        let mut written = 0;
        for n in 0..800_u64 {
            segments.push(Size { rows: 262_144 + n % 1_000, bytes: 210 << 20 });
            while let Some(range) = choose(&segments, most) {
                let merged =
                    segments[range.clone()].iter().fold(Size { rows: 0, bytes: 0 }, |sum, size| sum.and(*size));
                assert!(merged.fits(most) && range.len() > 1);
                written += merged.rows;
                segments.splice(range, [merged]);
            }
            let rows: u64 = segments.iter().map(|size| size.rows).sum();
            assert!(segments.len() as u64 <= rows / 12_000_000 + 14, "{} segments of {rows} rows", segments.len());
        }
        let rows: u64 = segments.iter().map(|size| size.rows).sum();
        assert!(written <= rows * 2, "{written} rows written again for {rows}");
        // Of a log whose segments were never merged.
        let never = vec![Size { rows: 530_000, bytes: 420 << 20 }; 190];
        assert_eq!(choose(&never, most), Some(0..31));
    }
}

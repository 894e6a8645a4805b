//! Ids lie in leaf order, so those of one index follow those of the other.

use super::error::IndexMergeError;
use super::output::IndexOutput;
use super::spool::Scratch;
use crate::Index;
use crate::format::{BLOCK, Kind};

/// The range of no id.
const NONE: (u64, u64) = (u64::MAX, 0);

pub(super) fn write(
    sources: &[&Index],
    scratch: &Scratch<'_>,
    output: &mut IndexOutput,
) -> Result<(), IndexMergeError> {
    let mut ranges = scratch.spool();
    let mut fingerprints = scratch.spool();
    let mut all = NONE;
    // The block that the next leaves may share.
    let mut open = NONE;
    for source in sources {
        let name = Kind::Ids.alone();
        let ids = source.ids()?.ok_or_else(|| source.damaged(name))?;
        let mut shares = !(source.first_leaf() as usize).is_multiple_of(BLOCK);
        for range in ids.ranges().ok_or_else(|| source.damaged(name))? {
            if !shares && open != NONE {
                append(&mut ranges, open)?;
                open = NONE;
            }
            open = unite(open, range);
            all = unite(all, range);
            shares = false;
        }
        fingerprints.append(ids.fingerprints().ok_or_else(|| source.damaged(name))?)?;
    }
    if open != NONE {
        append(&mut ranges, open)?;
    }
    let mut head = Vec::with_capacity(16);
    head.extend_from_slice(&all.0.to_le_bytes());
    head.extend_from_slice(&all.1.to_le_bytes());
    output.section(Kind::Ids.alone(), &head, [ranges, fingerprints])
}

fn unite(a: (u64, u64), b: (u64, u64)) -> (u64, u64) {
    (a.0.min(b.0), a.1.max(b.1))
}

fn append(ranges: &mut super::spool::Spool<'_>, (low, high): (u64, u64)) -> Result<(), IndexMergeError> {
    ranges.append(&low.to_le_bytes())?;
    ranges.append(&high.to_le_bytes())
}

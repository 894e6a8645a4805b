//! Merging by sealing anew: the files are what they would be if all had been sealed at once.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use env::Disk;
use index::{AddressValue, Ask, Field, IndexSecret};

use super::{MergeError, Source};
use crate::cache::BlockCache;
use crate::manifest::SegmentEntry;
use crate::seal::Digests;
use crate::sealed::SealedLines;
use crate::{Part, PartError, PartLines, Sealer};

/// Memory for blocks of the segment that is being read, which nobody else asks for.
const CACHE_BYTES: usize = 4 << 20;

/// Lines between two looks at whether to go on.
const LINES_A_LOOK: u64 = 1_024;

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
    let secret = sources.first().map_or(IndexSecret::from(0), |source| IndexSecret {
        seed: source.part.index().seed(),
        key: *source.part.source().data().index_key(),
    });
    let mut sealer = Sealer::begin(disk, dir, first, usize::try_from(rows).unwrap_or(0), secret)?;
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

/// The address value of each leaf that has one, from a part's own index, so that nothing is decrypted again; of erased persons
/// nothing could be.
///
/// # Errors
/// As [`Part::values`].
pub fn addresses(part: &dyn Part) -> Result<HashMap<u64, AddressValue>, PartError> {
    let mut addresses = HashMap::new();
    let failed_before = part.failed_reads();
    part.each_value(Field::Address, &Ask::ALL, &mut |value, rows| {
        if let Ok(value) = AddressValue::try_from(value) {
            addresses.extend(rows.into_iter().map(|row| (part.leaf(row), value)));
        }
        true
    })?;
    if part.failed_reads() != failed_before {
        return Err(part.last_failure().unwrap_or(PartError::IndexUnread));
    }
    Ok(addresses)
}

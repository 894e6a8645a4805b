//! Making every index again, with the log at rest.

use std::cmp::Reverse;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use env::BlobStore;
use index::{Difference, Field, IndexSecret};
use segment::BlockCache;
use segment::manifest::{Manifest, SegmentEntry, newest};
use segment::sealed::{AddressOf, IndexAccess, ReindexError, Reindexing, SealedLines};
use vault::{RootKey, Vault};

use crate::disclose::indexing::{address_of, index_secret};
use crate::start::create::surroundings;
use crate::start::error::OpenLogError;
use crate::start::ground::{Ground, survey};
use crate::start::looking::check_removed;
use crate::state::config::{Config, World};
use crate::state::layout::Layout;

/// Memory for frames while indexes are made, of all threads together.
const CACHE_BYTES: usize = 16 << 20;

/// Threads that make indexes, however many processors there are: each takes some 350 MiB, and all are to stay below a gibibyte.
const THREADS_MAX: usize = 2;

/// Who is told how making indexes gets on, by any thread.
pub struct Watch<'w> {
    /// Told of each segment that is done: its name, and whether the file had to be changed.
    pub each: &'w (dyn Fn(&str, bool) + Sync),
    /// Told how many sealed entries are done, and of how many.
    pub progress: &'w (dyn Fn(u64, u64) + Sync),
}

/// Makes the index of every segment again. Returns how many segments there are.
///
/// Cost: reads and indexes every sealed line, several segments at once.
///
/// # Errors
/// As [`crate::Log::open`].
pub fn reindex(config: &Config, world: &World, watch: &Watch<'_>) -> Result<usize, OpenLogError> {
    let layout = Layout::new(&config.data, &config.marks);
    let disk = &*world.disk;
    if survey(world, &layout)? == Ground::Free {
        return Err(OpenLogError::NoLog { data: config.data.clone() });
    }
    let _lock = disk.lock(layout.data())?;
    let vault = Vault::open(layout.data(), surroundings(world, &layout), &RootKey::read(disk, layout.data())?)?;
    let stores = world.stores(&layout);
    let segments = newest(&*stores.manifests)?.map_or_else(Vec::new, |manifest: Manifest| manifest.segments);
    // An index over a segment that lacks entries without a reason would vouch for it.
    for entry in segments.iter().filter(|entry| entry.removed.is_some()) {
        check_removed(&SealedLines::open(&*stores.segments, entry, &BlockCache::new(0))?, &config.explained)?;
    }
    make_again(&*stores.segments, &vault, &segments, watch)?;
    Ok(segments.len())
}

/// Makes the indexes of these segments again, one segment a thread, the largest first. Once one has failed, those that were begun
/// are finished and no other is begun.
///
/// # Errors
/// That of the first segment that failed; its old index is still there.
pub(crate) fn make_again(
    store: &dyn BlobStore,
    vault: &Vault,
    segments: &[SegmentEntry],
    watch: &Watch<'_>,
) -> Result<(), ReindexError> {
    side_by_side(vault, segments, watch.progress, &|entry, how| {
        let changed = segment::sealed::reindex(store, entry, how)?;
        (watch.each)(&entry.name.to_string(), changed);
        Ok(())
    })
}

/// Makes the indexes of these segments once more and compares; returns those that differ, and how, after they were replaced. Where persons were erased, address values are not compared: they cannot be made again.
///
/// # Errors
/// As [`make_again`].
pub(crate) fn compare(
    store: &dyn BlobStore,
    vault: &Vault,
    segments: &[SegmentEntry],
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Vec<(SegmentEntry, Difference)>, ReindexError> {
    let leave_out = vault.has_erased().then_some(Field::Address);
    let found = Mutex::new(Vec::new());
    side_by_side(vault, segments, progress, &|entry, how| {
        if let Some(difference) = segment::sealed::check_index(store, entry, how, leave_out)? {
            found.lock().unwrap_or_else(PoisonError::into_inner).push((*entry, difference));
        }
        Ok(())
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(entry, _)| entry.name.first);
    Ok(found)
}

/// What is done with a segment's index.
type EachIndex<'e> = dyn Fn(&SegmentEntry, &Reindexing<'_>) -> Result<(), ReindexError> + Sync + 'e;

/// Does `each` with these segments, a segment a thread, the largest first.
fn side_by_side(
    vault: &Vault,
    segments: &[SegmentEntry],
    progress: &(dyn Fn(u64, u64) + Sync),
    each: &EachIndex<'_>,
) -> Result<(), ReindexError> {
    let mut largest_first: Vec<_> = segments.iter().collect();
    largest_first.sort_by_key(|entry| Reverse(entry.rows()));
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let done = AtomicU64::new(0);
    let IndexSecret { seed, key } = index_secret(vault);
    let cache = BlockCache::keyed(CACHE_BYTES, key);
    let all = segments.iter().map(SegmentEntry::rows).sum();
    let tell = |more| progress(done.fetch_add(more, Ordering::Relaxed) + more, all);
    let work = || {
        while let Some(entry) = largest_first.get(next.fetch_add(1, Ordering::Relaxed))
            && !failed.load(Ordering::Relaxed)
        {
            let address: &AddressOf<'_> = &|entry, disclosed| Ok(address_of(vault, entry, disclosed)?);
            let how = Reindexing { progress: &tell, ..Reindexing::new(&cache, IndexAccess::Blocks, seed, address) };
            each(entry, &how).inspect_err(|_| failed.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX).min(segments.len());
    env::threads::map(0..threads, |_| work()).into_iter().collect()
}

//! The segments that the manifest names, side by side.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use env::Disk;
use segment::BlockCache;
use segment::manifest::SegmentEntry;
use segment::sealed::{AddressOf, IndexAccess, Reindexing};
use segment::verify::{FindingKind, verify_segment};
use vault::{RootKey, Vault};

use super::directory::sort_in;
use super::since::open_digests;
use super::{Progress, Verification, VerifyError};
use crate::config::{Config, World};
use crate::create::surroundings;
use crate::layout::Layout;
use crate::rows::address_of;
use crate::shared::with_causes;

/// Memory for frames while an index is made again.
const CACHE_BYTES: usize = 8 << 20;

/// Segments checked at once, however many processors there are: two of half a million entries take some 50 MiB.
const AT_ONCE_MAX: usize = 8;

/// Checks each segment; returns those whose index is to be made again.
pub(super) fn check(
    disk: &dyn Disk,
    layout: &Layout,
    named: &[SegmentEntry],
    progress: Progress<'_>,
    verification: &mut Verification,
) -> Vec<SegmentEntry> {
    let (dir, tree, size) = (layout.segments(), layout.tree(), verification.size);
    let (next, checked) = (AtomicUsize::new(0), AtomicU64::new(0));
    let verify = |entry: &SegmentEntry| {
        let digests = open_digests(disk, &tree)?;
        let found = verify_segment(disk, &dir, entry, &|leaf| Ok(digests.get(leaf)?), IndexAccess::Read);
        let leaves = entry.name.last + 1 - entry.name.first;
        progress(checked.fetch_add(leaves, Ordering::Relaxed) + leaves, size);
        found
    };
    let work = || {
        let take = || named.get(next.fetch_add(1, Ordering::Relaxed));
        std::iter::from_fn(take).map(|entry| (entry, verify(entry))).collect::<Vec<_>>()
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(AT_ONCE_MAX).min(named.len());
    let mut found: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    found.sort_by_key(|(entry, _)| entry.name.first);
    let mut rebuild = Vec::new();
    for (entry, found) in found {
        match found {
            Ok(findings) => {
                if findings.iter().any(|finding| finding.kind == FindingKind::Index) {
                    rebuild.push(*entry);
                }
                sort_in(findings, verification);
            }
            Err(error) => verification.found(tree.join("digests"), Some(entry.name.leaves()), error.to_string()),
        }
    }
    rebuild
}

/// Makes indexes again, from lines and disclosures that were found sound.
pub(super) fn reindex(
    config: &Config,
    world: &World,
    layout: &Layout,
    rebuild: &[SegmentEntry],
    verification: &mut Verification,
) -> Result<(), VerifyError> {
    if rebuild.is_empty() {
        return Ok(());
    }
    let disk: &dyn Disk = &*world.disk;
    let opened =
        RootKey::read(disk, &config.data).and_then(|root| Vault::open(&config.data, surroundings(world), &root));
    let vault = match opened {
        Ok(vault) => vault,
        Err(error) => {
            verification.found(layout.keys(), None, with_causes(&error));
            return Ok(());
        }
    };
    for entry in rebuild {
        let cache: Arc<BlockCache> = BlockCache::new(CACHE_BYTES);
        let address: &AddressOf<'_> = &|entry, disclosed| Ok(address_of(&vault, entry, disclosed)?);
        let how = Reindexing::new(&cache, IndexAccess::Map, vault.index_seed(), address);
        segment::sealed::reindex(disk, &layout.segments(), entry, &how)?;
        verification.notes.push(format!("the index of segment {} was made again", entry.name));
    }
    Ok(())
}

//! Making every index again, with the log at rest.

use env::Lock;
use segment::BlockCache;
use segment::manifest::{Manifest, newest};
use segment::sealed::{AddressOf, IndexAccess, Reindexing};
use vault::{RootKey, Vault};

use crate::config::{Config, World};
use crate::create::{is_log, surroundings};
use crate::layout::Layout;
use crate::open::OpenError;
use crate::rows::address_of;

/// Memory for frames while indexes are made.
const CACHE_BYTES: usize = 16 << 20;

/// Who is told how making indexes gets on.
pub struct Watch<'w> {
    /// Told of each segment that is done: its name, and whether the file had to be changed.
    pub each: &'w dyn Fn(&str, bool),
    /// Told how many sealed entries are done, and of how many.
    pub progress: &'w dyn Fn(u64, u64),
}

/// Makes the index of every segment again. Returns how many segments there are.
///
/// Cost: reads and indexes every sealed line.
///
/// # Errors
/// As [`crate::Log::open`].
pub fn reindex(config: &Config, world: &World, watch: &Watch<'_>) -> Result<usize, OpenError> {
    let layout = Layout::new(&config.data, &config.marks);
    let (disk, dir) = (&*world.disk, layout.segments());
    if !is_log(disk, &layout)? {
        return Err(OpenError::NoLog { data: config.data.clone() });
    }
    let _lock = Lock::acquire(layout.data())?;
    let vault = Vault::open(layout.data(), surroundings(world), &RootKey::read(disk, layout.data())?)?;
    let manifest = newest(disk, &layout.manifests())?;
    let cache = BlockCache::new(CACHE_BYTES);
    let sealed = manifest.as_ref().map_or(0, Manifest::sealed_to);
    for entry in manifest.iter().flat_map(|manifest: &Manifest| &manifest.segments) {
        let address: &AddressOf<'_> = &|entry, disclosed| Ok(address_of(&vault, entry, disclosed)?);
        let progress = |rows| (watch.progress)(entry.name.first + rows, sealed);
        let how = Reindexing {
            progress: &progress,
            ..Reindexing::new(&cache, IndexAccess::Map, vault.index_seed(), address)
        };
        let changed = segment::sealed::reindex(disk, &dir, entry, &how)?;
        (watch.progress)(entry.name.last + 1, sealed);
        (watch.each)(&entry.name.to_string(), changed);
    }
    Ok(manifest.map_or(0, |manifest| manifest.segments.len()))
}

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

/// Makes the index of every segment again and tells `each` its name, and whether the file had to be changed. Returns
/// how many segments there are.
///
/// Cost: reads and indexes every sealed line.
///
/// # Errors
/// As [`crate::Log::open`].
pub fn reindex(config: &Config, world: &World, each: &dyn Fn(&str, bool)) -> Result<usize, OpenError> {
    let layout = Layout::new(&config.data, &config.marks);
    let (disk, dir) = (&*world.disk, layout.segments());
    if !is_log(disk, &layout)? {
        return Err(OpenError::NoLog { data: config.data.clone() });
    }
    let _lock = Lock::acquire(layout.data())?;
    let vault = Vault::open(layout.data(), surroundings(world), &RootKey::read(disk, layout.data())?)?;
    let manifest = newest(disk, &layout.manifests())?;
    let cache = BlockCache::new(CACHE_BYTES);
    for entry in manifest.iter().flat_map(|manifest: &Manifest| &manifest.segments) {
        let address: &AddressOf<'_> = &|entry, disclosed| Ok(address_of(&vault, entry, disclosed)?);
        let how = Reindexing::new(&cache, IndexAccess::Map, vault.index_seed(), address);
        let changed = segment::sealed::reindex(disk, &dir, entry, &how)?;
        each(&entry.name.to_string(), changed);
    }
    Ok(manifest.map_or(0, |manifest| manifest.segments.len()))
}

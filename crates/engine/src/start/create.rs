//! A new log: keys, origin, an empty tree with its first checkpoint.
//!
//! Nothing is acknowledged before all of it is durable. A creation that was cut short is completed from what is there; nothing is
//! ever removed or made anew. The file `CREATING` stands from before the first key until after the first checkpoint: it says that
//! what lies beside it is an unfinished creation.

use env::Disk;
use ledger::{Ledger, LedgerEnv, create_signing_key, load_signing_key, new_origin};
use vault::{Surroundings, Vault};

use crate::start::error::OpenLogError;
use crate::state::config::{Config, World};
use crate::state::layout::Layout;

/// Makes a log where [`crate::start::ground::survey`] found that one may be made.
///
/// # Errors
/// Whatever a part answers; what was made stays and is completed next time.
pub(crate) fn create(config: &Config, world: &World, layout: &Layout) -> Result<(), OpenLogError> {
    let disk: &dyn Disk = &*world.disk;
    let marker = layout.creating();
    let marked = match disk.exists(&marker) {
        // What an earlier process has named and not synced is not there after a power failure, and what follows would be.
        Ok(true) => disk.sync_dir(layout.data()),
        Ok(false) => env::publish_file(disk, &marker, b""),
        Err(error) => Err(error),
    };
    marked.map_err(|source| OpenLogError::disk(&marker, source))?;
    for folder in [layout.keys(), layout.tree(), layout.journal(), layout.segments(), layout.manifests()] {
        disk.create_dir_all(&folder).map_err(|source| OpenLogError::disk(&folder, source))?;
    }
    drop(Vault::create(layout.data(), surroundings(world, layout))?);
    let path = layout.signing_key();
    let key = if disk.exists(&path).map_err(|source| OpenLogError::disk(&path, source))? {
        let key = load_signing_key(disk, &path)?;
        disk.sync_dir(&layout.keys()).map_err(|source| OpenLogError::disk(&path, source))?;
        key
    } else {
        create_signing_key(disk, &*world.random, &path, &new_origin(&config.name, &*world.random))?
    };
    let origin = key.name().to_owned();
    drop(Ledger::create(ledger_env(world), &layout.tree(), key, &layout.mark(&origin))?);
    created(disk, layout)?;
    tracing::info!(%origin, data = %layout.data().display(), "a new log");
    Ok(())
}

/// Removes the marker of a creation that came to its end.
///
/// # Errors
/// `Disk`.
pub(crate) fn created(disk: &dyn Disk, layout: &Layout) -> Result<(), OpenLogError> {
    let marker = layout.creating();
    let removed = disk.remove(&marker).and_then(|()| disk.sync_dir(layout.data()));
    removed.map_err(|source| OpenLogError::disk(&marker, source))
}

/// Makes sure that the folder of marks takes files, before anything is made: a log without its mark is half a log.
///
/// # Errors
/// `Disk`.
pub(crate) fn probe_marks(disk: &dyn Disk, layout: &Layout) -> Result<(), OpenLogError> {
    let probe = env::temporary_path(&layout.mark("probe"));
    let folder = probe.parent().unwrap_or(&probe);
    let probed = disk.create_dir_all(folder).and_then(|()| {
        env::remove_left(disk, &probe, b"")?;
        drop(disk.create_new(&probe)?);
        disk.remove(&probe)
    });
    probed.map_err(|source| OpenLogError::disk(folder, source))
}

pub(crate) fn surroundings(world: &World, layout: &Layout) -> Surroundings {
    Surroundings {
        disk: world.disk.clone(),
        keys: world.key_store(layout.data()),
        clock: world.clock.clone(),
        random: world.random.clone(),
        fold: index::fold,
    }
}

pub(crate) fn ledger_env(world: &World) -> LedgerEnv {
    LedgerEnv { disk: world.disk.clone(), clock: world.clock.clone() }
}

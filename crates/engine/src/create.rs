//! A new log: keys, origin, an empty tree with its first checkpoint.
//!
//! Nothing can be acknowledged before all of it is durable, so an interrupted creation is simply done again: a file
//! `CREATING` stands from before the first key until after the first checkpoint.

use std::io;
use std::path::{Path, PathBuf};

use env::Disk;
use ledger::{Ledger, LedgerEnv, create_signing_key, new_origin};
use vault::{Surroundings, Vault};

use crate::config::{Config, World};
use crate::layout::Layout;
use crate::open::OpenError;

const CREATING: &str = "CREATING";

/// Whether the folder holds a log that was made to the end.
///
/// # Errors
/// `Disk` if that cannot be seen.
pub(crate) fn is_log(disk: &dyn Disk, layout: &Layout) -> Result<bool, OpenError> {
    let exists = |path: &Path| disk.exists(path).map_err(|source| OpenError::disk(path, source));
    Ok(exists(&layout.signing_key())? && !exists(&layout.data().join(CREATING))?)
}

/// Makes a log in a folder that holds nothing but the lock.
///
/// # Errors
/// `NotEmpty` if something else lies there; whatever a part answers.
pub(crate) fn create(config: &Config, world: &World, layout: &Layout) -> Result<(), OpenError> {
    let disk: &dyn Disk = &*world.disk;
    let marker = layout.data().join(CREATING);
    if disk.exists(&marker).map_err(|source| OpenError::disk(&marker, source))? {
        remove_remains(disk, layout)?;
    } else {
        refuse_unless_empty(layout)?;
        env::publish_file(disk, &marker, b"").map_err(|source| OpenError::disk(&marker, source))?;
    }
    for folder in [layout.keys(), layout.tree(), layout.journal(), layout.segments(), layout.manifests()] {
        disk.create_dir_all(&folder).map_err(|source| OpenError::disk(&folder, source))?;
    }
    let surroundings = surroundings(world);
    drop(Vault::create(layout.data(), surroundings)?);
    let origin = new_origin(&config.name, &*world.random);
    let key = create_signing_key(disk, &*world.random, &layout.signing_key(), &origin)?;
    let mark = layout.mark(&origin);
    if let Some(folder) = mark.parent() {
        disk.create_dir_all(folder).map_err(|source| OpenError::disk(folder, source))?;
    }
    drop(Ledger::create(ledger_env(world), &layout.tree(), key, &mark)?);
    disk.remove(&marker)
        .and_then(|()| disk.sync_dir(layout.data()))
        .map_err(|source| OpenError::disk(&marker, source))?;
    tracing::info!(%origin, data = %layout.data().display(), "a new log");
    Ok(())
}

pub(crate) fn surroundings(world: &World) -> Surroundings {
    Surroundings {
        disk: world.disk.clone(),
        clock: world.clock.clone(),
        random: world.random.clone(),
        fold: segment::index::fold,
    }
}

pub(crate) fn ledger_env(world: &World) -> LedgerEnv {
    LedgerEnv { disk: world.disk.clone(), clock: world.clock.clone() }
}

/// Whatever lies in a folder that is about to become a log might be somebody's.
fn refuse_unless_empty(layout: &Layout) -> Result<(), OpenError> {
    let data = layout.data();
    let entries = std::fs::read_dir(data).map_err(|source| OpenError::disk(data, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| OpenError::disk(data, source))?;
        // Empty and of that name, it is what a creation leaves that ended before it had made its marker.
        let begun = entry.path() == env::temporary_path(&data.join(CREATING))
            && entry.metadata().is_ok_and(|file| file.is_file() && file.len() == 0);
        if entry.file_name() != "LOCK" && !begun {
            return Err(OpenError::NotEmpty { data: data.to_owned(), found: entry.path() });
        }
    }
    Ok(())
}

/// Removes what an interrupted creation made. Only called while the marker stands: no entry was ever accepted.
fn remove_remains(disk: &dyn Disk, layout: &Layout) -> Result<(), OpenError> {
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in [layout.keys(), layout.tree()] {
        match disk.list(&folder) {
            Ok(found) => files.extend(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(OpenError::disk(&folder, source)),
        }
    }
    let database = |suffix: &str| layout.data().join(format!("vault.db{suffix}"));
    files.extend(["", "-wal", "-shm", "-journal"].map(database));
    for file in files {
        match disk.remove(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(OpenError::disk(&file, error)),
            _ => {}
        }
    }
    Ok(())
}

//! What a folder holds, before anything is written into it.

use std::io;
use std::path::{Path, PathBuf};

use env::Disk;
use ledger::Ledger;
use segment::SegmentName;

use crate::start::error::OpenLogError;
use crate::state::config::World;
use crate::state::layout::Layout;

/// What a folder is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// It holds a log that was made to the end.
    Log,
    /// It is missing or empty, or holds what an unfinished creation has left: a log may be made here.
    Free,
}

/// Says what the folder is, and reads only.
///
/// A folder is a log if it has the signing key and the file of checkpoints, which creation makes last. A marker of a creation
/// means nothing there: whoever plants one must not make the log be made anew. A folder without these two, but with anything that
/// only grows in a log, is refused as well.
///
/// # Errors
/// `NotEmpty` for a foreign folder, `Incomplete` for a log of which part is missing, `Disk`.
pub(crate) fn survey(world: &World, layout: &Layout) -> Result<Ground, OpenLogError> {
    let disk: &dyn Disk = &*world.disk;
    let data = layout.data();
    let found = match disk.entries(data) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ground::Free),
        listed => listed.map_err(|source| OpenLogError::disk(data, source))?,
    };
    if is_log(disk, layout)? {
        return Ok(Ground::Log);
    }
    if let Some(found) = grown(world, layout)? {
        let missing = [layout.signing_key(), layout.tree().join(ledger::CHECKPOINTS_FILE)];
        let missing = missing.into_iter().find(|path| !disk.exists(path).unwrap_or(false));
        return Err(OpenLogError::Incomplete { found, missing: missing.unwrap_or_else(|| data.to_owned()) });
    }
    let begun = is_empty_file(disk, &layout.creating());
    let expected = |path: &PathBuf| {
        let made = begun && layout.made_by_creation().contains(path);
        made || is_lock(path) || (*path == env::temporary_path(&layout.creating()) && is_empty_file(disk, path))
    };
    match found.into_iter().find(|path| !expected(path)) {
        Some(found) => Err(OpenLogError::NotEmpty { data: data.to_owned(), found }),
        None => Ok(Ground::Free),
    }
}

/// Whether the folder holds a log that was made to the end.
///
/// # Errors
/// `Disk` if that cannot be seen.
pub(crate) fn is_log(disk: &dyn Disk, layout: &Layout) -> Result<bool, OpenLogError> {
    let key = layout.signing_key();
    let tree = layout.tree();
    let has_key = disk.exists(&key).map_err(|source| OpenLogError::disk(&key, source))?;
    Ok(has_key && Ledger::is_created(disk, &tree).map_err(|source| OpenLogError::disk(&tree, source))?)
}

/// Something that only a finished log has, and that must not be lost.
fn grown(world: &World, layout: &Layout) -> Result<Option<PathBuf>, OpenLogError> {
    let disk: &dyn Disk = &*world.disk;
    let is_grown = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let in_folder = |folder: PathBuf| path.parent() == Some(&folder);
        (in_folder(layout.segments()) && SegmentName::parse(name).is_some())
            || (in_folder(layout.journal()) && name.ends_with(".wal"))
            || (in_folder(layout.manifests()) && name.len() >= 12 && name.parse::<u64>().is_ok())
            || (in_folder(layout.tree()) && (name == ledger::CHECKPOINTS_FILE || name.starts_with("level-")))
            || (in_folder(layout.tree()) && name == "digests" && !is_empty_file(disk, path))
    };
    for folder in [layout.tree(), layout.segments(), layout.journal(), layout.manifests()] {
        let files = match disk.list(&folder) {
            Err(error) if is_absent(&error) => Vec::new(),
            other => other.map_err(|source| OpenLogError::disk(&folder, source))?,
        };
        if let Some(grown) = files.into_iter().find(|path| is_grown(path)) {
            return Ok(Some(grown));
        }
    }
    // Without the marker nothing is written to the folder anyway, so a foreign database need not be read.
    let keys = world.key_store(layout.data());
    let begun = is_empty_file(disk, &layout.creating());
    let has_grown = begun && keys.exists()? && !keys.is_fresh()?;
    Ok(has_grown.then(|| keys.name().to_owned()))
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a plain, empty file has this name; a link to one has not.
pub(crate) fn is_empty_file(disk: &dyn Disk, path: &Path) -> bool {
    env::begins_as(disk, path, b"").unwrap_or(false)
}

/// Whether this is the lock of a log and not what another program calls so.
fn is_lock(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == env::LOCK_FILE) && env::is_lock_file(path)
}

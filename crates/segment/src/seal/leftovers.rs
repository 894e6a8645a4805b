//! What a crash during sealing leaves behind.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use env::Disk;

use crate::manifest::Manifest;
use crate::names::SegmentName;

/// What became of files that no manifest names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Removed: what they hold is elsewhere, or they were not finished.
    pub removed: Vec<PathBuf>,
    /// Left where they are, and not used: they may be the only copy of what they hold.
    pub kept: Vec<PathBuf>,
}

/// Removes what unfinished sealing left in folder `dir`: temporary files, and files of segments that no manifest names, if all
/// their leaves are held elsewhere. `journal`: the leaves that no live segment has and that were *read* in the journal.
/// `are_held` says whether sound live segments hold given leaves before these.
///
/// Any other segment that no manifest names is left alone: it may be the only copy, of a log whose manifest was lost.
/// Call it at start, once everything else agrees, and before anything is sealed.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_leftovers(
    disk: &dyn Disk,
    dir: &Path,
    manifest: Option<&Manifest>,
    journal: &Range<u64>,
    are_held: &dyn Fn(Range<u64>) -> bool,
) -> io::Result<Leftovers> {
    let mut leftovers = Leftovers::default();
    for path in disk.list(dir)? {
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let is_removed = match SegmentName::parse(file_name) {
            Some((name, _)) if is_live(&name, manifest) => continue,
            Some((name, _)) => {
                let sealed = name.first..name.leaves().end.min(journal.start);
                name.last < journal.end && (sealed.is_empty() || are_held(sealed))
            }
            None if is_unfinished(file_name) => true,
            None => continue,
        };
        if is_removed {
            disk.remove(&path)?;
            leftovers.removed.push(path);
        } else {
            leftovers.kept.push(path);
        }
    }
    if !leftovers.removed.is_empty() {
        disk.sync_dir(dir)?;
    }
    Ok(leftovers)
}

/// Removes the temporary files that unfinished sealing left in folder `dir`, if there is one: nothing was ever read from them.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_unfinished(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    for path in env::list_if_there(disk, dir)? {
        if path.file_name().and_then(|name| name.to_str()).is_some_and(is_unfinished) {
            disk.remove(&path)?;
        }
    }
    Ok(())
}

/// Whether a temporary file is one of ours: they all begin with the number of a leaf.
fn is_unfinished(file_name: &str) -> bool {
    let leaf = file_name.split_once('-').map(|(leaf, _)| leaf);
    file_name.ends_with(env::TEMPORARY_SUFFIX)
        && leaf.is_some_and(|leaf| leaf.len() >= 12 && leaf.parse::<u64>().is_ok())
}

fn is_live(name: &SegmentName, manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| manifest.segments.iter().any(|entry| entry.name == *name))
}

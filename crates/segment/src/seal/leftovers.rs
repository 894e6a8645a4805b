//! What a crash during sealing leaves behind.

use std::io;
use std::path::{Path, PathBuf};

use env::Disk;

use crate::manifest::Manifest;
use crate::names::SegmentName;

/// Removes what unfinished sealing left in folder `dir`, and returns what was removed: temporary files, and files of
/// segments that no manifest names while the journal still holds all their leaves (`journal_from` and above).
///
/// A segment that no manifest names and whose leaves the journal has *not* is left alone: it may be the only copy, of
/// a log whose manifest was lost, and `verify` names it. Call it at start, before anything is sealed, and before
/// files of a segment are opened.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_leftovers(
    disk: &dyn Disk,
    dir: &Path,
    manifest: Option<&Manifest>,
    journal_from: u64,
) -> io::Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for path in disk.list(dir)? {
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let leftover = match SegmentName::parse(file_name) {
            Some((name, _)) => {
                let live = manifest.is_some_and(|manifest| manifest.segments.iter().any(|entry| entry.name == name));
                !live && name.first >= journal_from
            }
            None => file_name.ends_with(env::TEMPORARY_SUFFIX),
        };
        if leftover {
            disk.remove(&path)?;
            removed.push(path);
        }
    }
    if !removed.is_empty() {
        disk.sync_dir(dir)?;
    }
    Ok(removed)
}

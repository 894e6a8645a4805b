//! What a crash during sealing leaves behind.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use env::Disk;

use crate::manifest::Manifest;
use crate::names::{SegmentFile, SegmentName};

/// Removes what unfinished sealing left in folder `dir`, and returns what was removed: temporary files, and files of
/// segments that no manifest names while all their leaves are held elsewhere: by the journal (`journal_from` and
/// above), or by live segments whose files are there.
///
/// Any other segment that no manifest names is left alone: it may be the only copy, of a log whose manifest was lost,
/// and `verify` names it. Call it at start, before anything is sealed.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_leftovers(
    disk: &dyn Disk,
    dir: &Path,
    manifest: Option<&Manifest>,
    journal_from: u64,
) -> io::Result<Vec<PathBuf>> {
    let files = disk.list(dir)?;
    let there: HashSet<&PathBuf> = files.iter().collect();
    let mut removed = Vec::new();
    for path in &files {
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let leftover = match SegmentName::parse(file_name) {
            Some((name, _)) => {
                !is_live(&name, manifest)
                    && (name.first >= journal_from || manifest.is_some_and(|m| holds(m, &name, dir, &there)))
            }
            None => file_name.ends_with(env::TEMPORARY_SUFFIX),
        };
        if leftover {
            disk.remove(path)?;
            removed.push(path.clone());
        }
    }
    if !removed.is_empty() {
        disk.sync_dir(dir)?;
    }
    Ok(removed)
}

fn is_live(name: &SegmentName, manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| manifest.segments.iter().any(|entry| entry.name == *name))
}

/// Whether live segments hold every leaf of `name` and their files are there.
fn holds(manifest: &Manifest, name: &SegmentName, dir: &Path, there: &HashSet<&PathBuf>) -> bool {
    let is_there = |live: &SegmentName| {
        [SegmentFile::Lines, SegmentFile::Disclosures].iter().all(|file| there.contains(&live.path(dir, *file)))
    };
    name.last < manifest.sealed_to()
        && manifest
            .segments
            .iter()
            .map(|entry| entry.name)
            .filter(|live| live.first <= name.last && name.first <= live.last)
            .all(|live| is_there(&live))
}

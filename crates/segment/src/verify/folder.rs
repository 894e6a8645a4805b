//! What lies in the folder of segments that should not.

use std::io;
use std::path::Path;

use env::Disk;

use super::{FindingKind, SegmentFinding};
use crate::manifest::Manifest;
use crate::names::SegmentName;
use crate::seal::{Placed, place};

/// Finds the files in folder `dir` that no manifest names. Missing ones are found by [`super::verify_segment`].
///
/// What is left of unfinished sealing is no finding: a crash leaves it and the next start removes it.
///
/// # Errors
/// What the disk answers.
pub fn verify_folder(disk: &dyn Disk, dir: &Path, manifest: Option<&Manifest>) -> io::Result<Vec<SegmentFinding>> {
    let live = |name: &SegmentName| manifest.is_some_and(|m| m.segments.iter().any(|entry| entry.name == *name));
    let mut findings = Vec::new();
    for file in env::list_if_there(disk, dir)? {
        let (leaves, what) = match place(disk, &file)? {
            Placed::Unfinished => continue,
            Placed::Of(name) if live(&name) => continue,
            Placed::Of(name) => (Some(name.leaves()), "the manifest names no such segment"),
            Placed::Foreign(what) => (None, what),
        };
        findings.push(SegmentFinding { file, leaves, kind: FindingKind::Foreign, what: what.to_owned() });
    }
    Ok(findings)
}

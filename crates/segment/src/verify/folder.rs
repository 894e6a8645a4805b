//! What lies in the folder of segments that should not.

use std::io;
use std::path::Path;

use env::Disk;

use super::{Finding, FindingKind};
use crate::manifest::Manifest;
use crate::names::SegmentName;

/// Finds the files in folder `dir` that no manifest names. Missing ones are found by [`super::verify_segment`].
///
/// Temporary files are no finding: a crash leaves them and the next start removes them.
///
/// # Errors
/// What the disk answers.
pub fn verify_folder(disk: &dyn Disk, dir: &Path, manifest: Option<&Manifest>) -> io::Result<Vec<Finding>> {
    let live = |name: &SegmentName| manifest.is_some_and(|m| m.segments.iter().any(|entry| entry.name == *name));
    let mut findings = Vec::new();
    for file in env::list_if_there(disk, dir)? {
        let file_name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if file_name.ends_with(env::TEMPORARY_SUFFIX) {
            continue;
        }
        let (leaves, what) = match SegmentName::parse(file_name) {
            Some((name, _)) if live(&name) => continue,
            Some((name, _)) => (Some(name.leaves()), "the manifest names no such segment"),
            None => (None, "no file of a segment is named so"),
        };
        findings.push(Finding { file, leaves, kind: FindingKind::Foreign, what: what.to_owned() });
    }
    Ok(findings)
}

//! What lies where segments are kept that should not.

use std::io;

use env::BlobStore;

use super::{FindingKind, SegmentFinding};
use crate::manifest::Manifest;
use crate::names::SegmentName;
use crate::seal::{Found, Placed, find};

/// Finds the files that no manifest names. Missing ones are found by [`super::verify_segment`].
///
/// What is left of unfinished sealing is no finding: a crash leaves it and the next start removes it.
///
/// # Errors
/// What the store answers.
pub fn verify_folder(store: &dyn BlobStore, manifest: Option<&Manifest>) -> io::Result<Vec<SegmentFinding>> {
    let live = |name: &SegmentName| manifest.is_some_and(|m| m.segments.iter().any(|entry| entry.name == *name));
    let mut findings = Vec::new();
    for Found { path: file, placed, .. } in find(store)? {
        let (leaves, what) = match placed {
            Placed::Unfinished => continue,
            Placed::Of(name) if live(&name) => continue,
            Placed::Of(name) => (Some(name.leaves()), "the manifest names no such segment"),
            Placed::Foreign(what) => (None, what),
        };
        findings.push(SegmentFinding { file, leaves, kind: FindingKind::Foreign, what: what.to_owned() });
    }
    Ok(findings)
}

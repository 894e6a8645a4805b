//! What lies in a log's folder to tell the next start something: whether it does, or means nothing.

use env::{Disk, Kind};
use segment::manifest::Manifest;

use super::Verification;
use crate::start::ground::is_empty_file;
use crate::start::repaired::{self, NoteKey, Repaired};
use crate::state::layout::Layout;

/// Notes a repair that is to be recorded, and what only looks like a note of one or like a marker of a creation. `key`: `None` where the
/// log's signing key cannot be read.
pub(super) fn check(
    disk: &dyn Disk,
    layout: &Layout,
    key: Option<&NoteKey>,
    manifest: Option<&Manifest>,
    verification: &mut Verification,
) {
    let file = layout.repaired();
    let size = verification.size + verification.unsigned;
    let told = match key.map(|key| repaired::read(disk, &file, key, manifest, size)) {
        Some(Ok(Repaired::Nothing)) => None,
        Some(Ok(Repaired::Note(_))) => Some("a repair was done, and the next start records it".to_owned()),
        Some(Ok(Repaired::Recorded)) => Some("the repair is on record; the next start removes this".to_owned()),
        Some(Ok(Repaired::Foreign(what))) => Some(format!("{what}: it means nothing, and stays")),
        Some(Err(error)) => Some(error.to_string()),
        None if lies(disk, &file) => Some("without the log's key, nobody can tell who wrote it".to_owned()),
        None => None,
    };
    verification.notes.extend(told.map(|what| format!("{}: {what}", file.display())));
    let marker = layout.creating();
    if lies(disk, &marker) && !is_empty_file(disk, &marker) {
        let what = "this is no marker of a creation: it means nothing, and stays";
        verification.notes.push(format!("{}: {what}", marker.display()));
    }
}

fn lies(disk: &dyn Disk, path: &std::path::Path) -> bool {
    disk.kind(path).is_ok_and(|kind| kind != Kind::Absent)
}

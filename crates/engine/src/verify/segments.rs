//! The segments that the manifest names.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use env::Disk;
use segment::SegmentFile;
use segment::manifest::SegmentEntry;
use segment::sealed::IndexAccess;
use segment::verify::{FindingKind, How, verify_segment};
use vault::{RootKey, Vault};

use super::directory::sort_in;
use super::since::read_digests;
use super::{Progress, Verification, VerifyError};
use crate::config::{Config, World};
use crate::create::surroundings;
use crate::layout::Layout;
use crate::reindex::{Watch, make_again};
use crate::shared::with_causes;

/// Threads that read lines, however many processors there are: each takes some MiB.
const THREADS_MAX: usize = 16;

/// Checks one segment after the other, each on all processors; returns those whose index is to be made again.
pub(super) fn check(
    disk: &dyn Disk,
    layout: &Layout,
    named: &[SegmentEntry],
    progress: Progress<'_>,
    verification: &mut Verification,
) -> Vec<SegmentEntry> {
    let (dir, path, size) = (layout.segments(), layout.tree().join("digests"), verification.size);
    let file = match disk.open_read(&path) {
        Ok(file) => file,
        Err(error) => {
            verification.found(path, None, error.to_string());
            return Vec::new();
        }
    };
    let checked = AtomicU64::new(0);
    let how = How {
        digests: &|leaves| Ok(read_digests(&*file, leaves.start, (leaves.end - leaves.start) as usize)?),
        access: IndexAccess::Whole,
        threads: thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX),
        progress: &|leaves| progress(checked.fetch_add(leaves, Ordering::Relaxed) + leaves, size),
    };
    let mut rebuild = Vec::new();
    for entry in named {
        // Sealing waits until a checkpoint covers the lines, so none ever reached beyond the newest.
        if entry.name.leaves().end > size {
            let beyond = entry.name.leaves().start.max(size)..entry.name.leaves().end;
            let what =
                format!("the newest checkpoint covers {size} leaves: it is a forgery, or checkpoints were taken away");
            verification.found(entry.name.path(&dir, SegmentFile::Lines), Some(beyond), what);
            continue;
        }
        match verify_segment(disk, &dir, entry, &how) {
            Ok(findings) => {
                if findings.iter().any(|finding| finding.kind == FindingKind::Index) {
                    rebuild.push(*entry);
                }
                sort_in(findings, verification);
            }
            Err(error) => verification.found(&path, Some(entry.name.leaves()), error.to_string()),
        }
    }
    rebuild
}

/// Makes indexes again, from lines and disclosures that were found sound.
pub(super) fn reindex(
    config: &Config,
    world: &World,
    layout: &Layout,
    rebuild: &[SegmentEntry],
    verification: &mut Verification,
) -> Result<(), VerifyError> {
    if rebuild.is_empty() {
        return Ok(());
    }
    let disk: &dyn Disk = &*world.disk;
    let opened =
        RootKey::read(disk, &config.data).and_then(|root| Vault::open(&config.data, surroundings(world), &root));
    let vault = match opened {
        Ok(vault) => vault,
        Err(error) => {
            verification.found(layout.keys(), None, with_causes(&error));
            return Ok(());
        }
    };
    make_again(disk, &layout.segments(), &vault, rebuild, &Watch { each: &|_, _| {}, progress: &|_, _| {} })?;
    let note = |entry: &SegmentEntry| format!("the index of segment {} was made again", entry.name);
    verification.notes.extend(rebuild.iter().map(note));
    Ok(())
}

//! The segments that the manifest names: their lines and disclosures, then their indexes.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use env::{BlobStore, Disk};
use index::Difference;
use roaring::RoaringTreemap;
use segment::SegmentFile;
use segment::manifest::SegmentEntry;
use segment::sealed::IndexAccess;
use segment::verify::{FindingKind, Opens, VerifyOptions, verify_segment};
use vault::Vault;

use super::relations::Relations;
use super::since::read_digests;
use super::{Finding, Progress, Verification, VerifyError, sort_in};
use crate::start::reindex::{Watch, compare, make_again};
use crate::state::layout::Layout;
use env::with_causes;

/// Threads that read lines, however many processors there are: each takes some MiB.
const THREADS_MAX: usize = 16;

/// What is to be done about indexes once the lines are known to be sound.
#[derive(Default)]
pub(super) struct Indexes {
    /// Missing or damaged: to be made again.
    pub(super) rebuild: Vec<SegmentEntry>,
    /// Whole, as far as their own checksums say: to be compared with what the lines give.
    pub(super) compare: Vec<SegmentEntry>,
    /// Forged, beside lines that are sound: reported already, and to be made again.
    pub(super) forged: Vec<SegmentEntry>,
}

/// The live segments.
#[derive(Clone, Copy)]
pub(super) struct Live<'a> {
    pub(super) store: &'a dyn BlobStore,
    pub(super) named: &'a [SegmentEntry],
    /// Leaves whose absence the log explains.
    pub(super) explained: &'a RoaringTreemap,
}

/// Checks one segment after the other, each on all processors; returns what is to be done about their indexes.
pub(super) fn check(
    disk: &dyn Disk,
    layout: &Layout,
    live: Live<'_>,
    relations: &Relations<'_>,
    progress: Progress<'_>,
    verification: &mut Verification,
) -> Indexes {
    let Live { store, named, explained } = live;
    let dir = layout.segments();
    let path = layout.tree().join("digests");
    let size = verification.size;
    let file = match disk.open_read(&path) {
        Ok(file) => file,
        Err(error) => {
            verification.found(path, None, error.to_string());
            return Indexes::default();
        }
    };
    let checked = AtomicU64::new(0);
    let opens: &Opens<'_> = &|record| relations.open(record);
    let index_key = relations.index_key();
    if index_key.is_none() && !named.is_empty() {
        let what =
            "the keys of the vault are not at hand: the indexes could not be authenticated, and are left as they are";
        verification.warnings.push(format!("{}: {what}", dir.display()));
    }
    let how = VerifyOptions {
        index_key: index_key.as_ref(),
        opens: relations.has_keys().then_some(opens),
        explained,
        each_line: &|leaf, line| relations.line(leaf, line),
        digests: &|leaves| Ok(read_digests(&*file, leaves.start, (leaves.end - leaves.start) as usize)?),
        access: IndexAccess::Whole,
        threads: thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX),
        progress: &|leaves| progress(checked.fetch_add(leaves, Ordering::Relaxed) + leaves, size),
    };
    let mut indexes = Indexes::default();
    for entry in named {
        // Sealing waits until a checkpoint covers the lines, so none ever reached beyond the newest.
        if entry.name.leaves().end > size {
            let beyond = entry.name.leaves().start.max(size)..entry.name.leaves().end;
            let what =
                format!("the newest checkpoint covers {size} leaves: it is a forgery, or checkpoints were taken away");
            verification.found(store.place(&entry.name.file(SegmentFile::Lines)), Some(beyond), what);
            continue;
        }
        match verify_segment(store, entry, &how) {
            Ok(findings) => {
                if findings.iter().any(|finding| finding.kind == FindingKind::Index) {
                    indexes.rebuild.push(*entry);
                } else if findings.is_empty() {
                    indexes.compare.push(*entry);
                } else if findings.iter().all(|finding| finding.kind == FindingKind::Forged) {
                    indexes.forged.push(*entry);
                }
                sort_in(findings, verification);
            }
            Err(error) => verification.found(&path, Some(entry.name.leaves()), error.to_string()),
        }
    }
    indexes
}

/// Makes indexes again, from lines and disclosures that were found sound.
pub(super) fn reindex(
    store: &dyn BlobStore,
    layout: &Layout,
    vault: &Vault,
    rebuild: &[SegmentEntry],
    verification: &mut Verification,
) -> Result<(), VerifyError> {
    let watch = Watch { each: &|_, _| {}, progress: &|_, _| {} };
    if let Err(error) = make_again(store, vault, rebuild, &watch) {
        // Findings are reported even if this fails.
        if verification.findings.is_empty() {
            return Err(error.into());
        }
        let what = format!("the indexes could not be made again: {}", with_causes(&error));
        verification.unreadable.push(Finding { file: layout.segments(), leaves: None, what });
        return Ok(());
    }
    let note = |entry: &SegmentEntry| format!("the index of segment {} was made again", entry.name);
    verification.notes.extend(rebuild.iter().map(note));
    Ok(())
}

/// Makes the indexes of these segments once more and compares. An index that answers otherwise although its checksums fit was
/// changed by somebody: a finding, and it is replaced. One that answers alike with other bytes than its lines give is replaced
/// and noted.
///
/// Cost: as making every index again, some 5 µs an entry, two segments at once.
pub(super) fn compare_indexes(
    store: &dyn BlobStore,
    layout: &Layout,
    vault: &Vault,
    named: &[SegmentEntry],
    progress: &(dyn Fn(u64, u64) + Sync),
    verification: &mut Verification,
) {
    let compared = match compare(store, vault, named, progress) {
        Ok(compared) => compared,
        Err(error) => {
            let what = format!("the indexes could not be compared with their lines: {}", with_causes(&error));
            verification.unreadable.push(Finding { file: layout.segments(), leaves: None, what });
            return;
        }
    };
    for (entry, difference) in compared {
        let file = store.place(&entry.name.file(SegmentFile::Index));
        match difference {
            Difference::Answers(what) => {
                let what = format!("the index is not that of its lines: {what} differ; it was made again");
                verification.found(file, Some(entry.name.leaves()), what);
            }
            Difference::Bytes => {
                let what = "the index answers as its lines do, but has other bytes than they give; it was made again";
                verification.notes.push(format!("{}: {what}", file.display()));
            }
        }
    }
}

//! The lines that are not sealed yet.

use std::ops::Range;
use std::path::{Path, PathBuf};

use env::Disk;
use event::Entry;
use event::personal::combined_digest;
use journal::{FileJournal, Known, OpenError, RecoveredBatch, Refusal};
use proof::{Digest, LeafIndex, TreeSize};
use vault::Sealed;

use super::since::Digests;
use super::{Progress, Verification};
use crate::record::read_numbers;

/// A line or disclosure that is not what the tree says, found while the journal is read.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct Misfit {
    leaf: u64,
    what: &'static str,
}

/// Reads the journal without changing it; every line below the checkpoint against the tree, every disclosure against its
/// line. Returns whether the journal was closed in good order.
pub(super) fn check(
    disk: &dyn Disk,
    dir: &Path,
    sealed: u64,
    digests: &Digests,
    progress: Progress<'_>,
    verification: &mut Verification,
) -> bool {
    let origin = verification.origin.clone();
    let size = verification.size;
    let known = Known { origin: &origin, sealed: LeafIndex(sealed), checkpoint: TreeSize(size) };
    let (mut file, mut records, mut end) = (None, Vec::new(), sealed);
    let inspected = FileJournal::inspect(disk, dir, &known, &mut |batch| {
        if file != Some(batch.placed.file) {
            file = Some(batch.placed.file);
            records.clear();
        }
        for record in batch.disclosures.iter() {
            records.push(Sealed::from_record(record)?.digest);
        }
        end = end.max(batch.placed.first_leaf.0 + batch.lines.len() as u64);
        progress(end.min(size), size);
        check_batch(&batch, sealed, size, digests, &records)
    });
    verification.unsigned = end.saturating_sub(size);
    match inspected {
        Ok(recovery) => {
            if let Some(cut) = recovery.cut {
                let what = "an end that was never acknowledged; the next start cuts it";
                verification.notes.push(format!("{}: {what}", cut.path.display()));
            }
            recovery.closed
        }
        Err(error) => {
            let (path, leaves) = place(dir, &error, end..size.max(end));
            let what = crate::shared::with_causes(&error);
            verification.found(path, leaves, what);
            false
        }
    }
}

fn check_batch(
    batch: &RecoveredBatch<'_>,
    sealed: u64,
    size: u64,
    digests: &Digests,
    records: &[[u8; 32]],
) -> Result<(), Refusal> {
    for (at, (line, refs)) in batch.lines.iter().zip(batch.refs.iter()).enumerate() {
        let leaf = batch.placed.first_leaf.0 + at as u64;
        if leaf < sealed {
            continue;
        }
        if leaf < size && digests.get(leaf)? != Digest::of(line) {
            return Err(Box::new(Misfit { leaf, what: "the line is not the one in the tree" }));
        }
        let entry = Entry::parse(line)?;
        let numbers = read_numbers(refs)?;
        let digest = |number: &Option<u32>| number.and_then(|number| records.get(number as usize));
        let committed = numbers.len() == entry.personal.len()
            && numbers
                .iter()
                .zip(&entry.personal)
                .all(|(element, personal)| combined_digest(element.iter().filter_map(digest)) == personal.digest);
        if !committed {
            return Err(Box::new(Misfit { leaf, what: "its disclosures are not those the line commits to" }));
        }
    }
    Ok(())
}

/// The file and leaves that an error names; `rest` where it names none.
fn place(dir: &Path, error: &OpenError, rest: Range<u64>) -> (PathBuf, Option<Range<u64>>) {
    match error {
        OpenError::Damaged { path, leaf, .. } => (path.clone(), Some(leaf.0..rest.end.max(leaf.0 + 1))),
        OpenError::Gap { path, found, expected } => (path.clone(), Some(expected.0..found.0.max(expected.0 + 1))),
        OpenError::Short { end, checkpoint, .. } => (dir.to_owned(), Some(end.0..checkpoint.0.max(end.0 + 1))),
        OpenError::OtherLog { path } | OpenError::Version { path, .. } => (path.clone(), Some(rest)),
        OpenError::Refused { source } => {
            let leaf = source.downcast_ref::<Misfit>().map(|misfit| misfit.leaf..misfit.leaf + 1);
            (dir.to_owned(), leaf.or(Some(rest)))
        }
        OpenError::Io { path, .. } => (path.clone(), Some(rest)),
        _ => (dir.to_owned(), Some(rest)),
    }
}

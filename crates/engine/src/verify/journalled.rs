//! The lines that are not sealed yet.

use std::ops::Range;
use std::path::{Path, PathBuf};

use event::Entry;
use event::personal::{SealedDisclosure, combined_digest};
use journal::{JournalStore, Known, MacKey, OpenJournalError, RecoveredBatch, Refusal, SignedTree};
use proof::{Digest, Hash, LeafIndex, TreeSize};

use super::relations::Relations;
use super::since::Digests;
use super::{Progress, Verification};
use crate::commit::received::Ascending;
use crate::commit::record::read_numbers;

/// A line or disclosure that is not what the tree says, found while the journal is read.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
struct Misfit {
    leaf: u64,
    what: &'static str,
}

/// What the journal is compared with.
pub(super) struct Against<'a> {
    /// Leaves that segments hold.
    pub(super) sealed: u64,
    /// Every size that was signed, ascending, and its root.
    pub(super) signed: &'a [(TreeSize, Hash)],
    pub(super) digests: &'a Digests,
    /// `None` where the log's key cannot be read.
    pub(super) key: Option<&'a MacKey>,
    pub(super) relations: &'a Relations<'a>,
}

/// What the journal holds beyond what the tree covers.
#[derive(Default)]
pub(super) struct Checked {
    /// Whether it was closed in good order.
    pub(super) closed: bool,
    /// The digests of the lines that no checkpoint covers.
    pub(super) unsigned: Vec<Digest>,
}

/// Reads the journal without changing it: its frames under the log's key, every line below the checkpoint against the tree,
/// every disclosure against its line and under its person's key, and when each line was received.
pub(super) fn check(
    journal: &dyn JournalStore,
    dir: &Path,
    against: &Against<'_>,
    progress: Progress<'_>,
    verification: &mut Verification,
) -> Checked {
    let origin = verification.origin.clone();
    let size = verification.size;
    let Against { sealed, signed, key, .. } = *against;
    let root_at = |size| {
        let at = signed.binary_search_by_key(&size, |(size, _)| *size).ok()?;
        signed.get(at).map(|(_, root)| *root)
    };
    let checkpoint = SignedTree { size: TreeSize(size), root: root_at(TreeSize(size)).unwrap_or(proof::empty_root()) };
    let in_tree = |leaf: LeafIndex, digest: &Digest| against.digests.get(leaf.0).is_ok_and(|ours| ours == *digest);
    let known =
        Known { origin: &origin, sealed: LeafIndex(sealed), checkpoint, root_at: &root_at, in_tree: &in_tree, key };
    let mut book = None;
    let mut records = Vec::new();
    let mut end = sealed;
    let mut received = Ascending::default();
    let mut checked = Checked::default();
    let inspected = journal.inspect(&known, &mut |batch| {
        if book != Some(batch.handle.book) {
            book = Some(batch.handle.book);
            records.clear();
        }
        for record in batch.disclosures.iter() {
            let sealed = SealedDisclosure::from_record(record)?;
            let leaf = batch.handle.first_leaf.0;
            against.relations.open(sealed).map_err(|what| Misfit { leaf, what })?;
            records.push(sealed.digest);
        }
        end = end.max(batch.handle.first_leaf.0 + batch.lines.len() as u64);
        progress(end.min(size), size);
        let signed = usize::try_from(size.saturating_sub(batch.handle.first_leaf.0)).unwrap_or(usize::MAX);
        checked.unsigned.extend(batch.digests.iter().skip(signed));
        check_batch(against, &batch, size, &records, &mut received)
    });
    verification.unsigned = end.saturating_sub(size);
    match inspected {
        Ok(recovery) => {
            if !recovery.authenticated {
                let what = "without the log's key, entries that no checkpoint covers could not be authenticated";
                verification.warnings.push(format!("{}: {what}", dir.display()));
            }
            let foreign = recovery.foreign.iter();
            verification.notes.extend(
                foreign.map(|file| format!("{}: {}; it means nothing, and stays", file.path.display(), file.what)),
            );
            if let Some(cut) = recovery.cut {
                let what = "an end that was never acknowledged; the next start cuts it";
                verification.notes.push(format!("{}: {what}", cut.path.display()));
            }
            // Nothing attests a close: whoever takes it away leaves what a crash leaves.
            if !recovery.closed && end > 0 {
                let what = "not closed in order, as after a crash; no checkpoint says how many entries came last";
                verification.notes.push(format!("{}: {what}", dir.display()));
            }
            checked.closed = recovery.closed;
        }
        Err(error) => {
            let (path, leaves) = place(dir, &error, end..size.max(end));
            let what = env::with_causes(&error);
            verification.found(path, leaves, what);
        }
    }
    checked
}

fn check_batch(
    against: &Against<'_>,
    batch: &RecoveredBatch<'_>,
    size: u64,
    records: &[[u8; 32]],
    received: &mut Ascending,
) -> Result<(), Refusal> {
    let Against { sealed, digests, relations, .. } = *against;
    for (at, ((line, digest), refs)) in batch.lines.iter().zip(batch.digests).zip(batch.refs.iter()).enumerate() {
        let leaf = batch.handle.first_leaf.0 + at as u64;
        if leaf < sealed {
            continue;
        }
        if leaf < size && digests.get(leaf)? != *digest {
            return Err(Box::new(Misfit { leaf, what: "the line is not the one in the tree" }));
        }
        let misfit = |what| Misfit { leaf, what };
        relations.line(leaf, line).map_err(misfit)?;
        let entry = Entry::parse(line)?;
        received.follow(entry.received_us).map_err(misfit)?;
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
fn place(dir: &Path, error: &OpenJournalError, rest: Range<u64>) -> (PathBuf, Option<Range<u64>>) {
    match error {
        OpenJournalError::Damaged { path, leaf, .. } => (path.clone(), Some(leaf.0..rest.end.max(leaf.0 + 1))),
        OpenJournalError::Gap { path, found, expected } => {
            (path.clone(), Some(expected.0..found.0.max(expected.0 + 1)))
        }
        OpenJournalError::Short { end, checkpoint, .. } => (dir.to_owned(), Some(end.0..checkpoint.0.max(end.0 + 1))),
        OpenJournalError::OtherLog { path }
        | OpenJournalError::Version { path, .. }
        | OpenJournalError::OtherTree { path, .. } => (path.clone(), Some(rest)),
        OpenJournalError::Refused { source } => {
            let leaf = source.downcast_ref::<Misfit>().map(|misfit| misfit.leaf..misfit.leaf + 1);
            (dir.to_owned(), leaf.or(Some(rest)))
        }
        OpenJournalError::Io { path, .. } => (path.clone(), Some(rest)),
        _ => (dir.to_owned(), Some(rest)),
    }
}

//! A log while it serves.

use std::path::PathBuf;

use event::Entry;
use event::personal::combined_digest;
use proof::{Digest, LeafIndex, RightEdge};

use super::{Progress, Verification, VerifyError};
use crate::Log;

impl Log {
    /// Reads every entry that the newest checkpoint covers, the way a question would, and checks each line against the
    /// tree, its disclosures against the line, and the tree against the checkpoint.
    ///
    /// Finds whatever an auditor could be shown wrongly. That files not read by any question are whole is for
    /// [`super::verify_directory`] to say, with the log at rest.
    ///
    /// Cost: reads everything once. New entries may come in meanwhile.
    ///
    /// # Errors
    /// [`VerifyError::Read`] where a digest cannot be read. What is wrong is a finding.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Verification, VerifyError> {
        // A checkpoint over everything there is, unless none can be made: then what is signed is checked.
        let newest = self.size().checked_sub(1).and_then(|last| self.checkpoint_covering(last).ok());
        let (checkpoint, view, ledger) = (newest.unwrap_or_else(|| self.checkpoint()), self.view(), self.ledger());
        let size = checkpoint.checkpoint.size.0.min(view.size);
        let mut verification =
            Verification { origin: ledger.origin().to_owned(), size, checkpoints: 1, ..Verification::default() };
        let mut edge = RightEdge::new();
        for leaf in 0..size {
            if leaf.is_multiple_of(1_024) {
                progress(leaf, size);
            }
            let digest = match ledger.digest(LeafIndex(leaf)) {
                Ok(digest) => digest,
                Err(error) => {
                    let file = self.layout().tree().join("digests");
                    verification.found(file, Some(leaf..leaf + 1), crate::shared::with_causes(&error));
                    return Ok(verification);
                }
            };
            edge.push(digest.leaf_hash(), |_, _, _| {});
            if let Err((file, what)) = check_leaf(&view, leaf, digest) {
                let file = file.unwrap_or_else(|| self.layout().data().to_owned());
                verification.found(file, Some(leaf..leaf + 1), what);
            }
        }
        if edge.root() != checkpoint.checkpoint.root {
            let file = self.layout().tree().join("checkpoints");
            verification.found(file, Some(0..size), "the tree does not have the root that the newest checkpoint signs");
        }
        progress(size, size);
        Ok(verification)
    }
}

type Misfit = (Option<PathBuf>, String);

fn check_leaf(view: &segment::View, leaf: u64, digest: Digest) -> Result<(), Misfit> {
    let say = |what: &str| (None, what.to_owned());
    let (part, row) = view.find(leaf).ok_or_else(|| say("the entry is missing"))?;
    let line = part.line(row).map_err(|error| unread(&error))?;
    if Digest::of(&line) != digest {
        return Err(say("the line is not the one in the tree"));
    }
    let entry = Entry::parse(&line).map_err(|error| say(&error.to_string()))?;
    let disclosed = part.disclosures(row).map_err(|error| unread(&error))?;
    let committed = disclosed.len() == entry.personal.len()
        && disclosed.iter().zip(&entry.personal).all(|(element, personal)| {
            combined_digest(element.iter().flatten().map(|record| &record.digest)) == personal.digest
        });
    if committed { Ok(()) } else { Err(say("its disclosures are not those the line commits to")) }
}

fn unread(error: &segment::PartError) -> Misfit {
    let file = match error {
        segment::PartError::Read { file, .. }
        | segment::PartError::Damaged { file, .. }
        | segment::PartError::NotInTree { file, .. } => Some(file.clone()),
        _ => None,
    };
    (file, crate::shared::with_causes(error))
}

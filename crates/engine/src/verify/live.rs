//! A log while it serves.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use event::personal::{SealedDisclosure, combined_digest};
use event::{Entry, Kind, PersonId};
use proof::{Digest, LeafIndex, RightEdge};
use segment::{Part, PartError, View};

use super::{Progress, Verification, VerifyError};
use crate::disclose::checking::check_opens;
use crate::log::Log;
use crate::state::layout::Layout;
use env::with_causes;

/// Disclosures remembered as opened, 48 bytes each.
const OPENED_MAX: usize = 1 << 16;

impl Log {
    /// Reads every entry that the newest checkpoint covers, the way a question would, and checks each line against the
    /// tree, its disclosures against the line and under their keys, and the tree against the checkpoint.
    ///
    /// Finds whatever could be shown to an auditor wrongly. Whether files that no question reads are whole is for
    /// [`super::verify_directory`] to say, with the log at rest.
    ///
    /// Cost: reads everything once. New entries may come in meanwhile.
    ///
    /// # Errors
    /// [`VerifyError::Read`] where a digest cannot be read. What is wrong is a finding.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Verification, VerifyError> {
        // A checkpoint over everything there is. If none can be made, what was signed before is checked.
        let newest = self.size().checked_sub(1).and_then(|last| self.checkpoint_covering(last).ok());
        let (checkpoint, view, ledger) =
            (newest.unwrap_or_else(|| self.checkpoint()), self.shared.view(), &self.shared.ledger);
        let size = checkpoint.checkpoint.size.0.min(view.size);
        let mut verification =
            Verification { origin: ledger.origin().to_owned(), size, checkpoints: 1, ..Verification::default() };
        // What is in memory was sound when it was read. The point is what lies on the disk now.
        self.cache.drop_blocks();
        let mut edge = RightEdge::new();
        let mut opened = Opened::default();
        for leaf in 0..size {
            if leaf.is_multiple_of(1_024) {
                progress(leaf, size);
            }
            let digest = match ledger.digest(LeafIndex(leaf)) {
                Ok(digest) => digest,
                Err(error) => {
                    let file = self.layout().tree().join("digests");
                    verification.found(file, Some(leaf..leaf + 1), with_causes(&error));
                    return Ok(verification);
                }
            };
            edge.push(digest.leaf_hash(), |_, _, _| {});
            if let Err(misfit) = self.check_leaf(&view, leaf, digest, &mut opened) {
                verification.found_at(misfit.file, leaf, misfit.what);
            }
        }
        if edge.root() != checkpoint.checkpoint.root {
            let file = self.layout().tree().join("checkpoints");
            verification.found(file, Some(0..size), "the tree does not have the root that the newest checkpoint signs");
        }
        progress(size, size);
        Ok(verification)
    }

    fn check_leaf(&self, view: &View, leaf: u64, digest: Digest, opened: &mut Opened) -> Result<(), Misfit> {
        let missing = || Misfit { file: self.layout().segments(), what: "the entry is missing".to_owned() };
        let Some((part, row)) = view.find(leaf) else {
            return if self.shared.config.explained.contains(leaf) { Ok(()) } else { Err(missing()) };
        };
        let files = Files::of(&**part, self.layout());
        let line = part.line(row).map_err(|error| unread(&error, &files.lines))?;
        let of_line = |what: &str| Misfit { file: files.lines.clone(), what: what.to_owned() };
        let of_disclosures = |what: &str| Misfit { file: files.disclosures.clone(), what: what.to_owned() };
        if Digest::of(&line) != digest {
            return Err(of_line("the line is not the one in the tree"));
        }
        let entry = Entry::parse(&line).map_err(|error| of_line(&error.to_string()))?;
        let disclosed = part.disclosures(row).map_err(|error| unread(&error, &files.disclosures))?;
        let committed = disclosed.len() == entry.personal.len()
            && disclosed.iter().zip(&entry.personal).all(|(element, personal)| {
                combined_digest(element.iter().flatten().map(|record| &record.digest)) == personal.digest
            });
        if !committed {
            return Err(of_disclosures("its disclosures are not those the line commits to"));
        }
        for record in disclosed.iter().flatten().flatten().filter(|record| opened.is_new(record)) {
            check_opens(&self.shared.vault, record.as_ref()).map_err(of_disclosures)?;
        }
        Ok(())
    }
}

/// What is wrong with an entry, and in which file.
struct Misfit {
    file: PathBuf,
    what: String,
}

/// Where a part's lines and disclosures lie: a segment's files, or the journal.
struct Files {
    lines: PathBuf,
    disclosures: PathBuf,
}

impl Files {
    fn of(part: &dyn Part, layout: &Layout) -> Self {
        let Some(disclosures) = part.disclosure_file() else {
            return Self { lines: layout.journal(), disclosures: layout.journal() };
        };
        let disclosures = disclosures.path().to_owned();
        Self { lines: disclosures.with_extension("ndjson.zst"), disclosures }
    }
}

/// Disclosures that were opened lately: an identity stands behind many entries.
#[derive(Default)]
struct Opened(HashSet<([u8; 32], PersonId)>);

impl Opened {
    /// Whether it was not opened yet, as far as is remembered. Past [`OPENED_MAX`] the memory is emptied.
    fn is_new(&mut self, record: &SealedDisclosure) -> bool {
        if record.kind != Kind::Identity {
            return true;
        }
        if self.0.len() >= OPENED_MAX {
            self.0.clear();
        }
        self.0.insert((record.digest, record.person))
    }
}

/// The file that an error names, or the one that was read.
fn unread(error: &PartError, read: &Path) -> Misfit {
    let file = match error {
        PartError::Read { file, .. } | PartError::Damaged { file, .. } | PartError::NotInTree { file, .. } => file,
        _ => read,
    };
    Misfit { file: file.to_owned(), what: with_causes(error) }
}

//! A signed receipt: what the log has acknowledged, compared with what it holds.

use std::path::{Path, PathBuf};

use proof::{Acknowledged, Digest, Receipt, VerifierKey};

use super::since::Digests;
use super::{Verification, VerifyError};
use env::with_causes;

/// A receipt that somebody kept, or several.
#[derive(Debug, Clone)]
pub struct KeptReceipt {
    /// Where it was read from.
    pub file: PathBuf,
    /// The signed note, or several one behind the other.
    pub note: String,
}

/// Reads a receipt under the log's key; one that this key has not signed is a finding.
pub(super) fn open(
    kept: &KeptReceipt,
    key: &VerifierKey,
    verification: &mut Verification,
) -> Result<Option<Receipt>, VerifyError> {
    match Receipt::open_all(&kept.note, key) {
        Ok(receipt) => Ok(Some(receipt)),
        Err(error) if error.is_malformed() => Err(VerifyError::Receipt(with_causes(&error))),
        Err(error) => {
            let what = format!("the log's key {key} has not signed this receipt: {}", with_causes(&error));
            verification.found(&kept.file, None, what);
            Ok(None)
        }
    }
}

/// What a log holds, as far as digests say.
pub(super) struct Held<'a> {
    /// The folder of the tree, whose digests a checkpoint covers.
    pub(super) tree: &'a Path,
    pub(super) digests: &'a Digests,
    /// The folder of the journal.
    pub(super) journal: &'a Path,
    /// Digests of the lines from the newest checkpoint's size on.
    pub(super) unsigned: &'a [Digest],
}

/// Compares each entry of a receipt with the log.
pub(super) fn check(receipt: &Receipt, held: &Held<'_>, verification: &mut Verification) -> Result<(), VerifyError> {
    let size = verification.size;
    verification.receipt = Some(receipt.entries.len() as u64);
    for Acknowledged { leaf, id, digest } in &receipt.entries {
        let leaf = leaf.0;
        let (file, found) = match leaf.checked_sub(size) {
            None => {
                let file = held.tree.join("digests");
                match held.digests.get(leaf) {
                    Ok(found) => (file, Some(found)),
                    Err(source) => return Err(VerifyError::Disk { path: file, source }),
                }
            }
            Some(behind) => {
                let found = usize::try_from(behind).ok().and_then(|at| held.unsigned.get(at)).copied();
                (held.journal.to_owned(), found)
            }
        };
        let what = match found {
            Some(found) if found == *digest => continue,
            Some(_) => format!("entry {id}, which the receipt acknowledges, was changed: the line here is another"),
            None => format!("entry {id}, which the receipt acknowledges, is missing: the log was cut"),
        };
        verification.found(file, Some(leaf..leaf + 1), what);
    }
    Ok(())
}

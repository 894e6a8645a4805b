//! Whether disclosures are those a line stands for.

use event::Entry;
use sha2::{Digest as _, Sha256};

/// Returns whether the digests, per element of the line's `personal` and there by kind, are what the line commits to:
/// each element's `digest` is the SHA-256 over the digests of its disclosures in the order identity, connection, fields.
pub(crate) fn commits_to(entry: &Entry<'_>, digests: &[[Option<[u8; 32]>; 3]]) -> bool {
    entry.personal.len() == digests.len()
        && entry.personal.iter().zip(digests).all(|(personal, element)| {
            let mut hasher = Sha256::new();
            element.iter().flatten().for_each(|digest| hasher.update(digest));
            let sum: [u8; 32] = hasher.finalize().into();
            sum == personal.digest
        })
}

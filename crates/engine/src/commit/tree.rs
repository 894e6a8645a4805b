//! The tree's digests, which segments compare their lines with.

use std::sync::Arc;

use ledger::Ledger;
use proof::{Digest, LeafIndex};
use segment::LeafDigests;

/// The digests that a ledger keeps.
pub(crate) struct Tree(pub(crate) Arc<Ledger>);

impl LeafDigests for Tree {
    fn digests(&self, first: u64, count: usize) -> Result<Vec<Digest>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.0.digests(LeafIndex(first), count)?)
    }
}

//! The tree as anybody may see it: digests of lines with 74 random bits each, which tell nothing of an entry.

use ledger::{BuildProofError, Ledger, OpenLedgerError, Published};
use proof::{Hash, LeafIndex, TilePath, TlogProof, TreeSize, VerifierKey};

use crate::log::Log;

/// Tiles, proofs, checkpoints and the key; each held against what is signed before it is handed out.
#[derive(Clone, Copy)]
pub struct PublicTree<'a>(&'a Ledger);

impl Log {
    /// The tree as anybody may see it.
    #[must_use]
    pub fn tree(&self) -> PublicTree<'_> {
        PublicTree(&self.shared.ledger)
    }
}

impl PublicTree<'_> {
    /// The log's name in checkpoints.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.0.origin()
    }

    /// The key that checks the log's checkpoints.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.0.verifier_key()
    }

    /// A tile, or a bundle of digests; `None` where there is none of this size.
    ///
    /// # Errors
    /// As [`Ledger::tile`].
    pub fn tile(&self, tile: &TilePath) -> Result<Option<Vec<u8>>, BuildProofError> {
        self.0.tile(tile)
    }

    /// The proof that the first `from` leaves are the beginning of the first `to`.
    ///
    /// # Errors
    /// As [`Ledger::consistency`].
    pub fn consistency(&self, from: TreeSize, to: TreeSize) -> Result<Vec<Hash>, BuildProofError> {
        self.0.consistency(from, to)
    }

    /// The checkpoint of exactly this size, if there is one. Cost: as [`Ledger::checkpoints_from`].
    ///
    /// # Errors
    /// As [`Ledger::checkpoints_from`].
    pub fn checkpoint_of(&self, size: TreeSize) -> Result<Option<Published>, OpenLedgerError> {
        let found = self.0.checkpoints_from(size, 1)?;
        Ok(found.into_iter().find(|published| published.checkpoint.size == size))
    }

    /// The proof that a leaf is in the tree of a checkpoint.
    ///
    /// # Errors
    /// As [`Ledger::inclusion`].
    pub fn inclusion(&self, leaf: LeafIndex, against: &Published) -> Result<TlogProof, BuildProofError> {
        self.0.inclusion(leaf, against)
    }
}

//! The ledger of one log.

use crate::{AppendError, BuildProofError, OpenError, ReadError, SignError};
use env::{Clock, Disk};
use proof::tile::TilePath;
use proof::{Checkpoint, Digest, Hash, LeafIndex, NodeSource, SigningKey, TlogProof, TreeSize, VerifierKey};
use std::path::Path;
use std::sync::Arc;

/// What the ledger needs of its surroundings.
#[derive(Clone)]
pub struct LedgerEnv {
    /// Where the files lie.
    pub disk: Arc<dyn Disk>,
    /// What the recorded times are taken from.
    pub clock: Arc<dyn Clock>,
}

/// A signed checkpoint, durable and fit to be shown to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Origin, size and root.
    pub checkpoint: Checkpoint,
    /// The signed note, exactly as recorded.
    pub note: String,
    /// When it was recorded: microseconds since 1970, UTC; never decreases from one to the next.
    pub recorded_us: i64,
}

/// The tree over all digests and its checkpoints. Appending and signing are for one thread each; reading for any.
pub struct Ledger {}

impl Ledger {
    /// Creates the tree of a new log in the folder `tree`, and signs the checkpoint of the empty tree. `mark` is the
    /// file outside the data directory that remembers the highest checkpoint.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn create(_env: LedgerEnv, _tree: &Path, _key: SigningKey, _mark: &Path) -> Result<Self, OpenError> {
        panic!()
    }

    /// Opens a tree at its newest checkpoint, which is checked: signature, root, mark. What lies beyond it in the tree
    /// files is forgotten; the caller appends the digests from [`Ledger::size`] on again, from the journal.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(_env: LedgerEnv, _tree: &Path, _key: SigningKey, _mark: &Path) -> Result<Self, OpenError> {
        panic!()
    }

    /// The log's name, fixed at creation.
    #[must_use]
    pub fn origin(&self) -> &str {
        panic!()
    }

    /// The key that checks the log's checkpoints.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        panic!()
    }

    /// How many leaves were appended.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        panic!()
    }

    /// The root over all leaves appended.
    #[must_use]
    pub fn root(&self) -> Hash {
        panic!()
    }

    /// Appends digests in leaf order. Not durable before the next checkpoint: the journal has the lines.
    ///
    /// Cost: two hashes a leaf; a write once in a while.
    ///
    /// # Errors
    /// [`AppendError`].
    pub fn append(&self, _digests: &[Digest]) -> Result<(), AppendError> {
        panic!()
    }

    /// Signs and publishes a checkpoint over all leaves appended so far; the newest one again when nothing was.
    ///
    /// # Errors
    /// [`SignError`]; the newest checkpoint stays.
    pub fn checkpoint(&self) -> Result<Arc<Published>, SignError> {
        panic!()
    }

    /// The newest checkpoint published.
    #[must_use]
    pub fn newest(&self) -> Arc<Published> {
        panic!()
    }

    /// All recorded checkpoints of at least `size` leaves, oldest first, at most `count_max`. Cost: reads the file.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn checkpoints_from(&self, _size: TreeSize, _count_max: usize) -> Result<Vec<Published>, OpenError> {
        panic!()
    }

    /// The digest of a leaf, also of one beyond the newest checkpoint.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn digest(&self, _index: LeafIndex) -> Result<Digest, ReadError> {
        panic!()
    }

    /// The digests of `count` leaves from `first` on.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn digests(&self, _first: LeafIndex, _count: usize) -> Result<Vec<Digest>, ReadError> {
        panic!()
    }

    /// The proof that joins a leaf to a published checkpoint.
    ///
    /// # Errors
    /// [`BuildProofError`].
    pub fn inclusion(&self, _index: LeafIndex, _against: &Published) -> Result<TlogProof, BuildProofError> {
        panic!()
    }

    /// The proof that the first `old` leaves are the beginning of the first `new`; `new` at most the newest checkpoint's.
    ///
    /// # Errors
    /// [`BuildProofError`].
    pub fn consistency(&self, _old: TreeSize, _new: TreeSize) -> Result<Vec<Hash>, BuildProofError> {
        panic!()
    }

    /// The bytes of a tile or entry bundle of the tree that the newest checkpoint covers; `None` when it has no such tile.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn tile(&self, _tile: &TilePath) -> Result<Option<Vec<u8>>, ReadError> {
        panic!()
    }
}

impl NodeSource for Ledger {
    type Error = ReadError;

    fn node(&self, _level: u8, _index: u64) -> Result<Hash, ReadError> {
        panic!()
    }
}

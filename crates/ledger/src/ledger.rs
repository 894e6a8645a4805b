//! The ledger of one log.

mod held;
mod open;
mod places;
mod sign;

use crate::dates::Dates;
use crate::levels::Levels;
use crate::record::{Item, Records};
use crate::{
    AppendError, BuildProofError, CHECKPOINTS_FILE, MarkState, OlderMark, OpenLedgerError, ReadError, SignError,
};
use env::{Clock, Disk};
pub(crate) use open::origin_text;
use places::{Places, size_of};
use proof::{
    Acknowledged, BuildError, Checkpoint, Digest, Hash, LeafIndex, NodeSource, Receipt, ReceiptError, SignedNote,
    SigningKey, TlogProof, TreeSize, VerifierKey,
};
use sign::Signer;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

/// The disk and clock that the ledger uses.
#[derive(Clone)]
pub struct LedgerEnv {
    /// Where the files lie.
    pub disk: Arc<dyn Disk>,
    /// Gives the recorded times.
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

/// The tree over all digests and its checkpoints.
///
/// Appending is for one thread (the sequencer), since the order of calls is the order of leaves; signing and reading
/// for any. Signing holds up neither.
pub struct Ledger {
    env: LedgerEnv,
    tree: PathBuf,
    key: SigningKey,
    levels: Levels,
    signer: Mutex<Signer>,
    places: Places,
    signatures_checked: AtomicU64,
    /// The checkpoint that everybody may see. The signer sets it last of all.
    published: RwLock<Arc<Published>>,
    dates: Dates,
    /// What the mark said when the tree was opened.
    mark_found: MarkState,
    /// Why nothing is taken any more (I-9).
    stopped: OnceLock<String>,
}

impl Ledger {
    /// Whether the folder `tree` holds a log's tree: its creation was completed.
    ///
    /// # Errors
    /// What the disk answers.
    pub fn is_created(disk: &dyn Disk, tree: &Path) -> io::Result<bool> {
        disk.exists(&tree.join(CHECKPOINTS_FILE))
    }

    /// Creates the tree of a new log in the folder `tree`, and signs the checkpoint of the empty tree. The key's name
    /// becomes the origin. `mark` is the file outside the data directory that remembers the highest checkpoint.
    /// A creation that was cut short can be done again.
    ///
    /// # Errors
    /// [`OpenLedgerError`]: also when the folder holds a tree, or the mark remembers one.
    pub fn create(env: LedgerEnv, tree: &Path, key: SigningKey, mark: &Path) -> Result<Self, OpenLedgerError> {
        open::create(&env, tree, &key, mark)?;
        let ledger = Self::open(env, tree, key, mark, OlderMark::Refuse)?;
        ledger.settle()?;
        Ok(ledger)
    }

    /// Opens a tree at its newest checkpoint, and checks that: chain, signature, root, mark. Nothing is written, so that what
    /// lies beyond the checkpoint is still there if the rest of the log does not agree. The caller appends the digests from
    /// [`Ledger::size`] on again from the journal; they stay in memory until it calls [`Ledger::settle`].
    ///
    /// Cost: reads `tree/checkpoints` once.
    ///
    /// # Errors
    /// [`OpenLedgerError`].
    pub fn open(
        env: LedgerEnv,
        tree: &Path,
        key: SigningKey,
        mark: &Path,
        older: OlderMark,
    ) -> Result<Self, OpenLedgerError> {
        open::open(env, tree, key, mark, older)
    }

    /// What the mark said when the tree was opened. Since then it has been the newest checkpoint.
    #[must_use]
    pub fn mark_found(&self) -> MarkState {
        self.mark_found
    }

    /// Makes the newest checkpoint durable, in its file and outside, and cuts off what the tree files hold beyond it.
    /// Only after this anything is written or signed.
    ///
    /// # Errors
    /// `Io`, `Mark`: what the disk answers. Done again by the next start.
    pub fn settle(&self) -> Result<(), OpenLedgerError> {
        open::settle(self)
    }

    /// The log's name, fixed at creation.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.key.name()
    }

    /// The key that checks the log's checkpoints.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        self.key.verifier()
    }

    /// How many leaves were appended.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.levels.size()
    }

    /// The root over all leaves appended.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.levels.root()
    }

    /// Whether leaves that were received at `oldest_us` may still be written. If so, checkpoints that are signed until
    /// [`Ledger::withdraw`] are dated at most [`crate::LEAF_AGE_US_MAX`] later. If not, the leaves waited too long and must be
    /// received anew.
    #[must_use]
    pub fn announce(&self, oldest_us: i64) -> bool {
        self.dates.announce(oldest_us)
    }

    /// Ends an announcement: the leaves were appended, or never will be.
    pub fn withdraw(&self) {
        self.dates.withdraw();
    }

    /// Leaves received at `latest_us` or before are about to be appended: the checkpoint that covers them is dated no earlier.
    pub fn note_received(&self, latest_us: i64) {
        self.dates.note(latest_us);
    }

    /// Appends digests in leaf order. Not durable before the next checkpoint: the journal has the lines. On a full disk
    /// the hashes wait in memory, so that commits go on as long as the journal takes lines.
    ///
    /// Cost: two hashes a leaf; a write once in 2,048 leaves.
    ///
    /// # Errors
    /// [`AppendError`]; nothing more is taken then (I-9).
    pub fn append(&self, digests: &[Digest]) -> Result<(), AppendError> {
        if let Some(reason) = self.stopped.get() {
            return Err(AppendError::Stopped { reason: reason.clone() });
        }
        self.levels.append(digests).map_err(|(path, source)| {
            self.stop(&path, &source);
            AppendError::Failed { path, source }
        })
    }

    /// Signs and publishes a checkpoint over all leaves appended so far; the newest one again when nothing was.
    ///
    /// Order: tree files synced, consistency with the newest checkpoint proved from them, consistency with the mark,
    /// signature, record appended and synced, mark synced, published.
    ///
    /// # Errors
    /// [`SignError`]; the newest checkpoint stays. After [`SignError::DiskFull`] it can be tried again.
    pub fn checkpoint(&self) -> Result<Arc<Published>, SignError> {
        let mut signer = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        signer.checkpoint(self)
    }

    /// A receipt for entries that are durable: one signature, however many. Cost: some 20 µs.
    ///
    /// # Errors
    /// [`ReceiptError::Malformed`] without entries.
    pub fn receipt(&self, entries: Vec<Acknowledged>) -> Result<SignedNote, ReceiptError> {
        Receipt { origin: self.origin().to_owned(), entries }.sign(&self.key)
    }

    /// The newest checkpoint published.
    #[must_use]
    pub fn newest(&self) -> Arc<Published> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// All recorded checkpoints of at least `size` leaves, oldest first, at most `count_max`. Cost: one read of a mebibyte, and a
    /// signature check for each that is returned, however many stand before them.
    ///
    /// # Errors
    /// [`OpenLedgerError`].
    pub fn checkpoints_from(&self, size: TreeSize, count_max: usize) -> Result<Vec<Published>, OpenLedgerError> {
        let path = self.tree.join(CHECKPOINTS_FILE);
        let io_error = |source| OpenLedgerError::Io { path: path.clone(), source };
        let damaged = |offset, what| OpenLedgerError::Damaged { path: path.clone(), offset, what };
        let file = self.env.disk.open_read(&path).map_err(io_error)?;
        let mut records = Records::of(&*file).map_err(io_error)?;
        let key = self.verifier_key();
        let newest = self.newest().checkpoint.size;
        let mut found = Vec::new();
        let mut offset = self.places.before(size);
        while found.len() < count_max {
            match records.at(offset).map_err(io_error)? {
                Item::Record(record, next) => {
                    let named = size_of(&record.note).ok_or_else(|| damaged(offset, "the note is no checkpoint"))?;
                    // A record may be there that is not published yet.
                    if named > newest {
                        break;
                    }
                    if named >= size {
                        self.signatures_checked.fetch_add(1, Ordering::Relaxed);
                        found.push(open::opened(record, &key, &path, offset)?);
                    }
                    offset = next;
                }
                Item::End | Item::Torn(_) => break,
                Item::Damaged(what) => return Err(damaged(offset, what)),
            }
        }
        Ok(found)
    }

    /// How many signatures [`Ledger::checkpoints_from`] has checked.
    #[must_use]
    pub fn signatures_checked(&self) -> u64 {
        self.signatures_checked.load(Ordering::Relaxed)
    }

    /// The digest of a leaf, also of one beyond the newest checkpoint.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn digest(&self, index: LeafIndex) -> Result<Digest, ReadError> {
        let digests = self.digests(index, 1)?;
        digests.first().copied().ok_or(ReadError::Beyond { level: 0, index: index.0 })
    }

    /// The digests of `count` leaves from `first` on. Cost: one read.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn digests(&self, first: LeafIndex, count: usize) -> Result<Vec<Digest>, ReadError> {
        self.levels.digests(first, count)
    }

    /// The proof that joins a leaf to a published checkpoint, verified as its reader will. Cost: one read a level, about 300 hashes.
    ///
    /// # Errors
    /// [`BuildProofError`].
    pub fn inclusion(&self, index: LeafIndex, against: &Published) -> Result<TlogProof, BuildProofError> {
        let size = against.checkpoint.size;
        let path = proof::inclusion_path(index, size, &self.levels).map_err(beyond_or)?;
        let digest = self.digest(index).map_err(|error| BuildProofError::Build(BuildError::Source(error)))?;
        proof::verify_inclusion(&digest.leaf_hash(), index, size, &path, &against.checkpoint.root)
            .map_err(|source| BuildProofError::Differs { index, source })?;
        Ok(TlogProof { index, path, checkpoint_note: against.note.clone() })
    }

    /// Remembers that nothing may be tried again (I-9).
    fn stop(&self, path: &Path, source: &io::Error) {
        // Only the first failure is the cause.
        let _ = self.stopped.set(format!("writing {} failed: {source}", path.display()));
    }
}

impl NodeSource for Ledger {
    type Error = ReadError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, ReadError> {
        self.levels.node(level, index)
    }
}

fn beyond_or(error: BuildError<ReadError>) -> BuildProofError {
    match error {
        BuildError::BeyondTree { index, size } => BuildProofError::BeyondCheckpoint { index, size },
        other => BuildProofError::Build(other),
    }
}

//! The proof file, extension `.tlog-proof`: joins a digest to a signed checkpoint.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index <leaf index, decimal>
//! <base64 of a hash, one line for each, leaf to root>
//! <an empty line>
//! <the signed checkpoint>
//! ```
//!
//! Source: C2SP tlog-proof (draft).

use std::{fmt, str::FromStr};

use crate::{
    Checkpoint, CheckpointError, Digest, Hash, LeafIndex, ProofError, VerifierKey, note::NOTE_BYTES_MAX,
    numbers::parse_decimal, verify_inclusion,
};

/// A proof that a leaf stands in the tree of a signed checkpoint. Reading one checks its form only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Which leaf.
    pub index: LeafIndex,
    /// The inclusion path, leaf to root.
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim.
    pub checkpoint_note: String,
}

/// Why a proof does not prove.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The text is no proof.
    #[error("not a proof: {0}")]
    Malformed(&'static str),
    /// Its checkpoint fails.
    #[error("the proof's checkpoint is not to be believed")]
    Checkpoint(#[from] CheckpointError),
    /// The digest is not what the checkpoint's tree has at that place.
    #[error("the digest is not leaf {index} of the checkpoint's tree")]
    Inclusion {
        /// The leaf the proof claims.
        index: LeafIndex,
        /// How the path fails.
        #[source]
        cause: ProofError,
    },
}

/// The first line of every proof.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// No tree of a 64-bit size has a longer inclusion path.
const PATH_HASHES_MAX: usize = 64;

impl TlogProof {
    /// Checks that the log which `key` belongs to has signed a tree with `digest` as leaf [`Self::index`], and returns
    /// the checkpoint that says so.
    ///
    /// Cost: one signature check and at most 64 hashes.
    ///
    /// # Errors
    /// [`TlogProofError::Checkpoint`] and [`TlogProofError::Inclusion`].
    pub fn verify(&self, digest: &Digest, key: &VerifierKey) -> Result<Checkpoint, TlogProofError> {
        let checkpoint = Checkpoint::open(self.checkpoint_note.as_bytes(), key)?;
        verify_inclusion(&digest.leaf_hash(), self.index, checkpoint.size, &self.path, &checkpoint.root)
            .map_err(|cause| TlogProofError::Inclusion { index: self.index, cause })?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEADER}\nindex {}\n", self.index)?;
        for hash in &self.path {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint_note)
    }
}

impl FromStr for TlogProof {
    type Err = TlogProofError;

    /// Reads a proof. An `extra` line, which the format allows for an application's own data and which nothing
    /// authenticates, is passed over; this log writes none.
    fn from_str(text: &str) -> Result<Self, TlogProofError> {
        let malformed = TlogProofError::Malformed;
        // The lines before the checkpoint are short; the checkpoint has a limit of its own.
        if text.len() > 2 * NOTE_BYTES_MAX {
            return Err(malformed("it is too long"));
        }
        let (head, checkpoint_note) = text.split_once("\n\n").ok_or(malformed("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(malformed("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let mut line = lines.next();
        if line.is_some_and(|line| line.starts_with("extra ")) {
            line = lines.next();
        }
        let index = line.and_then(|line| line.strip_prefix("index ")).and_then(parse_decimal);
        let index = index.ok_or(malformed("it has no index line"))?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == PATH_HASHES_MAX {
                return Err(malformed("its path is longer than that of any tree"));
            }
            path.push(Hash::from_base64(line).ok_or(malformed("a line of its path is not the base64 of 32 bytes"))?);
        }
        Ok(Self { index: LeafIndex(index), path, checkpoint_note: checkpoint_note.to_owned() })
    }
}

//! Checkpoints: what a log signs of its tree.
//!
//! ```text
//! <origin>
//! <size, decimal>
//! <root, base64>
//! ```
//!
//! Source: C2SP tlog-checkpoint.

use std::{fmt, str::FromStr};

use crate::{Hash, NoteError, SignedNote, SigningKey, TreeSize, VerifierKey, numbers::parse_decimal};

/// The size and root of a log's tree at one moment. As text: the body of the note, without signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one per directory, fixed at its creation; the name of its key, too.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: TreeSize,
    /// The root of the tree.
    pub root: Hash,
}

/// Why a checkpoint is not to be believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Malformed(&'static str),
    /// The note around it fails.
    #[error("the checkpoint's note is not to be believed")]
    Note(#[from] NoteError),
    /// It is another log's.
    #[error("the checkpoint is of {found}, not of {expected}")]
    OtherOrigin {
        /// The origin in the checkpoint.
        found: String,
        /// The name of the key it was checked with.
        expected: String,
    },
}

impl CheckpointError {
    /// Whether the checkpoint seems sound but is signed by another key: another log was put in place of this one, or the
    /// checkpoint never was this log's.
    pub fn is_of_another_key(&self) -> bool {
        matches!(self, Self::OtherOrigin { .. } | Self::Note(NoteError::Unsigned))
    }
}

impl Checkpoint {
    /// The checkpoint as a note signed by the log's key.
    ///
    /// # Errors
    /// [`CheckpointError::OtherOrigin`] if the key's name is not the origin; [`CheckpointError::Note`] if the origin
    /// cannot stand in a note.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedNote, CheckpointError> {
        self.check_origin(key.name())?;
        let mut note = SignedNote::new(&self.to_string())?;
        note.sign(key);
        Ok(note)
    }

    /// Reads a signed checkpoint and checks that the log which `key` belongs to has signed it. Signatures by others,
    /// such as witnesses, are ignored; lines after the root are signed with the rest and not kept.
    ///
    /// # Errors
    /// Any [`CheckpointError`].
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(note)?;
        note.verify(std::slice::from_ref(key))?;
        let checkpoint: Self = note.text().parse()?;
        checkpoint.check_origin(key.name())?;
        Ok(checkpoint)
    }

    fn check_origin(&self, expected: &str) -> Result<(), CheckpointError> {
        if self.origin == expected {
            return Ok(());
        }
        Err(CheckpointError::OtherOrigin { found: self.origin.clone(), expected: expected.to_owned() })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the body of a checkpoint note. Believe it only if the note was verified.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let malformed = CheckpointError::Malformed;
        let body = text.strip_suffix('\n').ok_or(malformed("it does not end in a newline"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(malformed("it has fewer than three lines"));
        };
        if origin.is_empty() {
            return Err(malformed("its origin is empty"));
        }
        let size = parse_decimal(size).ok_or(malformed("its size is not a decimal number"))?;
        let root = Hash::from_base64(root).ok_or(malformed("its root is not the base64 of 32 bytes"))?;
        if lines.any(str::is_empty) {
            return Err(malformed("a line after its root is empty"));
        }
        Ok(Self { origin: origin.to_owned(), size: TreeSize(size), root })
    }
}

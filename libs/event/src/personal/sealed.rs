//! A sealed disclosure and its record: what journal, segments and vault hand to each other.

use super::{Kind, PersonId};

/// An encrypted disclosure: safe to write to any file. `C`: where its ciphertext lies, which is owned, or borrowed from a frame or a
/// block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealedDisclosure<C = Vec<u8>> {
    /// SHA-256 of the disclosure's base64url: by this the entry's line commits to it.
    pub digest: [u8; 32],
    /// Under whose key.
    pub person: PersonId,
    /// What it discloses.
    pub kind: Kind,
    /// AES-256-GCM-SIV of the `[salt,kind,value]` text in its shortest form, the 16 bytes of the tag last.
    pub ciphertext: C,
}

/// The bytes are no record of a sealed disclosure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Fewer bytes than every record has.
    #[error("a record of {found} bytes is shorter than any sealed disclosure")]
    Short {
        /// How many bytes there were.
        found: usize,
    },
    /// A kind of disclosure this version does not know.
    #[error("unknown kind of disclosure {0}")]
    UnknownKind(u8),
}

/// Bytes of a record before its ciphertext: digest, person and kind, to which the ciphertext is bound.
pub const RECORD_HEAD_BYTES: usize = 32 + 16 + 1;

/// Bytes of a ciphertext's tag, with which every record ends.
const TAG_BYTES: usize = 16;

impl<C: AsRef<[u8]>> SealedDisclosure<C> {
    /// The same, its ciphertext borrowed.
    #[must_use]
    pub fn as_ref(&self) -> SealedDisclosure<&[u8]> {
        let Self { digest, person, kind, ciphertext } = self;
        SealedDisclosure { digest: *digest, person: *person, kind: *kind, ciphertext: ciphertext.as_ref() }
    }

    /// The part of a record before its ciphertext: digest (32 bytes) ‖ person (16) ‖ kind (1).
    #[must_use]
    pub fn head(&self) -> [u8; RECORD_HEAD_BYTES] {
        let mut head = [0; RECORD_HEAD_BYTES];
        let (digest, rest) = head.split_at_mut(32);
        let (person, kind) = rest.split_at_mut(16);
        digest.copy_from_slice(&self.digest);
        person.copy_from_slice(&self.person.0);
        kind.fill(self.kind.as_byte());
        head
    }

    /// Writes the record: the head ‖ ciphertext. Its length comes from around it.
    ///
    /// Cost: one copy.
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        [&self.head()[..], self.ciphertext.as_ref()].concat()
    }
}

impl<'r> SealedDisclosure<&'r [u8]> {
    /// Reads what [`SealedDisclosure::to_record`] wrote, where it lies.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn from_record(record: &'r [u8]) -> Result<Self, RecordError> {
        let short = RecordError::Short { found: record.len() };
        let (digest, rest) = record.split_first_chunk::<32>().ok_or(short)?;
        let (person, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
        let (kind, ciphertext) = rest.split_first().ok_or(short)?;
        if ciphertext.len() < TAG_BYTES {
            return Err(short);
        }
        let kind = Kind::from_byte(*kind).ok_or(RecordError::UnknownKind(*kind))?;
        Ok(Self { digest: *digest, person: PersonId(*person), kind, ciphertext })
    }

    /// The digest a record is of, without reading the rest; `None` if it is too short.
    #[must_use]
    pub fn digest_of_record(record: &[u8]) -> Option<[u8; 32]> {
        record.first_chunk::<32>().copied()
    }

    /// The same, with a copy of its ciphertext.
    #[must_use]
    pub fn into_owned(self) -> SealedDisclosure {
        let Self { digest, person, kind, ciphertext } = self;
        SealedDisclosure { digest, person, kind, ciphertext: ciphertext.to_vec() }
    }
}

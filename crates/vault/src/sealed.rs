//! A sealed disclosure and its record.

use event::{Kind, PersonId};

use crate::cipher::TAG_BYTES;

/// An encrypted disclosure: safe to write to any file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of the disclosure's base64url: by this the entry's line commits to it.
    pub digest: [u8; 32],
    /// Under whose key.
    pub person: PersonId,
    /// What it discloses.
    pub kind: Kind,
    /// AES-256-GCM-SIV of the `[salt,kind,value]` text in its shortest form, the 16 bytes of the tag last.
    pub ciphertext: Vec<u8>,
}

/// Digest, person, kind and ciphertext.
pub type RecordParts<'r> = (&'r [u8; 32], &'r [u8; 16], u8, &'r [u8]);

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

/// Digest, person and kind.
pub(crate) const HEAD_BYTES: usize = 32 + 16 + 1;

/// The part of a record before its ciphertext, to which the ciphertext is bound.
pub(crate) fn head(digest: &[u8; 32], person: PersonId, kind: Kind) -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    let (digest_part, rest) = head.split_at_mut(32);
    let (person_part, kind_part) = rest.split_at_mut(16);
    digest_part.copy_from_slice(digest);
    person_part.copy_from_slice(&person.0);
    kind_part.fill(kind.as_byte());
    head
}

impl Sealed {
    /// Writes the record: digest (32 bytes) ‖ person (16) ‖ kind (1) ‖ ciphertext. Its length comes from around it.
    ///
    /// Cost: one copy.
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        let mut record = Vec::with_capacity(HEAD_BYTES + self.ciphertext.len());
        record.extend_from_slice(&head(&self.digest, self.person, self.kind));
        record.extend_from_slice(&self.ciphertext);
        record
    }

    /// Reads what [`Self::to_record`] wrote.
    ///
    /// Cost: one copy.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn from_record(record: &[u8]) -> Result<Self, RecordError> {
        let (digest, person, kind, ciphertext) = Self::split_record(record)?;
        let kind = Kind::from_byte(kind).ok_or(RecordError::UnknownKind(kind))?;
        Ok(Self { digest: *digest, person: PersonId(*person), kind, ciphertext: ciphertext.to_vec() })
    }

    /// The digest, person, kind and ciphertext of a record, where it lies.
    ///
    /// Cost: none.
    ///
    /// # Errors
    /// [`RecordError::Short`].
    pub fn split_record(record: &[u8]) -> Result<RecordParts<'_>, RecordError> {
        let short = RecordError::Short { found: record.len() };
        let (digest, rest) = record.split_first_chunk::<32>().ok_or(short)?;
        let (person, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
        let (kind, ciphertext) = rest.split_first().ok_or(short)?;
        if ciphertext.len() < TAG_BYTES { Err(short) } else { Ok((digest, person, *kind, ciphertext)) }
    }

    /// The digest a record is of, without reading the rest; `None` if it is too short.
    #[must_use]
    pub fn digest_of_record(record: &[u8]) -> Option<[u8; 32]> {
        record.first_chunk::<32>().copied()
    }
}

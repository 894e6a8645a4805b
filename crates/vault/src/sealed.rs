//! A sealed disclosure and its record.

use event::{Kind, PersonId};

/// An encrypted disclosure: safe to write to any file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of the disclosure's base64url: by this the entry's line commits to it.
    pub digest: [u8; 32],
    /// Under whose key.
    pub person: PersonId,
    /// What it discloses.
    pub kind: Kind,
    /// AES-256-GCM-SIV of the `[salt,kind,value]` text, the 16 bytes of the tag last.
    pub ciphertext: Vec<u8>,
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

/// Digest, person and kind.
const HEAD_BYTES: usize = 32 + 16 + 1;

/// The authentication tag of AES-GCM-SIV.
pub(crate) const TAG_BYTES: usize = 16;

impl Sealed {
    /// Writes the record: digest (32 bytes) ‖ person (16) ‖ kind (1) ‖ ciphertext. Its length comes from around it.
    ///
    /// Cost: one copy.
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        let mut record = Vec::with_capacity(HEAD_BYTES + self.ciphertext.len());
        record.extend_from_slice(&self.digest);
        record.extend_from_slice(&self.person.0);
        record.push(self.kind.as_byte());
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
        let short = RecordError::Short { found: record.len() };
        let (digest, rest) = record.split_first_chunk::<32>().ok_or(short)?;
        let (person, rest) = rest.split_first_chunk::<16>().ok_or(short)?;
        let (kind, ciphertext) = rest.split_first().ok_or(short)?;
        if ciphertext.len() < TAG_BYTES {
            return Err(short);
        }
        let kind = Kind::from_byte(*kind).ok_or(RecordError::UnknownKind(*kind))?;
        Ok(Self { digest: *digest, person: PersonId(*person), kind, ciphertext: ciphertext.to_vec() })
    }

    /// The digest a record is of, without reading the rest; `None` if it is too short.
    #[must_use]
    pub fn digest_of_record(record: &[u8]) -> Option<[u8; 32]> {
        record.first_chunk::<32>().copied()
    }
}

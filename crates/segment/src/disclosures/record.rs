//! Disclosures as they are stored and handed out.

/// One encrypted disclosure as stored: opaque but for what is needed to find and open it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DisclosureRecord {
    /// Digest of the disclosure, the value its entry's `personal` digest is made of.
    pub digest: [u8; 32],
    /// Random handle of the person's key in the vault.
    pub person: [u8; 16],
    /// 0 identity, 1 connection, 2 fields.
    pub kind: u8,
    /// The sealed text.
    pub ciphertext: Vec<u8>,
}

impl DisclosureRecord {
    /// The same record, borrowed.
    #[must_use]
    pub fn as_ref(&self) -> DisclosureRecordRef<'_> {
        let Self { digest, person, kind, ciphertext } = self;
        DisclosureRecordRef { digest, person, kind: *kind, ciphertext }
    }
}

/// A [`DisclosureRecord`] borrowed from somewhere, for instance from a journal frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosureRecordRef<'a> {
    /// As [`DisclosureRecord::digest`].
    pub digest: &'a [u8; 32],
    /// As [`DisclosureRecord::person`].
    pub person: &'a [u8; 16],
    /// As [`DisclosureRecord::kind`].
    pub kind: u8,
    /// As [`DisclosureRecord::ciphertext`].
    pub ciphertext: &'a [u8],
}

/// Per element of a line's `personal`: its disclosures in the order identity, connection, fields.
pub type Disclosed = Vec<[Option<DisclosureRecord>; 3]>;

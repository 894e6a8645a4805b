//! The secrets that indexes are made with, which only the log's keys give.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key under which the files of a log's indexes are authenticated: 32 bytes, derived from the log's index key
/// (`spec/vault.md`). The default, all zero, authenticates nothing: for tests, and where no index is read.
#[derive(Clone, Copy, Default)]
pub struct IndexKey([u8; 32]);

/// What is kept of the HMAC-SHA-256 of an index file.
pub(crate) type IndexMac = [u8; 16];

impl IndexKey {
    /// Takes the key's bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The MAC of these bytes.
    pub(crate) fn mac(&self, bytes: &[u8]) -> IndexMac {
        let mac = self.hmac(bytes).finalize().into_bytes();
        mac.first_chunk().copied().unwrap_or_default()
    }

    /// Whether this is the MAC of these bytes. Takes the same time wherever the two differ.
    pub(crate) fn made(&self, bytes: &[u8], mac: &IndexMac) -> bool {
        self.hmac(bytes).verify_truncated_left(mac).is_ok()
    }

    fn hmac(&self, bytes: &[u8]) -> Hmac<Sha256> {
        let key =
            Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("HMAC takes keys of every length"));
        key.chain_update(bytes)
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey(..)")
    }
}

/// What the indexes of a log are made with.
#[derive(Debug, Clone, Copy)]
pub struct IndexSecret {
    /// The seed of their hashes.
    pub seed: u64,
    /// The key that their files are authenticated under.
    pub key: IndexKey,
}

impl From<u64> for IndexSecret {
    /// With the default key.
    fn from(seed: u64) -> Self {
        Self { seed, key: IndexKey::default() }
    }
}

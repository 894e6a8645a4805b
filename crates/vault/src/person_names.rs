//! Names of persons as they are looked up: hashed, so that a name takes sixteen bytes of memory whatever its length.

use event::Person;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The first half of SHA-256 over the key's block and the person's canonical bytes. Two persons with one hash would have one key;
/// among a billion that is a matter of 2⁻⁶⁹, and who sends events cannot look for them, as the key is not known.
pub(crate) type NameHash = [u8; 16];

/// Hashes under a key. Holds the state after the key, which fills the first block.
pub(crate) struct NameHasher(Sha256);

impl NameHasher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        let (front, _) = block.split_at_mut(key.len());
        front.copy_from_slice(key);
        Self(Sha256::new_with_prefix(block.as_slice()))
    }

    /// Cost: a SHA-256 block for usual names.
    pub(crate) fn hash(&self, person: &Person<'_>) -> NameHash {
        let mut name = Vec::with_capacity(64);
        person.write_bytes(&mut name);
        let hash: [u8; 32] = self.0.clone().chain_update(&name).finalize().into();
        *hash.first_chunk().expect("the hash has 32 bytes")
    }
}

//! Maps whose keys are digests.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map by keys whose first eight bytes nobody can choose: digests of salted content, keyed hashes, random handles. They
/// are their own hash.
pub type DigestMap<K, V> = HashMap<K, V, BuildHasherDefault<FirstBytes>>;

/// Takes the first eight bytes written as the hash.
#[derive(Debug, Clone, Copy, Default)]
pub struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_le_bytes(*first);
        }
    }

    /// Arrays announce their length, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_all_their_bytes() {
        let mut map: DigestMap<[u8; 32], u32> = DigestMap::default();
        let key = |first, last| [&[first; 16][..], &[last; 16]].concat().try_into().unwrap();
        for n in 0..64 {
            map.insert(key(n / 8, n % 8), u32::from(n));
        }
        assert!((0..64).all(|n| map.get(&key(n / 8, n % 8)) == Some(&u32::from(n))));
        assert_eq!(map.get(&key(9, 9)), None);
    }
}

//! What was used lately, of a bounded number.

use std::hash::Hash;

use proof::DigestMap;

/// The newest things by a key whose first bytes nobody can choose; the older of two generations goes when the newer one is full.
pub(crate) struct Generations<K, V> {
    newer: DigestMap<K, V>,
    older: DigestMap<K, V>,
    /// Most things in each generation.
    each_max: usize,
}

impl<K: Eq + Hash, V> Generations<K, V> {
    pub(crate) fn new(each_max: usize) -> Self {
        Self { newer: DigestMap::default(), older: DigestMap::default(), each_max }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.newer.get(key).or_else(|| self.older.get(key))
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        if self.newer.len() == self.each_max {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, value);
    }

    pub(crate) fn remove(&mut self, key: &K) {
        self.newer.remove(key);
        self.older.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In each generation, here.
    const EACH: usize = 100;

    fn key(n: usize) -> [u8; 16] {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&n.to_le_bytes());
        key
    }

    #[test]
    fn the_newest_are_found_and_the_number_is_bounded() {
        let mut kept = Generations::new(EACH);
        for n in 0..3 * EACH {
            kept.put(key(n), n);
            assert_eq!(kept.get(&key(n)), Some(&n));
        }
        assert!((EACH..3 * EACH).all(|n| kept.get(&key(n)) == Some(&n)));
        assert!((0..EACH).all(|n| kept.get(&key(n)).is_none()));
        assert_eq!(kept.newer.len() + kept.older.len(), 2 * EACH);
    }

    #[test]
    fn what_is_taken_out_is_gone_from_both() {
        let mut kept = Generations::new(2);
        [1, 2, 3, 1].into_iter().for_each(|n| kept.put(key(n), n));
        kept.remove(&key(1));
        assert_eq!([1, 2, 3].map(|n| kept.get(&key(n)).copied()), [None, Some(2), Some(3)]);
    }
}

//! What was used last, up to a number of bytes.

use std::collections::HashMap;
use std::hash::Hash;

/// Keeps values up to a number of bytes, and drops those that were used longest ago. Values are cloned when handed out, so wrap
/// large ones in an `Arc`.
#[derive(Debug)]
pub struct Lru<K, V> {
    bytes_max: usize,
    bytes: usize,
    /// Counts uses; the value with the lowest stamp was used longest ago.
    clock: u64,
    kept: HashMap<K, Slot<V>>,
}

#[derive(Debug)]
struct Slot<V> {
    value: V,
    bytes: usize,
    used: u64,
}

impl<K: Eq + Hash + Clone, V: Clone> Lru<K, V> {
    /// Makes an empty one. A value larger than `bytes_max` is never kept.
    #[must_use]
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: 0, clock: 0, kept: HashMap::new() }
    }

    /// Returns what is kept under `key`. Cost: one look-up.
    pub fn get(&mut self, key: &K) -> Option<V> {
        self.clock += 1;
        let kept = self.kept.get_mut(key)?;
        kept.used = self.clock;
        Some(kept.value.clone())
    }

    /// Keeps `value`, which takes `bytes` of memory, in place of what was kept under `key`.
    pub fn put(&mut self, key: K, value: V, bytes: usize) {
        if bytes > self.bytes_max {
            return;
        }
        self.clock += 1;
        if let Some(old) = self.kept.insert(key, Slot { value, bytes, used: self.clock }) {
            self.bytes -= old.bytes;
        }
        self.bytes += bytes;
        if self.bytes > self.bytes_max {
            self.shrink();
        }
    }

    /// Lets go of every value whose key does not pass.
    pub fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.kept.retain(|key, _| keep(key));
        self.bytes = self.kept.values().map(|kept| kept.bytes).sum();
    }

    /// Bytes kept now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Lets go until an eighth of the room is free, so that the sort is paid for rarely.
    fn shrink(&mut self) {
        let mut by_age: Vec<(u64, K)> = self.kept.iter().map(|(key, kept)| (kept.used, key.clone())).collect();
        by_age.sort_unstable_by_key(|(used, _)| *used);
        for (_, key) in by_age {
            if self.bytes <= self.bytes_max - self.bytes_max / 8 {
                break;
            }
            if let Some(kept) = self.kept.remove(&key) {
                self.bytes -= kept.bytes;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_its_bytes_and_keeps_what_is_used() {
        let mut lru = Lru::new(100_000);
        lru.put(0, "first", 10_000);
        for round in 1..100 {
            lru.put(round, "other", 10_000);
            assert_eq!(lru.get(&0), Some("first"));
            assert!(lru.bytes() <= 100_000);
        }
        lru.put(1_000, "too large", 200_000);
        assert_eq!(lru.get(&1_000), None);
        lru.put(0, "again", 20_000);
        assert_eq!(lru.get(&0), Some("again"));
        lru.retain(|_| false);
        assert_eq!(lru.bytes(), 0);
    }
}

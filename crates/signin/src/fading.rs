//! A bounded table of what soon does not matter any more.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// Values that are forgotten `keep_us` after they were last put; when there are too many, the ones put longest ago go first.
///
/// Cost: O(log n) a call.
pub(crate) struct Fading<K, V> {
    values: HashMap<K, (u64, V)>,
    by_time: BTreeSet<(u64, K)>,
    keep_us: u64,
    max: usize,
}

impl<K: Clone + Eq + Hash + Ord, V> Fading<K, V> {
    pub(crate) fn new(max: usize, keep_us: u64) -> Self {
        Self { values: HashMap::new(), by_time: BTreeSet::new(), keep_us, max }
    }

    pub(crate) fn get(&self, key: &K, now_us: u64) -> Option<&V> {
        let (put_us, value) = self.values.get(key)?;
        (now_us.saturating_sub(*put_us) < self.keep_us).then_some(value)
    }

    /// Those that are not forgotten yet.
    pub(crate) fn values(&self, now_us: u64) -> impl Iterator<Item = &V> {
        let is_kept = move |put_us: u64| now_us.saturating_sub(put_us) < self.keep_us;
        self.values.values().filter(move |(put_us, _)| is_kept(*put_us)).map(|(_, value)| value)
    }

    pub(crate) fn put(&mut self, key: K, value: V, now_us: u64) {
        self.remove(&key);
        while let Some((put_us, oldest)) = self.by_time.first().cloned() {
            let is_over = now_us.saturating_sub(put_us) >= self.keep_us;
            if !is_over && self.values.len() < self.max {
                break;
            }
            self.remove(&oldest);
        }
        self.by_time.insert((now_us, key.clone()));
        self.values.insert(key, (now_us, value));
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let (put_us, value) = self.values.remove(key)?;
        self.by_time.remove(&(put_us, key.clone()));
        Some(value)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_old_is_gone_and_the_oldest_makes_room() {
        let mut table = Fading::new(2, 10);
        table.put("a", 1, 0);
        table.put("b", 2, 1);
        table.put("a", 3, 2);
        table.put("c", 4, 3);
        assert_eq!((table.get(&"a", 3), table.get(&"b", 3), table.get(&"c", 3)), (Some(&3), None, Some(&4)));
        assert_eq!((table.get(&"a", 12), table.get(&"c", 12)), (None, Some(&4)));
        table.put("d", 5, 100);
        assert_eq!(table.len(), 1);
        assert_eq!((table.remove(&"d"), table.remove(&"d")), (Some(5), None));
    }
}

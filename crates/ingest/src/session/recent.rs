//! A bounded memory of records by key, the oldest forgotten first.

use std::collections::{HashMap, VecDeque};

/// At most so many values and bytes, by key.
#[derive(Debug)]
pub(super) struct Recent<V> {
    held: HashMap<String, Held<V>>,
    /// Keys in the order they were put, with the turn of the putting; turns that are over are passed over.
    order: VecDeque<(String, u64)>,
    turn: u64,
    bytes: usize,
    values_max: usize,
    bytes_max: usize,
}

#[derive(Debug)]
struct Held<V> {
    value: V,
    bytes: usize,
    turn: u64,
}

impl<V> Recent<V> {
    pub(super) fn new(values_max: usize, bytes_max: usize) -> Self {
        Self { held: HashMap::new(), order: VecDeque::new(), turn: 0, bytes: 0, values_max, bytes_max }
    }

    /// Holds a value and gives back what had to go for it: the key's former value, then the oldest ones.
    pub(super) fn put(&mut self, key: String, bytes: usize, value: V) -> Vec<V> {
        let mut gone: Vec<V> = self.take(&key).into_iter().collect();
        self.turn += 1;
        self.bytes += bytes;
        self.order.push_back((key.clone(), self.turn));
        self.held.insert(key, Held { value, bytes, turn: self.turn });
        while self.held.len() > self.values_max || self.bytes > self.bytes_max {
            let Some(value) = self.take_oldest() else { break };
            gone.push(value);
        }
        if self.order.len() > 2 * self.values_max {
            let held = &self.held;
            self.order.retain(|(key, turn)| held.get(key).is_some_and(|held| held.turn == *turn));
        }
        gone
    }

    pub(super) fn take(&mut self, key: &str) -> Option<V> {
        let held = self.held.remove(key)?;
        self.bytes -= held.bytes;
        Some(held.value)
    }

    pub(super) fn take_oldest(&mut self) -> Option<V> {
        while let Some((key, turn)) = self.order.pop_front() {
            if self.held.get(&key).is_some_and(|held| held.turn == turn) {
                return self.take(&key);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Recent;

    #[test]
    fn the_oldest_goes_first_and_a_key_holds_one_value() {
        let mut recent = Recent::new(2, 100);
        assert!(recent.put("a".into(), 1, 1).is_empty());
        assert_eq!(recent.put("a".into(), 1, 2), [1]);
        assert!(recent.put("b".into(), 1, 3).is_empty());
        assert_eq!(recent.put("c".into(), 1, 4), [2]);
        assert_eq!(recent.take("b"), Some(3));
        assert_eq!(recent.put("d".into(), 200, 5), [4, 5]);
        assert_eq!(recent.take_oldest(), None);
    }
}

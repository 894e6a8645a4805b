//! The labels asked for lately.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Most labels kept. An organisation's people use a few hundred different user agents in a month; 4096 of them take
/// under 1 MB.
pub const LABELS_CACHED_MAX: usize = 4096;

/// A generation holds half of what is kept.
const GENERATION_LABELS_MAX: usize = LABELS_CACHED_MAX / 2;
const _: () = assert!(GENERATION_LABELS_MAX > 0 && GENERATION_LABELS_MAX * 2 <= LABELS_CACHED_MAX);

/// Labels by user agent, in two generations: when the younger is full it becomes the elder, and the elder is dropped.
///
/// User agents are personal values that can be erased, so none is kept: the key is 128 bits of keyed hash, and the keys
/// are drawn anew in every process.
pub(super) struct Recent {
    hashers: (RandomState, RandomState),
    generations: Mutex<Generations>,
}

type Key = (u64, u64);
type Labels = HashMap<Key, Option<Box<str>>>;

#[derive(Default)]
struct Generations {
    younger: Labels,
    elder: Labels,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self { hashers: (RandomState::new(), RandomState::new()), generations: Mutex::default() }
    }

    /// The label of `user_agent`, made by `make` if it is not kept. `make` runs outside the lock: labels asked for at the
    /// same time do not wait for one another, at worst one is made twice.
    pub(super) fn get_or(&self, user_agent: &str, make: impl FnOnce() -> Option<String>) -> Option<String> {
        let key = (self.hashers.0.hash_one(user_agent), self.hashers.1.hash_one(user_agent));
        if let Some(kept) = self.with(|generations| generations.get(key)) {
            return kept.map(String::from);
        }
        let label = make();
        self.with(|generations| generations.keep(key, label.as_deref().map(Box::from)));
        label
    }

    fn with<T>(&self, act: impl FnOnce(&mut Generations) -> T) -> T {
        // A panic under this lock cannot leave a label half written.
        act(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn get(&mut self, key: Key) -> Option<Option<Box<str>>> {
        if let Some(label) = self.younger.get(&key) {
            return Some(label.clone());
        }
        let label = self.elder.remove(&key)?;
        self.keep(key, label.clone());
        Some(label)
    }

    fn keep(&mut self, key: Key, label: Option<Box<str>>) {
        if self.younger.len() >= GENERATION_LABELS_MAX {
            self.elder = std::mem::take(&mut self.younger);
        }
        self.younger.insert(key, label);
    }
}

#[cfg(test)]
mod tests {
    use super::{LABELS_CACHED_MAX, Recent};

    fn kept(recent: &Recent) -> usize {
        recent.with(|generations| generations.younger.len() + generations.elder.len())
    }

    #[test]
    fn a_label_asked_for_again_is_not_made_again() {
        let recent = Recent::new();
        assert_eq!(recent.get_or("a", || Some("A".to_owned())).as_deref(), Some("A"));
        assert_eq!(recent.get_or("a", || panic!("made again")).as_deref(), Some("A"));
        assert_eq!(recent.get_or("b", || None), None);
        assert_eq!(recent.get_or("b", || panic!("made again")), None);
    }

    #[test]
    fn never_more_labels_are_kept_than_the_maximum() {
        let recent = Recent::new();
        for at in 0..LABELS_CACHED_MAX * 3 {
            let label = recent.get_or(&format!("agent {at}"), || Some(at.to_string()));
            assert_eq!(label, Some(at.to_string()));
            assert!(kept(&recent) <= LABELS_CACHED_MAX);
        }
    }

    #[test]
    fn a_label_in_use_outlives_the_others() {
        let recent = Recent::new();
        let _ = recent.get_or("used", || Some("U".to_owned()));
        for at in 0..LABELS_CACHED_MAX * 3 {
            let _ = recent.get_or(&format!("agent {at}"), || None);
            assert_eq!(recent.get_or("used", || panic!("dropped")).as_deref(), Some("U"));
        }
    }
}

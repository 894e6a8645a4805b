//! Which `event_id`s the tail holds, so that a replayed event finds its first entry.
//!
//! Sealed segments answer from their own index; this table covers everything newer. Keys are keyed 64-bit hashes of
//! (source, `event_id`), so a client cannot make two ids collide on purpose; a hit is confirmed on the entry itself.

use std::hash::{BuildHasher, RandomState};
use std::sync::{PoisonError, RwLock};

use proof::DigestMap;

/// Hash of (source, `event_id`) under this process's random key. Never written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EventKey([u8; 8]);

/// The leaves of recent events by their key. Written by the sequencer, read by admissions.
pub(crate) struct Recent {
    hasher: RandomState,
    table: RwLock<Table>,
}

struct Table {
    /// Leaves below this are answered by segments.
    floor: u64,
    /// Leaves from here on are not in the table yet.
    size: u64,
    leaves: DigestMap<EventKey, u64>,
}

/// What an admission saw of the table: the sequencer compares it with what has come since.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    /// Leaves below were looked up in segments.
    pub(crate) floor: u64,
    /// Leaves from `floor` to here were looked up in the table.
    pub(crate) size: u64,
}

impl Recent {
    pub(crate) fn new(floor: u64) -> Self {
        Self {
            hasher: RandomState::new(),
            table: RwLock::new(Table { floor, size: floor, leaves: DigestMap::default() }),
        }
    }

    /// The key of an event. Cost: one SipHash of both texts.
    pub(crate) fn key(&self, source: &str, event_id: &str) -> EventKey {
        EventKey(self.hasher.hash_one((source, event_id)).to_le_bytes())
    }

    /// Looks up `keys` at one moment: the leaf of each where there is one, and what was seen.
    pub(crate) fn look_up(&self, keys: impl Iterator<Item = Option<EventKey>>) -> (Vec<Option<u64>>, Seen) {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let found = keys.map(|key| table.leaves.get(&key?).copied()).collect();
        (found, Seen { floor: table.floor, size: table.size })
    }

    /// Whether the answers for `keys` are still those of `seen`: no leaf with one of these keys came in, and none moved to a
    /// segment. Asked by the sequencer, which alone adds.
    pub(crate) fn unchanged_since(&self, seen: Seen, mut keys: impl Iterator<Item = EventKey>) -> bool {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        table.floor == seen.floor
            && (table.size == seen.size
                || !keys.any(|key| table.leaves.get(&key).is_some_and(|&leaf| leaf >= seen.size)))
    }

    /// Adds committed events; `size` is the new tree size.
    pub(crate) fn add(&self, events: impl Iterator<Item = (EventKey, u64)>, size: u64) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.leaves.extend(events);
        table.size = size;
    }

    /// Forgets leaves below `floor`, which segments answer from now on. Cost: one pass over the table.
    pub(crate) fn raise_floor(&self, floor: u64) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        table.leaves.retain(|_, leaf| *leaf >= floor);
        table.floor = floor;
        table.size = table.size.max(floor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_added_since_the_look_up_is_noticed() {
        let recent = Recent::new(10);
        let key = recent.key("dev", "a");
        let (found, seen) = recent.look_up([Some(key)].into_iter());
        assert_eq!(found, [None]);
        assert!(recent.unchanged_since(seen, [key].into_iter()));
        recent.add([(recent.key("dev", "b"), 10)].into_iter(), 11);
        assert!(recent.unchanged_since(seen, [key].into_iter()), "another event does not matter");
        recent.add([(key, 11)].into_iter(), 12);
        assert!(!recent.unchanged_since(seen, [key].into_iter()));
        assert_eq!(recent.look_up([Some(key)].into_iter()).0, [Some(11)]);
    }

    #[test]
    fn sealing_asks_for_a_new_look_up() {
        let recent = Recent::new(0);
        let key = recent.key("dev", "a");
        let (_, seen) = recent.look_up([Some(key)].into_iter());
        recent.add([(key, 0)].into_iter(), 1);
        recent.raise_floor(1);
        assert!(!recent.unchanged_since(seen, [key].into_iter()));
        assert_eq!(recent.look_up([Some(key)].into_iter()).0, [None]);
    }

    #[test]
    fn the_same_id_of_another_source_is_another_event() {
        let recent = Recent::new(0);
        assert_ne!(recent.key("a", "1"), recent.key("b", "1"));
        assert_ne!(recent.key("a", "b1"), recent.key("ab", "1"));
    }
}

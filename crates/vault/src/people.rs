//! Who has a key, in memory.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use event::{Person, PersonId, PersonKey};

use crate::database::Row;
use crate::pseudonyms::Pseudonyms;

/// How many new persons may wait to be made durable: several times what the largest batches of a few clients name
/// (10,000 events each), and some 100 MB of memory. Reached only while the disk refuses writes.
pub(crate) const PENDING_MAX: usize = 1 << 17;

/// Every key of the log, and which persons' keys were destroyed.
#[derive(Default)]
pub(crate) struct People {
    by_name: HashMap<Box<[u8]>, Arc<PersonKey>>,
    by_id: HashMap<PersonId, Arc<PersonKey>>,
    destroyed: HashSet<PersonId>,
    /// Of those whose id is an address.
    pub(crate) pseudonyms: Pseudonyms,
    /// Rows handed out and not yet durable, oldest first.
    pending: Vec<Arc<Row>>,
}

/// What is known of a person's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is there.
    Live,
    /// It was destroyed.
    Destroyed,
    /// There never was one in this vault; a record that names it is damage, or another log's.
    Unknown,
}

impl People {
    pub(crate) fn by_name(&self, name: &[u8]) -> Option<&Arc<PersonKey>> {
        self.by_name.get(name)
    }

    pub(crate) fn by_id(&self, id: PersonId) -> Option<&Arc<PersonKey>> {
        self.by_id.get(&id)
    }

    pub(crate) fn state(&self, id: PersonId) -> KeyState {
        match (self.by_id.contains_key(&id), self.destroyed.contains(&id)) {
            (true, _) => KeyState::Live,
            (false, true) => KeyState::Destroyed,
            (false, false) => KeyState::Unknown,
        }
    }

    /// Every key, in no particular order.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Arc<PersonKey>> {
        self.by_id.values()
    }

    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.by_id.len(), self.destroyed.len())
    }

    /// The handles whose keys were destroyed, sorted.
    pub(crate) fn destroyed(&self) -> Vec<PersonId> {
        let mut destroyed: Vec<_> = self.destroyed.iter().copied().collect();
        destroyed.sort_unstable_by_key(|id| id.0);
        destroyed
    }

    /// Takes in a person; false if the person or the handle has a key already.
    pub(crate) fn insert(&mut self, person: &Person<'_>, key: Arc<PersonKey>) -> bool {
        let name = name_of(person);
        if self.by_name.contains_key(name.as_slice()) || self.state(key.id()) != KeyState::Unknown {
            return false;
        }
        self.by_id.insert(key.id(), Arc::clone(&key));
        self.by_name.insert(name.into_boxed_slice(), key);
        true
    }

    /// Notes a key that was destroyed in the past; false if the handle is in use.
    pub(crate) fn insert_destroyed(&mut self, id: PersonId) -> bool {
        !self.by_id.contains_key(&id) && self.destroyed.insert(id)
    }

    /// Forgets a key whose row was destroyed.
    pub(crate) fn destroy(&mut self, person: &Person<'_>, id: PersonId) {
        self.by_name.remove(name_of(person).as_slice());
        self.pseudonyms.forget(person.id);
        self.by_id.remove(&id);
        self.destroyed.insert(id);
    }

    pub(crate) fn pending(&self) -> &[Arc<Row>] {
        &self.pending
    }

    pub(crate) fn add_pending(&mut self, row: Row) {
        self.pending.push(Arc::new(row));
    }

    /// The oldest `count` rows are durable.
    pub(crate) fn settle(&mut self, count: usize) {
        self.pending.drain(..count);
    }
}

/// A person's name as a map key.
pub(crate) fn name_of(person: &Person<'_>) -> Vec<u8> {
    let mut name = Vec::with_capacity(64);
    person.write_bytes(&mut name);
    name
}

//! Who has a key, in memory.
//!
//! A log may have millions of persons and hear of some thousands within an hour. So of each there is what finds and makes the
//! key: handle, secret, and a hash of the name; the name itself stands in the store alone. What is derived from a key, and what
//! its person disclosed last, is there of those used lately.

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use event::{Person, PersonId, PersonKey};
use hashbrown::HashTable;
use zeroize::Zeroizing;

use crate::generations::Generations;
use crate::person_names::{NameHash, NameHasher};
use crate::pseudonyms::Pseudonyms;
use crate::slab::Slab;
use crate::{PersonRow, RootKey, cipher};

/// How many new persons may wait to be made durable: several times what the largest batches of a few clients name
/// (10,000 events each), and some 50 MB of memory. Reached only while the disk refuses writes.
pub(crate) const PENDING_MAX: usize = 1 << 17;

/// Keys kept ready in each of two generations: some 1 KiB each with the last disclosures, so that both stay at some 32 MiB; as many
/// as identities sealed lately, for the same reason.
pub(crate) const GENERATION_KEYS: usize = 1 << 14;

/// Every key of the log, and which persons' keys were destroyed. Memory: some 110 bytes a person, and 1 KiB for each of those used
/// lately.
pub(crate) struct People {
    names: NameHasher,
    held: Slab<Held>,
    /// Numbers in `held`, by the hash of the name.
    by_name: HashTable<u32>,
    /// Numbers in `held`, by the handle.
    by_id: HashTable<u32>,
    destroyed: HashSet<PersonId>,
    /// Of those whose id is an address.
    pub(crate) pseudonyms: Pseudonyms,
    /// Rows handed out and not yet durable, oldest first.
    pending: Vec<Arc<PersonRow>>,
    /// Ready keys. Put in by who may only read the rest, so that a key is destroyed before (and not put in) or after (and taken
    /// out).
    lately: RwLock<Generations<PersonId, Arc<PersonKey>>>,
}

/// A person with a key.
struct Held {
    id: PersonId,
    name: NameHash,
    secret: Zeroizing<[u8; 32]>,
    /// Derived when an address is first looked for among all persons.
    addresses: OnceLock<Zeroizing<[u8; 16]>>,
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
    /// Nobody. Names are hashed under a key that `root` gives.
    pub(crate) fn new(root: &RootKey) -> Self {
        Self {
            names: NameHasher::new(&root.names()),
            held: Slab::default(),
            by_name: HashTable::new(),
            by_id: HashTable::new(),
            destroyed: HashSet::new(),
            pseudonyms: Pseudonyms::default(),
            pending: Vec::new(),
            lately: RwLock::new(Generations::new(GENERATION_KEYS)),
        }
    }

    /// The key of a person. Cost: a hash and a look-up; some µs more, when it is used, for one that was not used lately.
    pub(crate) fn by_name(&self, person: &Person<'_>) -> Option<Arc<PersonKey>> {
        self.held_by_name(person).map(|held| self.ready(held))
    }

    /// The handle of a person's key.
    pub(crate) fn id_by_name(&self, person: &Person<'_>) -> Option<PersonId> {
        self.held_by_name(person).map(|held| held.id)
    }

    /// The key of a handle. Cost: as [`Self::by_name`].
    pub(crate) fn by_id(&self, id: PersonId) -> Option<Arc<PersonKey>> {
        self.held_by_id(id).map(|held| self.ready(held))
    }

    /// The address key of a handle: see [`PersonKey::addresses`]. Cost: two look-ups; one HKDF at first.
    pub(crate) fn address_key(&self, id: PersonId) -> Option<&[u8; 16]> {
        self.held_by_id(id).map(Held::address_key)
    }

    /// The handle and the address key of every person with a key, in no particular order. Cost: one HKDF each at first.
    pub(crate) fn address_keys(&self) -> impl Iterator<Item = (PersonId, &[u8; 16])> {
        self.held.iter().map(|(_, held)| (held.id, held.address_key()))
    }

    pub(crate) fn state(&self, id: PersonId) -> KeyState {
        match (self.held_by_id(id).is_some(), self.destroyed.contains(&id)) {
            (true, _) => KeyState::Live,
            (false, true) => KeyState::Destroyed,
            (false, false) => KeyState::Unknown,
        }
    }

    /// How many have a key, and how many keys were destroyed.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.held.len(), self.destroyed.len())
    }

    /// The handles whose keys were destroyed, sorted.
    pub(crate) fn destroyed(&self) -> Vec<PersonId> {
        let mut destroyed: Vec<_> = self.destroyed.iter().copied().collect();
        destroyed.sort_unstable_by_key(|id| id.0);
        destroyed
    }

    /// Takes in a person; false if the person or the handle has a key already.
    pub(crate) fn insert(&mut self, person: &Person<'_>, id: PersonId, secret: Zeroizing<[u8; 32]>) -> bool {
        let name = self.names.hash(person);
        if self.at_name(name).is_some() || self.state(id) != KeyState::Unknown {
            return false;
        }
        let at = self.held.insert(Held { id, name, secret, addresses: OnceLock::new() });
        let hash_of = |at: &u32, bytes: fn(&Held) -> &[u8; 16]| self.held.get(*at).map_or(0, |held| first(bytes(held)));
        self.by_name.insert_unique(first(&name), at, |at| hash_of(at, |held| &held.name));
        self.by_id.insert_unique(first(&id.0), at, |at| hash_of(at, |held| &held.id.0));
        true
    }

    /// Notes a key that was destroyed in the past; false if the handle is in use.
    pub(crate) fn insert_destroyed(&mut self, id: PersonId) -> bool {
        self.held_by_id(id).is_none() && self.destroyed.insert(id)
    }

    /// Forgets the key of a person whose row was destroyed.
    pub(crate) fn destroy(&mut self, person: &Person<'_>, id: PersonId) {
        self.pseudonyms.forget(person.id);
        self.destroyed.insert(id);
        self.lately.get_mut().unwrap_or_else(PoisonError::into_inner).remove(&id);
        let Some(at) = self.at_id(id) else { return };
        let name = self.held.get(at).map_or([0; 16], |held| held.name);
        for (table, hash) in [(&mut self.by_id, first(&id.0)), (&mut self.by_name, first(&name))] {
            if let Ok(entry) = table.find_entry(hash, |known| *known == at) {
                entry.remove();
            }
        }
        self.held.remove(at);
    }

    pub(crate) fn pending(&self) -> &[Arc<PersonRow>] {
        &self.pending
    }

    pub(crate) fn add_pending(&mut self, row: PersonRow) {
        self.pending.push(Arc::new(row));
    }

    /// The oldest `count` rows are durable.
    pub(crate) fn settle(&mut self, count: usize) {
        self.pending.drain(..count);
    }

    /// The key, made ready unless it is.
    fn ready(&self, held: &Held) -> Arc<PersonKey> {
        if let Some(key) = self.lately.read().unwrap_or_else(PoisonError::into_inner).get(&held.id) {
            return Arc::clone(key);
        }
        let mut lately = self.lately.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster: whoever asks at once shares what is derived.
        if let Some(key) = lately.get(&held.id) {
            return Arc::clone(key);
        }
        let key = Arc::new(PersonKey::new(held.id, held.secret.clone()));
        lately.put(held.id, Arc::clone(&key));
        key
    }

    fn held_by_name(&self, person: &Person<'_>) -> Option<&Held> {
        self.held.get(self.at_name(self.names.hash(person))?)
    }

    fn held_by_id(&self, id: PersonId) -> Option<&Held> {
        self.held.get(self.at_id(id)?)
    }

    fn at_name(&self, name: NameHash) -> Option<u32> {
        self.by_name.find(first(&name), |at| self.held.get(*at).is_some_and(|held| held.name == name)).copied()
    }

    fn at_id(&self, id: PersonId) -> Option<u32> {
        self.by_id.find(first(&id.0), |at| self.held.get(*at).is_some_and(|held| held.id == id)).copied()
    }
}

impl Held {
    fn address_key(&self) -> &[u8; 16] {
        self.addresses.get_or_init(|| cipher::derive(&self.secret, b"address/v1"))
    }
}

/// The first bytes of what nobody can choose are its hash in tables.
fn first(bytes: &[u8; 16]) -> u64 {
    u64::from_le_bytes(*bytes.first_chunk().expect("sixteen bytes have eight in front"))
}

//! Whose key is it: found, or made and made durable.

use std::sync::{Arc, atomic::Ordering};

use event::{KeyError, Keys, Person, PersonId, PersonKey};
use zeroize::Zeroizing;

use super::Vault;
use crate::{
    KeyRows, KeyState, PersonRow, StoreError,
    people::{PENDING_MAX, People},
    pseudonyms,
};

impl Vault {
    /// How many keys were made since the vault was opened: whoever asks after [`Keys::person`] has a mark that covers the key
    /// it was given. Cost: one atomic load.
    #[must_use]
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    /// Makes the first `made` keys durable, and any that were made since, in one transaction; returns how many it wrote.
    /// A frame that needs a key is written after this and not before.
    ///
    /// Cost: one atomic load if they are durable; else one sync and about 10 µs a person. Of many who call at once one
    /// writes, and the others find it done.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and [`StoreError::Busy`], after which the keys still wait and it may be called again;
    /// [`StoreError::Failed`], after which it always fails.
    pub fn make_durable(&self, made: u64) -> Result<usize, StoreError> {
        let are_durable = || self.durable.load(Ordering::Acquire) >= made;
        if are_durable() {
            return Ok(0);
        }
        let mut rows = self.lock_rows();
        if are_durable() { Ok(0) } else { self.store_pending(&mut **rows) }
    }

    /// What is known of a person's key. A record whose person is unknown is damage, or another log's.
    #[must_use]
    pub fn key_state(&self, person: PersonId) -> KeyState {
        self.read_people().state(person)
    }

    pub(super) fn store_pending(&self, rows: &mut dyn KeyRows) -> Result<usize, StoreError> {
        let pending: Vec<Arc<PersonRow>> = self.read_people().pending().to_vec();
        if pending.is_empty() {
            return Ok(0);
        }
        rows.insert(&pending)?;
        self.write_people().settle(pending.len());
        self.durable.fetch_add(pending.len() as u64, Ordering::Release);
        Ok(pending.len())
    }

    /// Makes a key for a person who has none yet, unless another thread was faster.
    fn make(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut people = self.write_people();
        match people.by_name(person) {
            Some(key) => Ok(key),
            None => self.make_among(&mut people, person, None),
        }
    }

    /// Makes a key for a person who has none, and whose id stands for `address`, if it is a pseudonym.
    fn make_among(
        &self,
        people: &mut People,
        person: &Person<'_>,
        address: Option<&str>,
    ) -> Result<Arc<PersonKey>, KeyError> {
        if people.pending().len() >= PENDING_MAX {
            let reason = "too many new persons wait to be written".to_owned();
            return Err(KeyError::Unavailable { reason });
        }
        let random = self.surroundings.random.as_ref();
        let mut id = PersonId([0; 16]);
        random.fill(&mut id.0);
        // Never twice with real randomness; a simulator that starts again from its seed draws the same handles. That of
        // nobody is taken (spec/vault.md, "Address values").
        while people.state(id) != KeyState::Unknown || id.0 == [0; 16] {
            random.fill(&mut id.0);
        }
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(secret.as_mut_slice());
        let row = self.wrapping.wrap(random, person, address, (id, &secret), self.surroundings.clock.now_us());
        assert!(people.insert(person, id, secret), "neither person nor handle has a key, under this lock");
        people.add_pending(row);
        self.made.fetch_add(1, Ordering::Release);
        Ok(people.by_id(id).expect("it was put in above"))
    }
}

impl Keys for Vault {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let known = self.read_people().by_name(person);
        known.map_or_else(|| self.make(person), Ok)
    }

    /// Random, and made with the person's key, which keeps what it stands for: durable and destroyed with it.
    ///
    /// Cost: a hash and a look-up for an address that has one.
    fn pseudonym(&self, person: &Person<'_>) -> String {
        if let Some(known) = self.read_people().pseudonyms.get(person) {
            return known;
        }
        let mut people = self.write_people();
        // Another thread may have been faster: equal addresses have one pseudonym.
        if let Some(known) = people.pseudonyms.get(person) {
            return known;
        }
        let random = self.surroundings.random.as_ref();
        let mut pseudonym = pseudonyms::draw(random);
        // As with handles: never twice with real randomness.
        while people.id_by_name(&Person { id: &pseudonym, ..*person }).is_some() {
            pseudonym = pseudonyms::draw(random);
        }
        let named = Person { id: &pseudonym, ..*person };
        // Where no key can be made now, the event that needs it is refused when it asks for the key.
        if self.make_among(&mut people, &named, Some(person.id)).is_ok() {
            people.pseudonyms.insert(person, &pseudonym);
        }
        pseudonym
    }
}

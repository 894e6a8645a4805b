//! Pseudonyms of addresses that are ids: random, and kept with the person they name.
//!
//! A pseudonym says nothing about the address. What it stands for is wrapped in the person's row together with the key, so
//! that both are destroyed at once; afterwards the pseudonym in lines is sixteen random bytes.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use env::Random;
use event::Person;
use hashbrown::HashTable;
use sha2::{Digest as _, Sha256};

/// What every pseudonym begins with.
const MARK: &str = "p_";

/// The pseudonyms of all addresses that have one. Memory: some 90 bytes each.
#[derive(Default)]
pub(crate) struct Pseudonyms {
    /// By the first half of the SHA-256 of the person's bytes, with the address for an id.
    of: HashMap<[u8; 16], [u8; 16]>,
    /// The same once more, by type and address alone.
    anywhere: HashTable<Anywhere>,
    /// Under a key of this process, so that nobody can look for two addresses with one hash.
    hasher: RandomState,
}

/// A pseudonym, and the hash of the type and address that it stands for.
struct Anywhere {
    hash: u64,
    pseudonym: [u8; 16],
}

impl Pseudonyms {
    /// The pseudonym of a person whose id is an address, if there is one.
    pub(crate) fn get(&self, person: &Person<'_>) -> Option<String> {
        self.of.get(&place(person)).map(text)
    }

    /// Notes that `pseudonym` stands for the address of `person`; false if it is none, or the address has one.
    pub(crate) fn insert(&mut self, person: &Person<'_>, pseudonym: &str) -> bool {
        let Some(pseudonym) = bytes(pseudonym) else { return false };
        let hash = self.hasher.hash_one((person.kind, person.id));
        self.anywhere.insert_unique(hash, Anywhere { hash, pseudonym }, |known| known.hash);
        self.of.insert(place(person), pseudonym).is_none()
    }

    /// The pseudonyms of an address, in any scope. Cost: a look-up.
    pub(crate) fn anywhere(&self, kind: &str, address: &str) -> Vec<String> {
        let hash = self.hasher.hash_one((kind, address));
        let same = self.anywhere.iter_hash(hash).filter(|known| known.hash == hash);
        same.map(|known| text(&known.pseudonym)).collect()
    }

    /// Forgets what a pseudonym stands for. Cost: a look at each.
    pub(crate) fn forget(&mut self, pseudonym: &str) {
        if let Some(gone) = bytes(pseudonym) {
            self.of.retain(|_, kept| *kept != gone);
            self.anywhere.retain(|kept| kept.pseudonym != gone);
        }
    }
}

/// A pseudonym that nobody has: `p_` and 22 characters of base64url.
pub(crate) fn draw(random: &dyn Random) -> String {
    let mut drawn = [0; 16];
    random.fill(&mut drawn);
    text(&drawn)
}

fn text(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(24);
    text.push_str(MARK);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
    text
}

fn bytes(text: &str) -> Option<[u8; 16]> {
    URL_SAFE_NO_PAD.decode(text.strip_prefix(MARK)?).ok()?.try_into().ok()
}

fn place(person: &Person<'_>) -> [u8; 16] {
    let mut name = Vec::with_capacity(128);
    person.write_bytes(&mut name);
    let hash: [u8; 32] = Sha256::digest(&name).into();
    let mut place = [0; 16];
    place.copy_from_slice(hash.get(..16).unwrap_or_default());
    place
}

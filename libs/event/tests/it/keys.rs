//! Keys for tests: everything follows from the person's name, so that vectors stay as they are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use indelible_event::personal::pseudonym;
use indelible_event::{KeyError, Keys, Person, PersonId, PersonKey};
use sha2::{Digest, Sha256};

/// A vault in memory.
#[derive(Default)]
pub struct TestKeys {
    known: Mutex<HashMap<Vec<u8>, Arc<PersonKey>>>,
}

/// 32 bytes that follow from a label and a person.
fn derived(label: &str, bytes: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(label).chain_update(bytes).finalize().into()
}

/// The pseudonym key of every test.
pub fn log_key() -> [u8; 32] {
    derived("log", b"")
}

/// The secret that a person has in every test.
pub fn secret(person: &Person<'_>) -> [u8; 32] {
    let mut bytes = Vec::new();
    person.write_bytes(&mut bytes);
    derived("secret", &bytes)
}

impl Keys for TestKeys {
    fn person(&self, person: &Person<'_>) -> Result<Arc<PersonKey>, KeyError> {
        let mut bytes = Vec::new();
        person.write_bytes(&mut bytes);
        let mut known = self.known.lock().unwrap();
        let make = || {
            let id: [u8; 16] = derived("id", &bytes)[..16].try_into().unwrap();
            Arc::new(PersonKey::new(PersonId(id), secret(person).into()))
        };
        Ok(known.entry(bytes.clone()).or_insert_with(make).clone())
    }

    fn pseudonym(&self, person: &Person<'_>) -> String {
        pseudonym(&log_key(), person)
    }
}

//! Persons' keys as they stand in the database.

use env::Random;
use event::{Person, PersonId, PersonKey, personal::Scope};
use zeroize::Zeroizing;

use crate::{
    RootKey,
    cipher::{Cipher, NONCE_BYTES, TAG_BYTES},
    database::Row,
};

/// Bytes of a wrapped key.
const WRAPPED_BYTES: usize = NONCE_BYTES + 32 + TAG_BYTES;

const _: () = assert!(WRAPPED_BYTES == 60, "the database checks this length");

/// Wraps and unwraps persons' keys under the root key.
pub(crate) struct Wrapping(Cipher);

impl Wrapping {
    pub(crate) fn new(root: &RootKey) -> Self {
        Self(root.wrapper(b"wrap/person/v1"))
    }

    /// The row of a new person.
    pub(crate) fn wrap(&self, random: &dyn Random, person: &Person<'_>, key: &PersonKey, created_us: i64) -> Row {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let sealed = self.0.encrypt(&nonce, &bound(&key.id().0, person, created_us), key.secret());
        Row {
            number: 0, // SQLite gives the number
            id: key.id().0,
            scope: scope_text(person.scope),
            kind: person.kind.to_owned(),
            subject: person.id.to_owned(),
            wrapped: Some([&nonce[..], &sealed].concat()),
            created_us,
        }
    }

    /// The key in a row; `None` if it was destroyed.
    ///
    /// # Errors
    /// What is wrong with the row.
    pub(crate) fn unwrap(&self, row: &Row) -> Result<Option<PersonKey>, &'static str> {
        let Some(wrapped) = &row.wrapped else { return Ok(None) };
        let person = row.person().ok_or("its scope is neither an organization nor a source")?;
        let (nonce, sealed) = wrapped.split_first_chunk().ok_or("its key is too short")?;
        let secret = self.0.decrypt(nonce, &bound(&row.id, &person, row.created_us), sealed);
        let secret = secret.ok_or("its key does not unwrap: altered, or wrapped by another root key")?;
        let secret: [u8; 32] = secret.as_slice().try_into().map_err(|_| "its key is not 32 bytes long")?;
        Ok(Some(PersonKey::new(PersonId(row.id), Zeroizing::new(secret))))
    }
}

impl Row {
    /// Whose row it is; `None` if the scope is marked as nothing that is known.
    pub(crate) fn person(&self) -> Option<Person<'_>> {
        let scope = match self.scope.split_at_checked(1)? {
            ("o", id) => Scope::Organization(id),
            ("s", name) => Scope::Source(name),
            _ => return None,
        };
        Some(Person { scope, kind: &self.kind, id: &self.subject })
    }
}

/// What a wrapped key is bound to: every other column of its row.
fn bound(id: &[u8; 16], person: &Person<'_>, created_us: i64) -> Vec<u8> {
    let mut bound = Vec::with_capacity(128);
    bound.extend_from_slice(id);
    bound.extend_from_slice(&created_us.to_be_bytes());
    person.write_bytes(&mut bound);
    bound
}

fn scope_text(scope: Scope<'_>) -> String {
    match scope {
        Scope::Organization(id) => format!("o{id}"),
        Scope::Source(name) => format!("s{name}"),
    }
}

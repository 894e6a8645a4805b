//! Persons' keys as they stand in the store.

use env::Random;
use event::{Person, PersonId, personal::Scope};
use zeroize::Zeroizing;

use crate::{
    PersonRow, RootKey,
    cipher::{Cipher, NONCE_BYTES, TAG_BYTES},
};

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Bytes of a wrapped key; an address comes on top.
const WRAPPED_BYTES_MIN: usize = NONCE_BYTES + KEY_BYTES + TAG_BYTES;

const _: () = assert!(WRAPPED_BYTES_MIN == 60, "stores check this length");

/// What a row gives back.
pub(crate) struct Unwrapped {
    /// The person's key.
    pub(crate) secret: Zeroizing<[u8; 32]>,
    /// The address that the person's id, a pseudonym, stands for.
    pub(crate) address: Option<Zeroizing<String>>,
}

/// Wraps and unwraps persons' keys under the root key.
pub(crate) struct Wrapping(Cipher);

impl Wrapping {
    pub(crate) fn new(root: &RootKey) -> Self {
        Self(root.wrapper(b"wrap/person/v1"))
    }

    /// The row of a new person, whose id stands for `address`, if it is a pseudonym; with the key's handle and secret.
    pub(crate) fn wrap(
        &self,
        random: &dyn Random,
        person: &Person<'_>,
        address: Option<&str>,
        (id, secret): (PersonId, &[u8; 32]),
        created_us: i64,
    ) -> PersonRow {
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let plain = Zeroizing::new([secret, address.unwrap_or_default().as_bytes()].concat());
        let sealed = self.0.encrypt(&nonce, &bound(&id.0, person, created_us), &plain);
        PersonRow {
            id,
            scope: scope_text(person.scope),
            kind: person.kind.to_owned(),
            subject: person.id.to_owned(),
            wrapped: Some([&nonce[..], &sealed].concat()),
            created_us,
            destroyed: false,
        }
    }

    /// The key in a row, and what the person's id stands for; `None` if they were destroyed.
    ///
    /// # Errors
    /// What is wrong with the row.
    pub(crate) fn unwrap(&self, row: &PersonRow) -> Result<Option<Unwrapped>, &'static str> {
        let wrapped = match (&row.wrapped, row.destroyed) {
            (None, true) => return Ok(None),
            (None, false) => return Err("it has no key, though it does not say when that was destroyed"),
            (Some(_), true) => return Err("it has a key, though it says that this was destroyed"),
            (Some(wrapped), false) => wrapped,
        };
        let person = row.person().ok_or("its scope is neither an organization nor a source")?;
        let (nonce, sealed) = wrapped.split_first_chunk().ok_or("its key is too short")?;
        let plain = self.0.decrypt(nonce, &bound(&row.id.0, &person, row.created_us), sealed);
        let plain = plain.ok_or("its key does not unwrap: altered, or wrapped by another root key")?;
        let (secret, address) = plain.split_first_chunk::<KEY_BYTES>().ok_or("its key is not 32 bytes long")?;
        let address = std::str::from_utf8(address).map_err(|_| "what its id stands for is no text")?;
        let address = Some(address).filter(|address| !address.is_empty());
        Ok(Some(Unwrapped {
            secret: Zeroizing::new(*secret),
            address: address.map(|address| Zeroizing::new(address.to_owned())),
        }))
    }
}

impl PersonRow {
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

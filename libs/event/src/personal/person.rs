use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::escapes;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random handle of a person's key in the vault. Says nothing about the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub [u8; 16]);

/// Within what a person's id is unique: the event's organization, or, where it names none, the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope<'a> {
    /// `organization.id`.
    Organization(&'a str),
    /// `source`.
    Source(&'a str),
}

/// Names a person: each has a key of their own. Tenant A's `user:77` is another person than tenant B's.
///
/// An id that is an e-mail address stands here as its pseudonym, so a `Person` never holds personal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person<'a> {
    /// Where the id is unique.
    pub scope: Scope<'a>,
    /// The type: `user`, `agent`, `anonymous`, or whatever stands before the colon of a declared `of`.
    pub kind: &'a str,
    /// The id within scope and type; for anonymous persons `YYYY-MM-DD`.
    pub id: &'a str,
}

impl Person<'_> {
    /// Appends the person's canonical bytes: `o` (organization) or `s` (source); the length in bytes (u32, big-endian) and
    /// the bytes of the scope; the same of the kind; the bytes of the id. Injective: fit for a map's key or a database's.
    ///
    /// Cost: one copy.
    pub fn write_bytes(&self, out: &mut Vec<u8>) {
        let (mark, scope) = match self.scope {
            Scope::Organization(id) => (b'o', id),
            Scope::Source(name) => (b's', name),
        };
        out.push(mark);
        for part in [scope, self.kind] {
            out.extend_from_slice(&(part.len() as u32).to_be_bytes());
            out.extend_from_slice(part.as_bytes());
        }
        out.extend_from_slice(self.id.as_bytes());
    }
}

/// A pseudonym for a person whose id is an e-mail address (`person.id` holds the address here), worked out from it: what the golden
/// vectors have. A log's are random and assigned by its vault, as these fall to whoever holds the key and a list of addresses.
///
/// Shape: `p_` and 22 characters of base64url: the first 16 bytes of HMAC-SHA-256 under `log_key` over
/// [`Person::write_bytes`]. Cost: one HMAC.
///
/// Source: spec/disclosure.md, "Pseudonyms".
#[must_use]
pub fn pseudonym(log_key: &[u8; 32], person: &Person<'_>) -> String {
    let mut bytes = Vec::with_capacity(128);
    person.write_bytes(&mut bytes);
    let mac = keyed(log_key).chain_update(&bytes).finalize().into_bytes();
    let mut text = String::with_capacity(24);
    text.push_str("p_");
    URL_SAFE_NO_PAD.encode_string(mac.get(..16).unwrap_or_default(), &mut text);
    text
}

pub(super) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

/// Whether an id is an e-mail address, and therefore never enters a line.
///
/// An address is `local@domain` of at most 254 bytes: one `@`; `local` of 1 to 64 bytes, each a letter, digit, one of
/// `.!#$%&'*+-=?^_{|}~` or not ASCII; `domain` with a dot inside, each byte a letter, digit, `.`, `-` or not ASCII.
/// A `/` is not part of an address here, so resource paths that end in one are left alone. What is an address once its
/// percent-encoding is resolved is one as well.
#[must_use]
pub fn is_address(id: &str) -> bool {
    if memchr::memchr(b'@', id.as_bytes()).is_some() {
        return is_plain_address(id);
    }
    escapes::any_in(id.as_bytes()) && is_plain_address(&escapes::decoded(id))
}

fn is_plain_address(id: &str) -> bool {
    let Some((local, domain)) = id.split_once('@') else { return false };
    let local = local.as_bytes();
    let domain = domain.as_bytes();
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    id.len() <= 254
        && (1..=64).contains(&local.len())
        && local.iter().all(|byte| word(byte) || b".!#$%&'*+-=?^_{|}~".contains(byte))
        && domain.iter().all(|byte| word(byte) || b".-".contains(byte))
        && memchr::memchr(b'.', domain).is_some_and(|dot| dot > 0)
        && !domain.ends_with(b".")
}

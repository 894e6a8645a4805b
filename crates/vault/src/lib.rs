//! Per-person keys; sealing and opening disclosures.
//!
//! Personal values never stand in a line. They stand in disclosures, which this crate encrypts under a random key per
//! person before anything touches the disk; the keys lie in a [`KeyStore`], each wrapped by the log's root key. Destroying
//! one key makes everything sealed under it unreadable for ever, in every file and backup, and changes no line.
//!
//! ```text
//! keys/root   the root key                       (mode 0600)
//! keys/log    the log's index key, wrapped by the root key
//! vault.db    a row per person: who, and, wrapped by the root key, the key and the address that the pseudonym stands for
//! ```
//!
//! `vault.db` is the store of a log on one machine ([`SqliteKeys`]). Key files lie on a disk, whatever the store.
//!
//! Order that must hold (docs/reliability.md, "Acknowledge"): a new person's key lives in memory only until
//! [`Vault::make_durable`]; the frame that holds something sealed under it is written after that and not before.
//! Normative: spec/vault.md.

mod address;
mod check;
mod cipher;
mod compact;
mod error;
pub mod fake;
mod generations;
mod identities;
mod key_file;
mod key_store;
mod names;
mod people;
mod person_names;
mod pseudonyms;
mod recent;
mod slab;
mod sqlite_keys;
mod vault;
mod wrapping;

pub use address::{AddressValue, holder as holder_of_address};
pub use check::{Check, KeyFinding, check};
pub use error::{OpenDisclosureError, StoreError, VaultError};
pub use identities::{Fold, IDENTITIES_BYTES_MAX, IdentityError, IdentityValue, OpenIdentity, identity_values};
pub use key_file::RootKey;
pub use key_store::{KeyRows, KeyStore, PersonRow};
pub use people::KeyState;
pub use sqlite::Access;
pub use sqlite_keys::SqliteKeys;
pub use vault::{Surroundings, Vault};

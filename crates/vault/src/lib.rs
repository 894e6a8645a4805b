//! Per-person keys; sealing and opening disclosures.
//!
//! Personal values never stand in a line. They stand in disclosures, which this crate encrypts under a random key per
//! person before anything touches the disk; the keys lie in `vault.db`, each wrapped by the log's root key. Destroying
//! one key makes everything sealed under it unreadable for ever, in every file and backup, and changes no line.
//!
//! ```text
//! keys/root   the root key                       (mode 0600)
//! keys/log    the log's index key, wrapped by the root key
//! vault.db    a row per person: who, and, wrapped by the root key, the key and the address that the pseudonym stands for
//! ```
//!
//! Order that must hold (docs/reliability.md, "Acknowledge"): a new person's key lives in memory only until
//! [`Vault::make_durable`]; the frame that holds something sealed under it is written after that and not before.
//! Normative: spec/vault.md.

mod address;
mod check;
mod cipher;
mod compact;
mod database;
mod error;
mod files;
mod generations;
mod identities;
mod key_file;
mod names;
mod people;
mod person_names;
mod pseudonyms;
mod recent;
mod schema;
mod slab;
mod vault;
mod wrapping;
mod write_ahead;

pub use address::{AddressValue, holder as holder_of_address};
pub use check::{Check, KeyFinding, check};
pub use error::{OpenDisclosureError, StoreError, VaultError};
pub use files::is_fresh;
pub use identities::{Fold, IDENTITIES_BYTES_MAX, IdentityError, IdentityValue, OpenIdentity, identity_values};
pub use key_file::RootKey;
pub use people::KeyState;
pub use vault::{Surroundings, Vault};

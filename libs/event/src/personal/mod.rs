//! Personal values: whose they are, how they leave the line, and the disclosures that keep them.
//!
//! [`split`] takes the personal values out of an event and makes one [`PersonalParts`] per person: up to three
//! [`Disclosure`]s, whose digests the line commits to. What stays in the line are digests and placeholders.
//! Normative: spec/disclosure.md.

mod addresses;
mod disclosure;
mod drafts;
pub(crate) mod encoded;
mod escapes;
mod fit;
#[cfg(test)]
mod growth;
mod hits;
mod kept;
mod key;
mod needles;
mod parts;
mod person;
pub(crate) mod placeholder;
mod sealed;
pub(crate) mod spellings;
mod split;
mod take;
mod texts;
mod tree;
pub(crate) mod within;
mod words;

pub use disclosure::{Disclosure, DisclosureError, Kind, OpenedDisclosure, combined_digest, disclosure_digest};
pub use fit::Fit;
pub use kept::KeptDisclosure;
pub use key::{KeyError, Keys, PersonKey};
pub use person::{Person, PersonId, Scope, is_address, pseudonym};
pub use sealed::{RECORD_HEAD_BYTES, RecordError, SealedDisclosure};
pub use split::{PersonalParts, SplitError, split};

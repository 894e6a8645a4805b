//! How the log names itself and what it records.

/// The source of own entries. No client can claim it.
pub const OWN_SOURCE: &str = "indelible";

/// The channel of entries that say who looked at personal values. Looking at these is not recorded in turn.
pub(crate) const READ_CHANNEL: &str = "pii-read";

/// The action of the entry.
pub(crate) const ERASED: &str = "person.erased";

/// The type of its resource, whose id is the handle of the person's key, as 32 lower-case hex digits.
pub(crate) const PERSON: &str = "person";

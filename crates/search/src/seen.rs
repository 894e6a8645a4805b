//! What whoever asks may see of personal values, as far as questions go.

use sha2::{Digest as _, Sha256};

/// Of whom somebody sees values of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sees {
    /// Of everybody.
    Everybody,
    /// Of some persons.
    Some,
    /// Of nobody.
    Nobody,
}

/// Whose values somebody sees. Which persons [`Sees::Some`] are, [`crate::Identities`] and [`crate::Addresses`] know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Names and e-mail addresses.
    pub names: Sees,
    /// Addresses of clients.
    pub connections: Sees,
    /// The same for those who see the same, and for them alone. Answers are kept, and cursors hold, under it.
    pub name: [u8; 32],
}

impl Seen {
    /// Everything of everybody.
    pub const EVERYTHING: Self = Self { names: Sees::Everybody, connections: Sees::Everybody, name: [0; 32] };

    /// The hash of a question, as these ask it.
    pub(crate) fn named(&self, question: [u8; 32]) -> [u8; 32] {
        if *self == Self::EVERYTHING {
            return question;
        }
        Sha256::new_with_prefix(question).chain_update(self.name).finalize().into()
    }
}

//! Identities held open in memory.

use event::PersonId;

/// Simple case folding of a text: the index's, handed in so that both fold alike.
pub type Fold = fn(&str) -> String;

/// An identity held open.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// Of the disclosure.
    pub digest: &'a [u8; 32],
    /// Whose.
    pub person: PersonId,
    /// JSON pointer and text of each value that is a string.
    pub values: &'a [(Box<str>, Box<str>)],
}

/// The text is no identity disclosure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identity disclosure")]
pub struct IdentityError {
    /// What is wrong with it; `None` if it is a disclosure of another kind.
    #[source]
    pub cause: Option<event::personal::DisclosureError>,
}

use std::borrow::Cow;

/// One element of a line's `personal`: whose values left the line, and the digest that commits to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalRef<'a> {
    /// `<actor type>:<id>`.
    pub of: Cow<'a, str>,
    /// SHA-256 over the raw digests of the person's disclosures, in the order identity, connection, fields.
    pub digest: [u8; 32],
}

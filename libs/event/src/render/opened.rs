use std::borrow::Cow;

use crate::json::{Token, Tokens};
use crate::personal::within::text_at;
use crate::personal::{DisclosureError, KeptDisclosure, Kind, OpenedDisclosure};

/// What a reader may see of one element of an entry's `personal`. Nothing, by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened<'a> {
    erased: bool,
    /// JSON pointer and JSON text, in the order of the pointers.
    values: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Opened<'a> {
    /// Nothing of it is shown: the reader may not see it.
    #[must_use]
    pub fn withheld() -> Self {
        Self::default()
    }

    /// Nothing of it can be shown: the person was erased.
    #[must_use]
    pub fn erased() -> Self {
        Self { erased: true, values: Vec::new() }
    }

    /// Whether the person was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.erased
    }

    /// Adds a disclosure (its `[salt,kind,value]` text, as opened by the vault).
    ///
    /// # Errors
    /// [`DisclosureError::Form`].
    pub fn add(&mut self, json: &'a str) -> Result<Kind, DisclosureError> {
        let opened = OpenedDisclosure::parse(json)?;
        self.extend(opened.values);
        Ok(opened.kind)
    }

    /// As [`Opened::add`], of a disclosure that was taken apart before.
    pub fn add_kept(&mut self, disclosure: &'a KeptDisclosure) {
        let values = disclosure.values().map(|(pointer, value)| (Cow::Borrowed(pointer), value));
        if self.values.is_empty() {
            self.values.extend(values);
        } else {
            self.extend(values);
        }
    }

    fn extend(&mut self, values: impl IntoIterator<Item = (Cow<'a, str>, &'a str)>) {
        self.values.extend(values);
        if !self.values.is_sorted_by(|(a, _), (b, _)| a <= b) {
            self.values.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
    }

    /// Pointers and JSON texts, in the order of the pointers.
    pub fn values(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.values.iter().map(|(pointer, value)| (pointer.as_ref(), *value))
    }

    /// The JSON text disclosed for exactly this pointer.
    #[must_use]
    pub fn get(&self, pointer: &str) -> Option<&'a str> {
        let at = self.values.binary_search_by(|(known, _)| known.as_ref().cmp(pointer)).ok()?;
        self.values.get(at).map(|(_, value)| *value)
    }

    /// The characters of the string or number at a pointer, also where an object or array around it was disclosed.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<Cow<'a, str>> {
        if let Some(json) = self.get(pointer) {
            return scalar(json);
        }
        let inside = |known: &str| pointer.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'));
        let (base, json) = self.values.iter().find(|(known, _)| inside(known))?;
        text_at(json, pointer.get(base.len()..)?)
    }
}

/// The characters of a JSON string, or of a number; `None` for anything else.
pub(super) fn scalar(json: &str) -> Option<Cow<'_, str>> {
    // The usual case: a string without escapes, which JSON text that was checked needs no second look for.
    if let Some(inside) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
        && memchr::memchr2(b'\\', b'"', inside.as_bytes()).is_none()
    {
        return Some(Cow::Borrowed(inside));
    }
    match Tokens::new(json, 1).next() {
        Ok(Some(Token::String(text))) => Some(text.decode()),
        Ok(Some(Token::Number(text))) => Some(Cow::Borrowed(text)),
        _ => None,
    }
}

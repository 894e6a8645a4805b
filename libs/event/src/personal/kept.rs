//! A disclosure that is opened once and looked at often.

use std::borrow::Cow;

use super::disclosure::{DisclosureError, Kind, take_apart};

/// A disclosure taken apart, together with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDisclosure {
    kind: Kind,
    text: String,
    /// In the order of the pointers.
    values: Vec<(Pointer, Place)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pointer {
    /// Stands in the text as it is.
    At(Place),
    /// Stands there with escapes.
    Decoded(Box<str>),
}

/// Begin and end in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place(u32, u32);

impl Place {
    /// Of a part of `text`; `None` beyond 4 GiB.
    fn of(part: &str, text: &str) -> Option<Self> {
        let begin = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        Some(Self(u32::try_from(begin).ok()?, u32::try_from(begin + part.len()).ok()?))
    }

    fn in_text(self, text: &str) -> &str {
        text.get(self.0 as usize..self.1 as usize).unwrap_or_default()
    }
}

impl KeptDisclosure {
    /// Takes a disclosure's `[salt,kind,value]` text apart. Cost: as [`super::OpenedDisclosure::parse`].
    ///
    /// # Errors
    /// As [`super::OpenedDisclosure::parse`], and for a text of 4 GiB or more.
    pub fn parse(text: String) -> Result<Self, DisclosureError> {
        let mut values = Vec::with_capacity(4);
        let mut long = false;
        let kind = take_apart(&text, |pointer, value| {
            let place = match pointer.decode() {
                Cow::Borrowed(pointer) => Place::of(pointer, &text).map(Pointer::At),
                Cow::Owned(pointer) => Some(Pointer::Decoded(pointer.into())),
            };
            let value = place.zip(Place::of(value, &text));
            long |= value.is_none();
            values.extend(value);
        })?;
        if long {
            return Err(DisclosureError::Form { what: "longer than any disclosure" });
        }
        if !values.is_sorted_by(|a, b| a.0.in_text(&text) <= b.0.in_text(&text)) {
            values.sort_by(|a, b| a.0.in_text(&text).cmp(b.0.in_text(&text)));
        }
        Ok(Self { kind, values, text })
    }

    /// Which.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// JSON pointers into the entry, and the JSON text that belongs there; in the order of the pointers. Cost: none.
    pub fn values(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.values.iter().map(|(pointer, value)| (pointer.in_text(&self.text), value.in_text(&self.text)))
    }

    /// Bytes of memory it takes, about.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.text.capacity() + self.values.capacity() * size_of::<(Pointer, Place)>() + size_of::<Self>()
    }
}

impl Pointer {
    fn in_text<'t>(&'t self, text: &'t str) -> &'t str {
        match self {
            Self::At(place) => place.in_text(text),
            Self::Decoded(pointer) => pointer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personal::OpenedDisclosure;

    #[test]
    fn it_says_what_its_text_says() {
        let empty = r#"["AAAAAAAAAAAAAAAAAAAAAA","fields",{}]"#;
        let some = r#"["AAAAAAAAAAAAAAAAAAAAAA","identity",{"/actor/email":"a@b","/actor/\"name\"":"Ann \"Lee\"","/x":[1,{"y":2}]}]"#;
        let unsorted = r#"["AAAAAAAAAAAAAAAAAAAAAA","connection",{"/client/user_agent":"x","/client/ip":"10.0.0.1"}]"#;
        for text in [empty, some, unsorted] {
            let opened = OpenedDisclosure::parse(text).unwrap();
            let kept = KeptDisclosure::parse(text.to_owned()).unwrap();
            let mut values: Vec<_> = opened.values.iter().map(|(pointer, value)| (pointer.as_ref(), *value)).collect();
            values.sort_unstable();
            assert_eq!((kept.kind(), kept.values().collect::<Vec<_>>()), (opened.kind, values));
        }
        assert!(KeptDisclosure::parse("[]".to_owned()).is_err());
    }
}

//! A disclosure that is opened once and looked at often.

use std::borrow::Cow;
use std::ops::Range;

use super::disclosure::{DisclosureError, Kind, OpenedDisclosure};

/// A disclosure taken apart, together with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDisclosure {
    kind: Kind,
    text: String,
    values: Box<[(Pointer, Range<usize>)]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Pointer {
    /// Stands in the text as it is.
    At(Range<usize>),
    /// Stands there with escapes.
    Decoded(Box<str>),
}

impl KeptDisclosure {
    /// Takes a disclosure's `[salt,kind,value]` text apart. Cost: as [`OpenedDisclosure::parse`], and one allocation.
    ///
    /// # Errors
    /// As [`OpenedDisclosure::parse`].
    pub fn parse(text: String) -> Result<Self, DisclosureError> {
        let opened = OpenedDisclosure::parse(&text)?;
        let place = |part: &str| {
            let begin = part.as_ptr().addr() - text.as_ptr().addr();
            begin..begin + part.len()
        };
        let values = opened.values.iter().map(|(pointer, value)| {
            let pointer = match pointer {
                Cow::Borrowed(pointer) => Pointer::At(place(pointer)),
                Cow::Owned(pointer) => Pointer::Decoded(pointer.as_str().into()),
            };
            (pointer, place(value))
        });
        Ok(Self { kind: opened.kind, values: values.collect(), text })
    }

    /// Which.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// As [`OpenedDisclosure::values`]. Cost: none.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let part = |place: &Range<usize>| self.text.get(place.clone()).unwrap_or_default();
        self.values.iter().map(move |(pointer, value)| match pointer {
            Pointer::At(place) => (part(place), part(value)),
            Pointer::Decoded(pointer) => (pointer.as_ref(), part(value)),
        })
    }

    /// Bytes of memory it takes, about.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.text.capacity() + self.values.len() * size_of::<(Pointer, Range<usize>)>() + size_of::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_its_text_says() {
        let empty = r#"["AAAAAAAAAAAAAAAAAAAAAA","fields",{}]"#;
        let some = r#"["AAAAAAAAAAAAAAAAAAAAAA","identity",{"/actor/email":"a@b","/actor/\"name\"":"Ann \"Lee\"","/x":[1,{"y":2}]}]"#;
        for text in [empty, some] {
            let opened = OpenedDisclosure::parse(text).unwrap();
            let kept = KeptDisclosure::parse(text.to_owned()).unwrap();
            let values: Vec<_> = opened.values.iter().map(|(pointer, value)| (pointer.as_ref(), *value)).collect();
            assert_eq!((kept.kind(), kept.values().collect::<Vec<_>>()), (opened.kind, values));
        }
        assert!(KeptDisclosure::parse("[]".to_owned()).is_err());
    }
}

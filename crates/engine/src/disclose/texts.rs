//! The disclosures behind one line, opened as far as somebody may see them.

use std::sync::Arc;

use event::render::Opened;
use segment::{Disclosed, PartError};

use super::disclosing::{Disclosing, store};
use super::lately::{OpenedLately, Shared};

/// The opened disclosures of one entry: per element of its `personal`. Owns the texts that [`Opened`] borrows.
#[derive(Debug, Default)]
pub struct OpenedTexts {
    elements: Vec<Element>,
}

#[derive(Debug, Default)]
struct Element {
    /// Whether one that may be seen has no key any more.
    erased: bool,
    /// Digest and text of each disclosure; no text: it does not open, or may not be seen.
    disclosures: Vec<([u8; 32], Option<Arc<str>>)>,
}

/// A disclosure as it is handed out: opened, or as its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOut {
    /// The `[salt,kind,value]` text; its base64url is the SD-JWT disclosure.
    Open(String),
    /// The key is gone, or the caller may not see this kind of value, so only the digest can be shown.
    Withheld([u8; 32]),
}

impl OpenedTexts {
    /// Opens everything that has a key and may be seen. Cost: some µs a disclosure, next to nothing for those opened lately.
    pub(crate) fn open(
        disclosing: Disclosing<'_>,
        lately: &OpenedLately,
        disclosed: &Disclosed,
    ) -> Result<Self, PartError> {
        let mut elements = Vec::with_capacity(disclosed.len());
        for records in disclosed {
            let mut element = Element::default();
            for record in records.iter().flatten() {
                let text = match lately.open(disclosing, record.as_ref())? {
                    Shared::Text(text) => Some(text),
                    Shared::Erased => {
                        element.erased = true;
                        None
                    }
                    Shared::Unseen => None,
                };
                element.disclosures.push((record.digest, text));
            }
            elements.push(element);
        }
        Ok(Self { elements })
    }

    /// Made of texts that were never sealed, for an entry that is being admitted.
    pub(crate) fn of_parts(parts: &[event::PersonalParts]) -> Self {
        let element = |parts: &event::PersonalParts| {
            let of = |disclosure: &Arc<event::Disclosure>| (disclosure.digest, Some(disclosure.json.as_str().into()));
            Element { erased: false, disclosures: parts.disclosures.iter().map(of).collect() }
        };
        Self { elements: parts.iter().map(element).collect() }
    }

    /// Whether nobody behind the entry was erased.
    pub(crate) fn is_whole(&self) -> bool {
        self.elements.iter().all(|element| !element.erased)
    }

    /// Whether there is any personal value to see.
    #[must_use]
    pub fn shows_something(&self) -> bool {
        self.elements.iter().any(|element| element.texts().next().is_some())
    }

    /// For rendering.
    ///
    /// # Errors
    /// `Store` if a text that carries its digest is no disclosure: our own mistake, or a forger's.
    pub fn opened(&self) -> Result<Vec<Opened<'_>>, PartError> {
        self.elements.iter().map(Element::opened).collect()
    }

    /// For handing out: per element, its disclosures in the order of the combined digest. A person's disclosures share one key, so
    /// of an erased person none is open.
    #[must_use]
    pub fn handed_out(&self) -> Vec<Vec<HandedOut>> {
        let element = |element: &Element| {
            let of = |(digest, text): &([u8; 32], Option<Arc<str>>)| match text {
                Some(text) if !element.erased => HandedOut::Open(text.to_string()),
                _ => HandedOut::Withheld(*digest),
            };
            element.disclosures.iter().map(of).collect()
        };
        self.elements.iter().map(element).collect()
    }
}

impl Element {
    fn texts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.disclosures.iter().filter_map(|(_, text)| text.as_ref())
    }

    fn opened(&self) -> Result<Opened<'_>, PartError> {
        if self.erased {
            return Ok(Opened::erased());
        }
        let mut opened = Opened::withheld();
        for text in self.texts() {
            opened.add(text).map_err(store)?;
        }
        Ok(opened)
    }
}

//! Opening the disclosures behind a line.

use event::render::Opened;
use segment::{Disclosed, PartError};
use vault::Vault;

use crate::tail::sealed;

/// The opened disclosures of one entry: per element of its `personal`. Owns the texts that [`Opened`] borrows.
#[derive(Debug, Default)]
pub struct OpenedTexts {
    elements: Vec<Element>,
}

#[derive(Debug, Default)]
struct Element {
    erased: bool,
    texts: Vec<String>,
    /// Digests of the disclosures that no longer open, and where each stands among all.
    digests: Vec<[u8; 32]>,
}

/// A disclosure as it is handed out: opened, or as its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HandedOut {
    /// The `[salt,kind,value]` text; its base64url is the SD-JWT disclosure.
    Open(String),
    /// The key is gone, so only the digest can be shown.
    Withheld([u8; 32]),
}

impl OpenedTexts {
    /// Opens everything that has a key. Cost: about 1 µs a disclosure.
    pub(crate) fn open(vault: &Vault, disclosed: Disclosed) -> Result<Self, PartError> {
        let mut elements = Vec::with_capacity(disclosed.len());
        for records in disclosed {
            let mut element = Element::default();
            for record in records.into_iter().flatten() {
                let sealed = sealed(record).ok_or_else(|| store("a disclosure of an unknown kind".into()))?;
                let text = vault.open_sealed(&sealed).map_err(|error| store(Box::new(error)))?;
                element.erased |= text.is_none();
                element.digests.push(sealed.digest);
                element.texts.extend(text);
            }
            elements.push(element);
        }
        Ok(Self { elements })
    }

    /// Of texts that were never sealed: an entry that is being admitted.
    pub(crate) fn of_parts(parts: &[event::PersonalParts]) -> Self {
        let element = |parts: &event::PersonalParts| Element {
            erased: false,
            texts: parts.disclosures.iter().map(|disclosure| disclosure.json.clone()).collect(),
            digests: parts.disclosures.iter().map(|disclosure| disclosure.digest).collect(),
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
        self.elements.iter().any(|element| !element.texts.is_empty())
    }

    /// For rendering.
    ///
    /// # Errors
    /// `Store` if a text that carries its digest is no disclosure: our own mistake, or a forger's.
    pub fn opened(&self) -> Result<Vec<Opened<'_>>, PartError> {
        self.elements.iter().map(Element::opened).collect()
    }

    /// For handing out: per element, its disclosures in the order of the combined digest. A person's disclosures share
    /// one key, so they open together or not at all.
    #[must_use]
    pub fn handed_out(&self) -> Vec<Vec<HandedOut>> {
        let element = |element: &Element| {
            if element.erased {
                element.digests.iter().copied().map(HandedOut::Withheld).collect()
            } else {
                element.texts.iter().cloned().map(HandedOut::Open).collect()
            }
        };
        self.elements.iter().map(element).collect()
    }
}

impl Element {
    fn opened(&self) -> Result<Opened<'_>, PartError> {
        if self.erased {
            return Ok(Opened::erased());
        }
        let mut opened = Opened::withheld();
        for text in &self.texts {
            opened.add(text).map_err(|error| store(Box::new(error)))?;
        }
        Ok(opened)
    }
}

fn store(error: Box<dyn std::error::Error + Send + Sync>) -> PartError {
    PartError::Store(error)
}

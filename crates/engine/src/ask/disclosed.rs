//! Opening the disclosures behind a line.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::render::Opened;
use index::Lru;
use segment::{Digests3, Disclosed, DisclosureRecord, PartError};
use vault::{Sealed, Vault};

use crate::commit::tail::sealed;

/// The opened disclosures of one entry: per element of its `personal`. Owns the texts that [`Opened`] borrows.
#[derive(Debug, Default)]
pub struct OpenedTexts {
    elements: Vec<Element>,
}

#[derive(Debug, Default)]
struct Element {
    erased: bool,
    texts: Vec<Arc<str>>,
    /// Digests of the disclosures that no longer open, and the place of each among all.
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

/// Memory for disclosures opened lately, those of some thousand entries: a page that is looked at again, or that shows the same
/// persons, decrypts nothing twice.
const LATELY_BYTES_MAX: usize = 16 << 20;

/// What was opened lately, by digest. Nothing outlives the erasure of anybody.
pub(crate) struct OpenedLately {
    kept: Mutex<OpenedCache>,
}

struct OpenedCache {
    texts: Lru<[u8; 32], Arc<str>>,
    /// How many erasures there had been when these were opened.
    erasures: u64,
}

impl Default for OpenedLately {
    fn default() -> Self {
        Self { kept: Mutex::new(OpenedCache { texts: Lru::new(LATELY_BYTES_MAX), erasures: 0 }) }
    }
}

impl OpenedLately {
    /// Opens a disclosure; `None` if its person's key was destroyed.
    fn open(&self, vault: &Vault, sealed: &Sealed) -> Result<Option<Arc<str>>, vault::OpenDisclosureError> {
        let before = vault.erasures();
        {
            let mut kept = self.lock(before);
            if let Some(text) = kept.texts.get(&sealed.digest) {
                return Ok(Some(text));
            }
        }
        let Some(text) = vault.open_sealed(sealed)?.map(Arc::<str>::from) else { return Ok(None) };
        let mut kept = self.lock(vault.erasures());
        // Somebody was erased while this was being opened, perhaps this person: it must not be kept.
        if kept.erasures == before {
            kept.texts.put(sealed.digest, Arc::clone(&text), text.len() + 128);
        }
        Ok(Some(text))
    }

    fn lock(&self, erasures: u64) -> MutexGuard<'_, OpenedCache> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.erasures != erasures {
            kept.texts.retain(|_| false);
            kept.erasures = erasures;
        }
        kept
    }
}

impl OpenedTexts {
    /// Opens everything that has a key. Cost: some µs a disclosure, next to nothing for those opened lately.
    pub(crate) fn open(vault: &Vault, lately: &OpenedLately, disclosed: Disclosed) -> Result<Self, PartError> {
        let mut elements = Vec::with_capacity(disclosed.len());
        for records in disclosed {
            let mut element = Element::default();
            for record in records.into_iter().flatten() {
                let sealed = sealed(record).ok_or_else(|| store("a disclosure of an unknown kind".into()))?;
                let text = lately.open(vault, &sealed).map_err(|error| store(Box::new(error)))?;
                element.erased |= text.is_none();
                element.digests.push(sealed.digest);
                element.texts.extend(text);
            }
            elements.push(element);
        }
        Ok(Self { elements })
    }

    /// Made of texts that were never sealed, for an entry that is being admitted.
    pub(crate) fn of_parts(parts: &[event::PersonalParts]) -> Self {
        let element = |parts: &event::PersonalParts| Element {
            erased: false,
            texts: parts.disclosures.iter().map(|disclosure| disclosure.json.as_str().into()).collect(),
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
                element.texts.iter().map(|text| HandedOut::Open(text.to_string())).collect()
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

/// Fails unless the line commits to these disclosures: those of somebody else may be sound in themselves, and are still not this
/// line's.
pub(crate) fn must_name(line: &[u8], leaf: u64, disclosed: &[[Option<DisclosureRecord>; 3]]) -> Result<(), PartError> {
    let digests: Vec<Digests3> = disclosed
        .iter()
        .map(|element| element.each_ref().map(|record| record.as_ref().map(|record| record.digest)))
        .collect();
    if segment::names(line, &digests) { Ok(()) } else { Err(PartError::NotCommitted { leaf }) }
}

pub(crate) fn store(error: Box<dyn std::error::Error + Send + Sync>) -> PartError {
    PartError::Store(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::personal::combined_digest;

    #[test]
    fn the_sound_disclosures_of_somebody_else_are_none_of_the_line() {
        let record = |n: u8| DisclosureRecord { digest: [n; 32], person: [n; 16], kind: 0, ciphertext: vec![n] };
        let line = |n: u8| {
            let digest = combined_digest([&[n; 32]]);
            let digest: String = base64(&digest);
            format!(r#"{{"v":1,"source":"test","personal":[{{"of":"user:{n}","digest":"{digest}"}}]}}"#)
        };
        for (of, read) in [(1, 1), (1, 2), (2, 1)] {
            let named = must_name(line(of).as_bytes(), 7, &[[Some(record(read)), None, None]]);
            assert_eq!(named.is_ok(), of == read, "{named:?}");
        }
        assert!(matches!(must_name(line(1).as_bytes(), 7, &[]), Err(PartError::NotCommitted { leaf: 7 })));
    }

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bits = |at: usize| {
            (0..6).fold(0, |six, bit| {
                (six << 1) | bytes.get((at + bit) / 8).map_or(0, |byte| (byte >> (7 - (at + bit) % 8)) & 1)
            })
        };
        (0..bytes.len() * 8).step_by(6).map(|at| char::from(LETTERS[usize::from(bits(at))])).collect()
    }
}

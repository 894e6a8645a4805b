//! Disclosures opened lately, for all who ask.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use event::personal::SealedDisclosure;
use index::Lru;
use segment::PartError;

use super::disclosing::{Disclosing, Opening};

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

/// As [`Opening`], its text shared.
#[derive(Debug)]
pub(super) enum Shared {
    Text(Arc<str>),
    Erased,
    Unseen,
}

impl Default for OpenedLately {
    fn default() -> Self {
        Self { kept: Mutex::new(OpenedCache { texts: Lru::new(LATELY_BYTES_MAX), erasures: 0 }) }
    }
}

impl OpenedLately {
    /// Opens a disclosure, if it may be seen: somebody else may have opened it before.
    pub(super) fn open(
        &self,
        disclosing: Disclosing<'_>,
        sealed: SealedDisclosure<&[u8]>,
    ) -> Result<Shared, PartError> {
        if !disclosing.sees(sealed.kind, sealed.person) {
            return Ok(Shared::Unseen);
        }
        let before = disclosing.vault.erasures();
        {
            let mut kept = self.lock(before);
            if let Some(text) = kept.texts.get(&sealed.digest) {
                return Ok(Shared::Text(text));
            }
        }
        let text: Arc<str> = match disclosing.open(sealed)? {
            Opening::Text(text) => text.into(),
            Opening::Erased => return Ok(Shared::Erased),
            Opening::Unseen => return Ok(Shared::Unseen),
        };
        let mut kept = self.lock(disclosing.vault.erasures());
        // Somebody was erased while this was being opened, perhaps this person: it must not be kept.
        if kept.erasures == before {
            kept.texts.put(sealed.digest, Arc::clone(&text), text.len() + 128);
        }
        Ok(Shared::Text(text))
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

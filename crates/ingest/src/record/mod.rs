//! One record becomes one event.

mod change;
mod draft;
mod fields;
mod limits;
mod marks;
mod persons;
mod properties;
mod thing;
mod write;

use sha2::{Digest, Sha256};

use crate::expr::Scope;
use crate::json::Doc;
use crate::mapping::{Mapping, Rules};

/// The longest event handed on. The log takes lines of 256 KiB; what it adds (ids, digests, defaults) needs less than 4 KiB.
pub(crate) const EVENT_BYTES_MAX: usize = 252 * 1024;

/// What the engine knows about a record before mapping it.
pub(crate) struct RecordContext<'d, 'a> {
    pub(crate) mapping: &'d Mapping,
    pub(crate) rules: &'d Rules,
    pub(crate) scope: Scope<'d, 'a>,
    /// The record before with the same key, and its root (`[diff_by]`).
    pub(crate) previous: Option<&'d Doc<'a>>,
    /// Over everything the event is made of.
    pub(crate) content: ContentDigest,
    pub(crate) made_up_ids: bool,
}

/// SHA-256 over the texts an event is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentDigest([u8; 32]);

impl ContentDigest {
    pub(crate) fn of(texts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for text in texts {
            // The length goes first, so that no two lists of texts read alike.
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// The event id of a record that has none of its own.
    pub(crate) fn event_id(&self) -> String {
        format!("sha256:{}", hex(&self.0))
    }

    /// Enough to tell two records with the same id apart.
    pub(crate) fn suffix(&self) -> String {
        hex(self.0.get(..8).unwrap_or_default())
    }

    pub(crate) fn short(&self) -> u64 {
        self.0.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The event of a record. `ids` sees the id the record brings and may replace it.
pub(crate) fn event(
    job: &RecordContext<'_, '_>,
    ids: &mut dyn FnMut(&str) -> Option<String>,
) -> Result<Vec<u8>, String> {
    let mut draft = draft::Draft::new(job);
    fields::fill(&mut draft, ids)?;
    thing::fill(&mut draft);
    fields::describe(&mut draft);
    change::fill(&mut draft);
    persons::fill(&mut draft);
    let json = write::event(&mut draft).ok_or("it names more people than one event can declare personal values of")?;
    if json.len() > EVENT_BYTES_MAX {
        return Err(format!("the event has {} bytes, more than the {EVENT_BYTES_MAX} a line has room for", json.len()));
    }
    Ok(json)
}

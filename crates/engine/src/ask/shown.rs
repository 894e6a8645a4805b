//! An entry as a caller may see it.

use std::borrow::Cow;

use enrich::Browsers;
use event::Entry;
use event::render::{Options, entry_json};
use proof::Digest;
use segment::PartError;

use crate::admit::error::SubmitError;
use crate::disclose::texts::OpenedTexts;
use crate::own::names::{OWN_SOURCE, READ_CHANNEL};

/// An entry as a caller may see it: the line, and what opens of its disclosures.
#[derive(Debug)]
pub struct Shown {
    /// Place in the log.
    pub leaf_index: u64,
    /// The exact bytes.
    pub line: Vec<u8>,
    /// Those of its personal values whose keys are there.
    pub opened: OpenedTexts,
}

impl Shown {
    /// SHA-256 of the line.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.line)
    }

    /// The line, parsed.
    ///
    /// # Errors
    /// `Store` if these bytes are no line.
    pub fn entry(&self) -> Result<Entry<'_>, PartError> {
        Entry::parse(&self.line).map_err(|error| PartError::Store(Box::new(error)))
    }

    /// Appends the entry as `GET /v1/entries` shows it. `full`: with `changes` and `properties`. Two computed members stand last,
    /// and in no line or export: `browser`, where the client's user agent is visible and `browsers` knows it; `details`, where
    /// there are changes or properties.
    ///
    /// # Errors
    /// As [`Shown::entry`].
    pub fn write_json(&self, full: bool, browsers: &Browsers, out: &mut Vec<u8>) -> Result<(), PartError> {
        let options = Options { full, leaf_index: Some(self.leaf_index) };
        let entry = self.entry()?;
        let opened = self.opened.opened()?;
        entry_json(&entry, &opened, options, out);
        let disclosed = || opened.iter().find_map(|opened| opened.text("/client/user_agent"));
        let user_agent = entry.client.user_agent.as_deref().map(Cow::Borrowed).or_else(disclosed);
        let browser = user_agent.and_then(|user_agent| browsers.label(&user_agent));
        let end = out.pop();
        if let Some(browser) = browser {
            out.extend_from_slice(b",\"browser\":");
            out.extend_from_slice(serde_json::Value::from(browser).to_string().as_bytes());
        }
        if entry.changes.is_some() || entry.properties.is_some() {
            out.extend_from_slice(b",\"details\":true");
        }
        out.extend(end);
        Ok(())
    }

    /// Whether the entry shows somebody's personal values, so that showing it must be recorded. Values of the viewer in an entry
    /// that records a look do not count: otherwise each look at such entries would make another.
    ///
    /// # Errors
    /// As [`Shown::entry`].
    pub fn shows_somebody(&self) -> Result<bool, PartError> {
        if !self.opened.shows_something() {
            return Ok(false);
        }
        let entry = self.entry()?;
        Ok(entry.source != OWN_SOURCE || entry.channel != READ_CHANNEL)
    }
}

/// Why a read was not recorded, so that it must be refused.
#[derive(Debug, thiserror::Error)]
pub enum RecordReadError {
    /// The entry cannot be read.
    #[error("the entry cannot be read")]
    Read(#[from] PartError),
    /// The entry that records the read cannot be written.
    #[error("the read cannot be recorded")]
    Record(#[from] SubmitError),
}

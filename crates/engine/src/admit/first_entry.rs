//! The entry that an `event_id` stands for.

use std::sync::Arc;

use event::{Entry, Event};
use proof::Digest;
use segment::{Part, PartError};

use crate::admit::error::SubmitError;
use crate::admit::submission::Receipt;
use crate::log::Log;
use crate::own::names::OWN_SOURCE;

/// The first entry of a source under an `event_id`.
pub(crate) struct FirstEntry {
    pub(crate) part: Arc<dyn Part>,
    /// Its row in the part.
    pub(crate) row: u32,
    pub(crate) line: Vec<u8>,
    /// What whoever sends its event again gets.
    pub(crate) receipt: Receipt,
}

impl Log {
    /// The entry of the log's own that was recorded under `event_id`, however long ago: whether a change that was interrupted is
    /// on record. It is durable if it is found.
    ///
    /// Cost: a look-up in each segment's index, and one line read.
    ///
    /// # Errors
    /// As [`Log::submit`].
    pub fn own_event(&self, event_id: &str) -> Result<Option<Receipt>, SubmitError> {
        let event = Event { event_id: Some(event_id.into()), ..Event::default() };
        // First the table, then segments: what moves between the two looks is in both.
        let (recent, _) = self.shared.recent.look_up([Some(self.shared.recent.key(OWN_SOURCE, event_id))].into_iter());
        let sealed = self.in_segments(&[Some(&event)])?.into_iter().map(|(_, leaf)| leaf);
        let found = recent.into_iter().flatten().chain(sealed);
        Ok(self.first_entry(OWN_SOURCE, event_id, i64::MIN, found)?.map(|first| first.receipt))
    }

    /// The first among the leaves `found` that is an entry of `source` under `event_id`, received at `oldest_us` or later.
    pub(crate) fn first_entry(
        &self,
        source: &str,
        event_id: &str,
        oldest_us: i64,
        found: impl Iterator<Item = u64>,
    ) -> Result<Option<FirstEntry>, PartError> {
        let view = self.shared.view();
        for leaf in found {
            let Some((part, row)) = view.find(leaf) else {
                // No part has it, unless a part could not be read.
                view.parts.iter().find_map(|part| part.last_failure()).map_or(Ok(()), Err)?;
                continue;
            };
            let line = part.line(row)?;
            let Ok(first) = Entry::parse(&line) else { continue };
            let is_it = first.event_id.as_deref() == Some(event_id) && first.source == source;
            if !is_it || first.received_us < oldest_us {
                continue;
            }
            let receipt = Receipt {
                id: first.id.to_owned(),
                leaf_index: leaf,
                digest: Digest::of(&line),
                duplicate: true,
                warnings: Vec::new(),
            };
            return Ok(Some(FirstEntry { part: Arc::clone(part), row, line, receipt }));
        }
        Ok(None)
    }
}

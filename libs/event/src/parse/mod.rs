//! Strict reading of request bodies: one JSON object, an array of them, or NDJSON.

mod problem;

pub use problem::Problem;

use crate::model::Event;

/// How the events of a body are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// One JSON object.
    Object,
    /// A JSON array of objects.
    Array,
    /// One JSON object a line; blank lines are skipped, CRLF is tolerated.
    Ndjson,
}

/// A body read.
#[derive(Debug)]
pub struct Batch<'a> {
    /// In the order of the body. A refused event's list is empty where [`crate::limits::PROBLEMS_MAX`] was spent before it.
    pub events: Vec<Result<Event<'a>, Vec<Problem>>>,
    /// Set if the body could not be read to its end: nothing of it may be recorded, not even partially.
    pub broken: Option<Problem>,
    /// Problems found and not named.
    pub unnamed: usize,
}

/// Why a body as a whole is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than [`crate::limits::BATCH_BYTES_MAX`].
    #[error("body has {bytes} bytes, more than the {max} allowed: send smaller batches", max = crate::limits::BATCH_BYTES_MAX)]
    TooLarge {
        /// Length of the body.
        bytes: usize,
    },
    /// More than [`crate::limits::BATCH_EVENTS_MAX`].
    #[error("body has more than {max} events: send smaller batches", max = crate::limits::BATCH_EVENTS_MAX)]
    TooMany,
}

impl BodyKind {
    /// Guesses the layout from the first bytes: `[` starts an array; two objects on separate lines are NDJSON.
    #[must_use]
    pub fn guess(_body: &[u8]) -> Self {
        panic!("being written")
    }
}

/// Reads one event.
///
/// # Errors
/// Every problem of the event.
pub fn parse_one(_json: &[u8]) -> Result<Event<'_>, Vec<Problem>> {
    panic!("being written")
}

/// Reads a body.
///
/// # Errors
/// [`BodyError`] if it is beyond a limit; problems of its events are in the [`Batch`].
pub fn parse_batch(_body: &[u8], _kind: BodyKind) -> Result<Batch<'_>, BodyError> {
    panic!("being written")
}

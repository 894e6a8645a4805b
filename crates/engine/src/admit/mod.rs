//! A request's events on their way to the sequencer: checked, redacted, split, looked up, queued. On the caller's thread.

pub(crate) mod admitting;
pub(crate) mod dedup;
pub(crate) mod error;
pub(crate) mod first_entry;
pub(crate) mod outside;
pub(crate) mod owing;
pub(crate) mod queue;
pub(crate) mod submission;
pub(crate) mod submit;

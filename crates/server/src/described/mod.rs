//! What the description of the interface says of answers that are written as bytes, and of the filters' parameters.

mod answers;
mod entry;
mod filters;

pub(crate) use answers::{EntryPage, Facets, Histogram};
pub(crate) use entry::Entry;
pub(crate) use filters::FilterParams;

//! The query language: one line of text to a [`Predicate`]. Normative: `spec/query.md`.
//!
//! `actor_name:anna outcome:failure -channel:auth (severity:>=warning OR http_status:4xx) since:7d "assigned to"`

mod error;
mod parser;

use jiff::tz::TimeZone;

pub use error::{QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryError, QueryProblem, TERMS_MAX};

use crate::predicate::Predicate;

/// Reads a query text. A blank text asks for everything. Dates without an offset are read in `tz`.
///
/// Cost: one pass over the text.
///
/// # Errors
/// [`QueryError`] with the place and the remedy.
pub fn parse_query(text: &str, tz: &TimeZone) -> Result<Predicate, QueryError> {
    parser::parse(text, tz)
}

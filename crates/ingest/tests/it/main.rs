//! Integration tests of the mapping engine: the real sample records, the law of the account, hostile input.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests: a panic is the failure")]

mod accounting;
mod contract;
mod golden;
mod hostile;
mod operators;
mod reading;
mod samples;
mod sessions;

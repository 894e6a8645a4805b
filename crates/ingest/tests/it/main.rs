//! Integration tests of the mapping engine: the real sample records, the law of the account, hostile input.
#![allow(missing_docs, reason = "tests")]

mod accounting;
mod contract;
mod golden;
mod hostile;
mod operators;
mod reading;
mod samples;

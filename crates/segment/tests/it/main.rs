//! The segment crate from outside: sealing, opening, verifying, manifests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod gaps;
mod manifests;
mod merging;
mod questions;
mod reading;
mod reindexing;
mod sample;
mod sealing;
mod vectors;
mod verifying;

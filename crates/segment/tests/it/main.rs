//! The segment crate from outside: sealing, opening, verifying, manifests.

mod manifests;
mod reindexing;
mod sample;
mod sealing;
mod verifying;

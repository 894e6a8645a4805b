//! The real surroundings and the faulty ones keep the same promises.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong should panic")]

mod blob;
mod disk;
mod faults;
mod lock;
mod plain;

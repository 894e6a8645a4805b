//! Decisions over random grants, administration, allow-lists, and tokens read back.

#![allow(clippy::unwrap_used, reason = "a test that goes wrong should panic")]

mod decisions;
mod managing;
mod networks;
mod people;
mod tokens;
mod viewers;

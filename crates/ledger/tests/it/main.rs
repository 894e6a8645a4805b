//! The ledger from outside: proofs from files, refusals, crashes, damage.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong should panic")]

mod bench;
mod chain;
mod crash;
mod damage;
mod proofs;
mod signing;
mod vectors;
mod world;

//! The journal from outside: what comes back, when it refuses, how it bears faults.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong should panic")]

mod bench;
mod crash;
mod cursor;
mod damage;
mod forged;
mod full;
mod look;
mod roundtrip;
mod seam;
mod vectors;
mod world;

//! The whole engine in a simulated world: clock, randomness, disk and the order of all work come from a seed.
//!
//! A seed is a sequence of lives of one log's process. In each, clients send events, repeat them, ask, seal and verify, while the
//! log's workers do a step now and then ([`engine::Steps`]). At an operation of the disk drawn beforehand, also in the middle of a
//! start, the process ends; the power is lost or not, and unsynced blocks, lengths and names survive or vanish one by one. Other operations fail, find
//! no room, or return a flipped bit. After each start the log is held against what the clients know:
//!
//! - every acknowledged entry is there, once, byte for byte, at its place; nothing is there that was never sent or was refused;
//! - what was sent together and not answered is there whole or not at all;
//! - every checkpoint that was published is one of the tree that is there; receipts and proofs hold; personal values open;
//! - questions are answered as the model says, or fail because the disk did;
//! - a start is refused only because of what the disk did in it.
//!
//! At the end of each seed, all goes well: the log opens, and `verify` finds nothing.
//!
//! Not simulated: what happens between two operations of the disk by different workers (a step is done whole), and SQLite: a key store in
//! memory stands for `vault.db`.

mod ask;
mod check;
mod client;
mod counts;
mod disk;
mod event;
mod file;
mod keys;
mod life;
mod model;
mod plant;
mod run;
mod trace;

pub use counts::Counts;
pub use disk::{Mishap, Operation, SimDisk};
pub use plant::{BUGS, Bug};
pub use run::{Outcome, run};
pub use trace::Trace;

//! A journal for tests: kept in memory, shared by its handles so that it outlives the log that writes to it, and failing when told to.

mod memory;
mod store;

pub use store::{Fault, MemoryJournal};

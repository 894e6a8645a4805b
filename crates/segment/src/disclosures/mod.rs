//! The encrypted disclosures of a segment: each once among what was sealed together, and per leaf which of them its line's `personal` stands for.
//!
//! ```text
//! block*      up to 64 items of one section each, in the order in which blocks filled up
//! tables      per section, per block: offset, length, CRC-32C
//! footer      name, version, leaves, counts, checksums; 48 bytes
//! ```
//!
//! Five sections: identity, connection and fields records, person handles, and references. Nothing is kept in memory
//! but the counts: a look-up reads one table entry and one block, and checks that block.
//!
//! Specified byte by byte in `spec/segment.md`.

mod append;
mod cursor;
mod layout;
mod reader;
mod references;
mod writer;

pub(crate) use append::AppendError;
pub use cursor::DisclosureCursor;
pub use reader::{DisclosureFile, References};
pub use references::Ordinals;
pub(crate) use writer::DisclosureWriter;

#[cfg(test)]
mod tests;

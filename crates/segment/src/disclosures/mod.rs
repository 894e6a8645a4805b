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
mod some;
mod writer;

use event::personal::SealedDisclosure;

pub(crate) use append::AppendError;
pub use cursor::DisclosureCursor;
pub use reader::{DisclosureFile, References};
pub use references::Ordinals;
pub(crate) use writer::DisclosureWriter;

/// Per element of a line's `personal`: its disclosures in the order identity, connection, fields.
pub type Disclosed = Vec<[Option<SealedDisclosure>; 3]>;

#[cfg(test)]
mod tests;

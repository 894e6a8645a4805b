//! One mapping engine: records of any product in, native events out.
//!
//! A [`Mapping`] is a TOML file of JSON pointers, constants, choices, templates and personal paths; eleven ready ones
//! are built in ([`Mapping::builtin`]). A [`Session`] applies one mapping to one file, line by line; what it returns
//! is the JSON of an event exactly as `POST /v1/events` takes it. [`Lines`] reads plain, gzip and zstd files.
//!
//! Accounting: every record read becomes exactly one [`Outcome`], so `read = accepted + joined + skipped + refused`.
//! No I/O except in [`Lines::open`]; nothing here reads a clock or a random number, so one file always gives the same events.

mod outcome;
mod read;
mod session;
mod mapping;

pub use mapping::{Mapping, MappingError};
pub use outcome::{Counts, Outcome};
pub use read::{LINE_BYTES_MAX, Line, Lines, ReadError};
pub use session::Session;

//! One mapping engine: records of any product in, native events out.
//!
//! A [`Mapping`] is a TOML file of JSON pointers, constants, choices, templates and personal paths; eleven ready ones
//! are built in ([`Mapping::builtin`]). A [`Session`] applies one mapping to one file, line by line; what it returns
//! is the JSON of an event exactly as `POST /v1/events` takes it. [`Lines`] reads plain, gzip and zstd files.
//!
//! Accounting: every record read becomes exactly one [`Outcome`], so `read = accepted + joined + skipped + refused`.
//! No I/O except in [`Lines::open`]; nothing here reads a clock or a random number, so one file always gives the same events.
//!
//! ```
//! use indelible_ingest::{Mapping, Outcome, Session};
//!
//! let mapping = Mapping::from_toml(r#"
//! name = "door"
//! [fields]
//! time = "/at"
//! action = "door.{/what}"
//! actor = { type = "user", id = "/badge" }
//! "#)?;
//! let mut session = Session::new(&mapping);
//! let outcomes = session.push(br#"{"at":"2026-01-02T03:04:05Z","what":"opened","badge":"77","floor":3}"#);
//! let Some(Outcome::Event { json, .. }) = outcomes.first() else { panic!("{outcomes:?}") };
//! assert!(std::str::from_utf8(json)?.contains(r#""action":"door.opened""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod expr;
mod json;
mod mapping;
mod outcome;
mod read;
mod record;
mod session;
mod text;

pub use mapping::{Mapping, MappingError};
pub use outcome::{Counts, Outcome};
pub use read::{LINE_BYTES_MAX, Line, Lines, ReadError};
pub use session::Session;

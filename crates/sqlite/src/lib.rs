//! An SQLite file of the data directory, used with care.
//!
//! SQLite does what a file says: a schema that acts, a rollback journal that is played back. So whoever can write to the data directory
//! could have it drop or copy what is stored, with no key at all. Here is what meets that, once for every database of a log: names, header
//! and write-ahead log are looked at before SQLite sees the file, the schema is compared with the one that its owner makes, what a schema
//! could do is switched off, and after a failed write nothing more is written. What a database holds is its owner's to know.
//!
//! Normative: spec/vault.md, "`vault.db`", which spec/control.md refers to.

mod database;
mod error;
mod files;
mod format;
mod guard;
mod header;
mod schema;
mod write_ahead;

pub use database::{Access, Database, one};
pub use error::{DatabaseError, WriteError};
pub use files::{is_fresh, is_there};
pub use format::Format;
pub use rusqlite;

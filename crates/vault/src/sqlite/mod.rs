//! `vault.db`: keys in an SQLite file of the data directory.

pub(crate) mod database;
pub(crate) mod files;
mod schema;
mod write_ahead;

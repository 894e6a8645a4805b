//! Rules that complete an event: which values are secrets, and what follows from the action.
//!
//! The tables are TOML files in spec/tables, normative and built in; each can be replaced. Normative text:
//! spec/derivations.md.

use crate::model::Event;
use crate::warning::Warning;

/// The tables, read.
#[derive(Debug, Clone)]
pub struct Rules {}

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not TOML, or not of the table's form; fix the file.
    #[error("the {table} table cannot be read")]
    Form {
        /// Which table.
        table: &'static str,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// A value that means nothing; fix the file.
    #[error("the {table} table is wrong at {place}: {what}")]
    Value {
        /// Which table.
        table: &'static str,
        /// Where.
        place: String,
        /// What is wrong.
        what: String,
    },
}

/// The text of each table; [`Tables::builtin`] gives those of spec/tables.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'a> {
    /// Verbs and nouns: event, channel, outcome.
    pub derivation: &'a str,
    /// Severity rules.
    pub severity: &'a str,
    /// Secrets.
    pub redaction: &'a str,
}

impl Tables<'static> {
    /// The tables built in.
    #[must_use]
    pub fn builtin() -> Self {
        panic!("being written")
    }
}

impl Rules {
    /// The rules built in.
    #[must_use]
    pub fn builtin() -> Self {
        Self {}
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`RulesError`], naming table and place.
    pub fn from_toml(_tables: &Tables<'_>) -> Result<Self, RulesError> {
        panic!("being written")
    }
}

/// Replaces secrets by `[redacted]` in `properties`, `changes` and the query of `http.path`; a warning names each place.
pub fn redact(_event: &mut Event<'_>, _rules: &Rules, _warnings: &mut Vec<Warning>) {
    panic!("being written")
}

/// Fills in `event`, `channel`, `description`, `outcome` and `severity` where the client left them out.
pub fn derive(_event: &mut Event<'_>, _rules: &Rules) {
    panic!("being written")
}

//! Rules that complete an event: which values are secrets, and what follows from the action.
//!
//! The tables are TOML files in spec/tables, normative and built in; each can be replaced. Normative text:
//! spec/derivations.md.

mod cards;
mod derivation;
mod derive;
mod redact;
mod redaction;
mod severity;
mod words;

pub use derive::derive;
pub use redact::{REDACTED, redact};

/// The tables, read.
#[derive(Debug)]
pub struct Rules {
    redaction: redaction::Redaction,
    derivation: derivation::Derivation,
    severities: severity::Severities,
    memory: derive::Memory,
}

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
        Self {
            derivation: include_str!("../../../../spec/tables/derivation.toml"),
            severity: include_str!("../../../../spec/tables/severity.toml"),
            redaction: include_str!("../../../../spec/tables/redaction.toml"),
        }
    }
}

impl Rules {
    /// The rules built in. Cost: reads the tables, below a millisecond; do it once.
    #[must_use]
    pub fn builtin() -> Self {
        Self::from_toml(&Tables::builtin()).expect("the tables built in are sound, as a test shows")
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// [`RulesError`], naming table and place.
    pub fn from_toml(tables: &Tables<'_>) -> Result<Self, RulesError> {
        Ok(Self {
            redaction: redaction::Redaction::from_toml(tables.redaction)?,
            derivation: derivation::Derivation::from_toml(tables.derivation)?,
            severities: severity::Severities::from_toml(tables.severity)?,
            memory: derive::Memory::default(),
        })
    }
}

//! Principals: who holds grants and stands as actor in the log's own entries.

use serde::{Deserialize, Serialize};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Principal {
    /// Whoever has the machine: commands on its data directory, and everybody under `--dev`.
    Operator,
    /// An account that signs in, by its id.
    Person(String),
    /// A program, by its id.
    Program(String),
    /// A reader in a product's page, by the id its back end gave him. Holds no grants of its own.
    Viewer(String),
}

/// A text that names no principal. Remedy: `person:ID` or `program:ID`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no principal; it is person:ID or program:ID")]
pub struct PrincipalError(String);

impl Principal {
    /// Its kind, as answers name it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Person(_) => "person",
            Self::Program(_) => "program",
            Self::Viewer(_) => "viewer",
        }
    }

    /// Its id; the operator has one for all.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Operator => "operator",
            Self::Person(id) | Self::Program(id) | Self::Viewer(id) => id,
        }
    }
}

impl std::fmt::Display for Principal {
    /// Its text in the store and in entries: `person:a5x…`, `program:k3q…`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind(), self.id())
    }
}

impl From<Principal> for String {
    fn from(principal: Principal) -> Self {
        principal.to_string()
    }
}

impl TryFrom<String> for Principal {
    type Error = PrincipalError;

    /// Reads the text of one who can hold grants.
    fn try_from(text: String) -> Result<Self, PrincipalError> {
        match text.split_once(':') {
            Some(("person", id)) if !id.is_empty() => Ok(Self::Person(id.to_owned())),
            Some(("program", id)) if !id.is_empty() => Ok(Self::Program(id.to_owned())),
            _ => Err(PrincipalError(text)),
        }
    }
}

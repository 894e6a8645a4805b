//! A mapping.

/// One compiled mapping.
#[derive(Debug)]
pub struct Mapping {
    name: String,
}

/// What is wrong with a mapping file.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// No ready mapping has that name.
    #[error("no ready mapping is called {name:?}; there are {}", Mapping::builtin_names().join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// The text is not TOML.
    #[error("the mapping is not TOML: {message}")]
    NotToml {
        /// The parser's words, with line and column.
        message: String,
    },
    /// A key holds what the engine cannot use.
    #[error("{key}: {message}")]
    Key {
        /// The key's full path in the TOML file, as in `fields.actor.id`.
        key: String,
        /// What is wrong and what would be right.
        message: String,
    },
}

impl Mapping {
    /// The ready mapping of that name.
    ///
    /// # Errors
    /// `Unknown` if there is none.
    pub fn builtin(name: &str) -> Result<Self, MappingError> {
        Err(MappingError::Unknown { name: name.to_owned() })
    }

    /// The names of the ready mappings, in alphabetical order.
    #[must_use]
    pub fn builtin_names() -> Vec<&'static str> {
        Vec::new()
    }

    /// Compiles the text of a mapping file.
    ///
    /// # Errors
    /// `NotToml` with line and column; `Key` with the key and what is wrong there.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        Ok(Self { name: text.to_owned() })
    }

    /// The mapping's name; an imported entry's `source` is `import:<name>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

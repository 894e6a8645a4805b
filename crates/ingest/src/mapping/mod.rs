//! A mapping: what a TOML file says, compiled.

mod builtin;
mod entry;
mod load;
mod load_expr;
mod load_rules;
mod slot;
mod toml_table;

pub use entry::MappingError;
pub(crate) use entry::{
    ChangeRule, Diff, EachChange, Flavour, Join, Person, PersonalRule, Rules, Skip, ThingRule, Unwrap,
};
pub(crate) use slot::{Owner, Slot};

use crate::expr::{Pointer, Tables};

/// One compiled mapping. Immutable; shared by any number of sessions.
#[derive(Debug)]
pub struct Mapping {
    pub(crate) name: String,
    pub(crate) title: String,
    /// The records are native events already.
    pub(crate) pass_through: bool,
    pub(crate) time_formats: Vec<String>,
    pub(crate) split: Vec<Pointer>,
    pub(crate) unwraps: Vec<Unwrap>,
    pub(crate) skips: Vec<Skip>,
    pub(crate) join: Option<Join>,
    pub(crate) diff: Option<Diff>,
    pub(crate) base: Rules,
    pub(crate) flavours: Vec<Flavour>,
    pub(crate) tables: Tables,
}

impl Mapping {
    /// The ready mapping of that name.
    ///
    /// # Errors
    /// `Unknown` if there is none.
    pub fn builtin(name: &str) -> Result<Self, MappingError> {
        let text = builtin::text(name).ok_or_else(|| MappingError::Unknown { name: name.to_owned() })?;
        Self::from_toml(text)
    }

    /// The names of the ready mappings, in alphabetical order.
    #[must_use]
    pub fn builtin_names() -> Vec<&'static str> {
        builtin::ALL.iter().map(|(name, _)| *name).collect()
    }

    /// The TOML text of a ready mapping, to start one's own from.
    #[must_use]
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        builtin::text(name)
    }

    /// Compiles the text of a mapping file.
    ///
    /// # Errors
    /// `NotToml` with line and column; `Key` with the key, its line, and what is wrong there.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        load::load(text)
    }

    /// The mapping's name; an imported entry's `source` is `import:<name>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it maps, for people.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }
}

//! The parts of a mapping.

use super::{Mapping, Slot};
use crate::expr::{Cond, Expr, Pointer};

/// What is wrong with a mapping file. Remedy: fix the file.
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
    #[error("line {line}: {key}: {message}")]
    Key {
        /// The key's full path in the TOML file, as in `fields.actor.id`.
        key: String,
        /// The line it stands on, from 1.
        line: usize,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// Takes the record out of a wrapper.
#[derive(Debug)]
pub(crate) struct Unwrap {
    pub(crate) when: Option<Cond>,
    pub(crate) record: Pointer,
    /// The record stands as JSON text inside a string.
    pub(crate) text: bool,
    /// The wrapper marks made-up examples, whose ids repeat: identify them by their content.
    pub(crate) made_up_ids: bool,
}

/// Leaves records out.
#[derive(Debug)]
pub(crate) struct Skip {
    pub(crate) when: Cond,
    pub(crate) reason: String,
}

/// Makes one event of two records.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) key: Expr,
    pub(crate) first: Cond,
    pub(crate) last: Cond,
}

/// Finds what changed by the record before with the same key.
#[derive(Debug)]
pub(crate) struct Diff {
    pub(crate) key: Expr,
    /// Members that change by themselves.
    pub(crate) ignore: Vec<String>,
}

/// Fields for records of one shape.
#[derive(Debug)]
pub(crate) struct Flavour {
    pub(crate) when: Cond,
    pub(crate) rules: Rules,
}

/// How a record becomes an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    pub(crate) slots: Vec<(Slot, Expr)>,
    /// The first that applies.
    pub(crate) resource: Vec<ThingRule>,
    /// All that apply.
    pub(crate) targets: Vec<ThingRule>,
    pub(crate) changes: Vec<ChangeRule>,
    pub(crate) personal: Vec<PersonalRule>,
}

/// A resource, or one resource per element.
#[derive(Debug, Clone)]
pub(crate) struct ThingRule {
    pub(crate) when: Option<Cond>,
    pub(crate) each: Option<Pointer>,
    /// Which elements.
    pub(crate) filter: Option<Cond>,
    pub(crate) kind: Expr,
    pub(crate) id: Expr,
    pub(crate) name: Option<Expr>,
    pub(crate) person: Person,
}

/// Whether a resource is a person, whose name is then personal.
#[derive(Debug, Clone)]
pub(crate) enum Person {
    Never,
    /// Under this condition; `also` are other values of that person.
    If {
        cond: Option<Cond>,
        also: Vec<Expr>,
    },
}

/// Where before and after values stand.
#[derive(Debug, Clone)]
pub(crate) enum ChangeRule {
    /// One change per element or member.
    Each(Box<EachChange>),
    /// Members in pairs: `*_was` beside `*`.
    Pair { before: (String, String), after: (String, String) },
}

/// One change per element or member of `each`.
#[derive(Debug, Clone)]
pub(crate) struct EachChange {
    pub(crate) when: Option<Cond>,
    pub(crate) each: Pointer,
    /// Which elements.
    pub(crate) filter: Option<Cond>,
    pub(crate) field: Expr,
    pub(crate) before: Option<Expr>,
    pub(crate) after: Option<Expr>,
    /// Objects that hold the new value under the field's name.
    pub(crate) after_in: Vec<Pointer>,
}

/// Whose values stand where.
#[derive(Debug, Clone)]
pub(crate) struct PersonalRule {
    pub(crate) when: Option<Cond>,
    pub(crate) each: Option<Pointer>,
    /// `user:<id>`.
    pub(crate) of: Expr,
    pub(crate) at: Vec<Pointer>,
}

//! Conditions.

use super::{Expr, Scope};
use crate::json::Kind;

/// What a value is held against.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    Exists(bool),
    Starts(String),
    Ends(String),
    Contains(String),
    /// Differs from another value, both being there.
    DiffersFrom(Box<Expr>),
    /// Is a JSON object.
    Object,
}

/// A condition on a record.
#[derive(Debug, Clone)]
pub(crate) enum Cond {
    All(Vec<Cond>),
    Any(Vec<Cond>),
    Not(Box<Cond>),
    Test(Expr, Test),
}

impl Cond {
    pub(crate) fn holds(&self, scope: &Scope<'_, '_>) -> bool {
        match self {
            Self::All(conds) => conds.iter().all(|cond| cond.holds(scope)),
            Self::Any(conds) => conds.iter().any(|cond| cond.holds(scope)),
            Self::Not(cond) => !cond.holds(scope),
            Self::Test(expr, Test::Object) => expr.node(scope).is_some_and(|id| scope.doc.kind(id) == Kind::Object),
            Self::Test(expr, test) => test.passes(expr, scope),
        }
    }
}

impl Test {
    fn passes(&self, expr: &Expr, scope: &Scope<'_, '_>) -> bool {
        let Some(value) = expr.eval(scope) else {
            return matches!(self, Self::NoneOf(_) | Self::Exists(false));
        };
        let text = value.text.as_ref();
        match self {
            Self::OneOf(all) => all.iter().any(|one| one == text),
            Self::NoneOf(all) => !all.iter().any(|one| one == text),
            Self::Exists(wanted) => *wanted,
            Self::Starts(start) => text.starts_with(start.as_str()),
            Self::Ends(end) => text.ends_with(end.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
            Self::DiffersFrom(other) => other.eval(scope).is_some_and(|other| other.text != value.text),
            Self::Object => false,
        }
    }
}

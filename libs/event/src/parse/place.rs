use std::fmt;

use crate::json::shown;

/// The place of a value whose structure is known: a list on the call stack, turned into a JSON pointer only when a
/// problem is found there.
#[derive(Clone, Copy)]
pub(super) enum Place<'p> {
    Event,
    Member(&'p Place<'p>, &'p str),
    Element(&'p Place<'p>, usize),
}

impl Place<'_> {
    pub(super) fn member<'p>(&'p self, name: &'p str) -> Place<'p> {
        Place::Member(self, name)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event => Ok(()),
            Self::Member(parent, name) => write!(f, "{parent}/{}", shown(name)),
            Self::Element(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

//! What a caller may see (I-8). Added to every question in [`crate::Question::new`] and nowhere else, and asked again,
//! on the line itself, for every row that leaves.

use event::personal::is_address;
use event::{ActorKind, Entry};
use index::{line_has, line_has_any};

use crate::error::SearchError;
use crate::predicate::{Predicate, Term};

/// The entries a caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Predicate);

/// A predicate that cannot be a scope. Remedy: a scope is made of ids and other exact fields only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} cannot limit what a caller sees; only exact values of fields of the line can")]
pub struct ScopeError(pub String);

impl Scope {
    /// Every entry.
    #[must_use]
    pub fn everything() -> Self {
        Self(Predicate::All)
    }

    /// The entries that match `predicate`. It may ask for exact values of keyword fields, for such a field being there, and for who
    /// acts: these stand in the line itself, so that a scope can be checked on the line alone, without anybody's personal values.
    ///
    /// # Errors
    /// [`ScopeError`] for any other condition.
    pub fn within(predicate: Predicate) -> Result<Self, ScopeError> {
        check(&predicate)?;
        Ok(Self(predicate))
    }

    /// The predicate to add to a question.
    pub(crate) fn predicate(&self) -> &Predicate {
        &self.0
    }

    /// Whether every entry is inside: nothing needs to be read to know.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.0 == Predicate::All
    }

    /// Holds a line against the scope. Cost: nothing where everything is inside, else parsing it.
    ///
    /// # Errors
    /// `OutsideScope`; `Line` where it is none.
    pub(crate) fn check_line(&self, leaf: u64, line: &[u8]) -> Result<(), SearchError> {
        if self.is_everything() {
            return Ok(());
        }
        let entry = Entry::parse(line).map_err(|source| SearchError::Line { leaf, source })?;
        if self.admits(&entry) { Ok(()) } else { Err(SearchError::OutsideScope { leaf }) }
    }

    /// Whether this entry is inside, as its line says.
    #[must_use]
    pub fn admits(&self, entry: &Entry<'_>) -> bool {
        admits(&self.0, entry)
    }
}

fn check(predicate: &Predicate) -> Result<(), ScopeError> {
    match predicate {
        Predicate::All => Ok(()),
        // A value with an @ also stands for pseudonyms, which the line alone does not tell.
        Predicate::Term(Term::Equal(_, value)) if !value.contains('@') && !is_address(value) => Ok(()),
        Predicate::Term(Term::InLine(..) | Term::Acts(..)) => Ok(()),
        Predicate::Term(Term::Prefix(_, prefix)) if prefix.is_empty() => Ok(()),
        Predicate::Term(term) => Err(ScopeError(term.to_string())),
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().try_for_each(check),
        Predicate::Not(inner) => check(inner),
    }
}

fn admits(predicate: &Predicate, entry: &Entry<'_>) -> bool {
    match predicate {
        Predicate::All => true,
        Predicate::Term(Term::Equal(keyword, value) | Term::InLine(keyword, value)) => {
            line_has(entry, keyword.field(), value)
        }
        Predicate::Term(Term::Prefix(keyword, prefix)) if prefix.is_empty() => line_has_any(entry, keyword.field()),
        Predicate::Term(Term::Acts(kind, id)) => acts(entry, *kind, id),
        // `check` lets no other term in; an entry that cannot be judged is not shown.
        Predicate::Term(_) => false,
        Predicate::And(parts) => parts.iter().all(|part| admits(part, entry)),
        Predicate::Or(parts) => parts.iter().any(|part| admits(part, entry)),
        Predicate::Not(inner) => !admits(inner, entry),
    }
}

/// Whether whoever has this type and id is the entry's actor, or whom the actor acted for.
pub(crate) fn acts(entry: &Entry<'_>, kind: ActorKind, id: &str) -> bool {
    let actor = &entry.actor;
    let principal = actor.on_behalf_of.as_ref().map(|principal| (principal.kind, principal.id.as_ref()));
    (actor.kind, actor.id.as_ref()) == (kind, id) || principal == Some((kind, id))
}

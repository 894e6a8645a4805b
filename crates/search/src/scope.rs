//! What a caller may see (I-8). Added to every question in [`crate::Question::new`] and nowhere else, and asked again,
//! on the line itself, for every row that leaves.

use std::borrow::Cow;

use event::Entry;
use event::personal::is_address;

use crate::predicate::{Keyword, Predicate, Term};

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

    /// The entries that match `predicate`. It may ask for exact values of keyword fields only: these stand in the line itself, so
    /// that a scope can be checked on the line alone, without anybody's personal values.
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
        Predicate::Term(term) => Err(ScopeError(term.to_string())),
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().try_for_each(check),
        Predicate::Not(inner) => check(inner),
    }
}

fn admits(predicate: &Predicate, entry: &Entry<'_>) -> bool {
    match predicate {
        Predicate::All => true,
        Predicate::Term(Term::Equal(keyword, value)) => values(entry, *keyword).iter().any(|known| known == value),
        // `check` lets no other term in; an entry that cannot be judged is not shown.
        Predicate::Term(_) => false,
        Predicate::And(parts) => parts.iter().all(|part| admits(part, entry)),
        Predicate::Or(parts) => parts.iter().any(|part| admits(part, entry)),
        Predicate::Not(inner) => !admits(inner, entry),
    }
}

/// The values of a keyword field, as the line has them.
fn values<'e>(entry: &'e Entry<'_>, keyword: Keyword) -> Vec<Cow<'e, str>> {
    fn some<'e>(value: Option<&'e Cow<'_, str>>) -> Vec<Cow<'e, str>> {
        value.map(|value| Cow::Borrowed(value.as_ref())).into_iter().collect()
    }
    match keyword {
        Keyword::Id => vec![Cow::Borrowed(entry.id)],
        Keyword::EventId => some(entry.event_id.as_ref()),
        Keyword::Organization => some(entry.organization.as_ref().map(|scope| &scope.id)),
        Keyword::Workspace => some(entry.workspace.as_ref().map(|scope| &scope.id)),
        Keyword::Project => some(entry.project.as_ref().map(|scope| &scope.id)),
        Keyword::Actor => some(Some(&entry.actor.id)),
        Keyword::ActorType => vec![Cow::Borrowed(entry.actor.kind.as_str())],
        Keyword::Action => some(Some(&entry.action)),
        Keyword::Event => some(Some(&entry.event)),
        Keyword::Channel => some(Some(&entry.channel)),
        Keyword::ResourceType => some(entry.resource.as_ref().map(|resource| &resource.kind)),
        Keyword::ResourceId => some(entry.resource.as_ref().map(|resource| &resource.id)),
        Keyword::Outcome => entry.outcome.map(|outcome| Cow::Borrowed(outcome.as_str())).into_iter().collect(),
        Keyword::HttpMethod => some(entry.http.method.as_ref()),
        Keyword::Country => some(entry.client.location.country.as_ref()),
        Keyword::Source => some(Some(&entry.source)),
        Keyword::RequestId => some(entry.request_id.as_ref()),
        Keyword::TraceId => some(entry.trace_id.as_ref()),
        Keyword::SessionId => some(entry.session_id.as_ref()),
        Keyword::SequenceStream => some(entry.sequence.as_ref().map(|sequence| &sequence.stream)),
        Keyword::Person => {
            let actor = [Cow::Owned(format!("{}:{}", entry.actor.kind, entry.actor.id))];
            let principal = entry.actor.on_behalf_of.as_ref();
            let principal = principal.map(|person| Cow::Owned(format!("{}:{}", person.kind, person.id)));
            let declared = entry.personal.iter().map(|person| Cow::Borrowed(person.of.as_ref()));
            actor.into_iter().chain(principal).chain(declared).collect()
        }
    }
}

//! What is refused to those who may not see the personal values that it asks for.

use event::personal::is_address;

use crate::error::SearchError;
use crate::predicate::{Keyword, Phrase, Predicate, Term};
use crate::question::Question;
use crate::seen::{Seen, Sees};

impl Question<'_> {
    /// Fails if the question asks for personal values of a kind that the caller sees of nobody: it goes by who asks alone, and not by
    /// what the log holds. Texts are searched nevertheless, as far as they are seen. To be called before anything is answered.
    ///
    /// # Errors
    /// [`SearchError::Unseen`].
    pub fn check_sight(&self) -> Result<(), SearchError> {
        check(&self.context.seen, self.asked())
    }

    /// Fails if the caller sees nobody's address.
    pub(crate) fn must_see_connections(&self) -> Result<(), SearchError> {
        must_see(self.context.seen.connections, "ip", CONNECTIONS)
    }

    /// Fails if the caller sees nobody's name.
    pub(crate) fn must_see_names(&self, asked: &'static str) -> Result<(), SearchError> {
        must_see(self.context.seen.names, asked, NAMES)
    }
}

/// Parts of the permission `values`.
const NAMES: &str = "names";
const CONNECTIONS: &str = "connections";

fn check(seen: &Seen, predicate: &Predicate) -> Result<(), SearchError> {
    match predicate {
        Predicate::All => Ok(()),
        Predicate::Term(Term::Address(_)) => must_see(seen.connections, "ip", CONNECTIONS),
        Predicate::Term(Term::Contains(Phrase::ActorName, _)) => must_see(seen.names, "actor_name", NAMES),
        Predicate::Term(Term::Equal(keyword, value)) if is_of_person(*keyword, value) => {
            must_see(seen.names, "an e-mail address", NAMES)
        }
        Predicate::Term(_) => Ok(()),
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().try_for_each(|part| check(seen, part)),
        Predicate::Not(inner) => check(seen, inner),
    }
}

/// Whether a value is an e-mail address, which stands in no line: alone, or behind the type of a person.
fn is_of_person(keyword: Keyword, value: &str) -> bool {
    let behind_type = || value.split_once(':').filter(|_| keyword == Keyword::Person);
    is_address(value) || behind_type().is_some_and(|(_, address)| is_address(address))
}

fn must_see(sees: Sees, asked: &'static str, permission: &'static str) -> Result<(), SearchError> {
    if sees == Sees::Nobody { Err(SearchError::Unseen { asked, permission }) } else { Ok(()) }
}

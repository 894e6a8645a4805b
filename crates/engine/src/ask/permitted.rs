//! What somebody's grants permit, as scope and sight of a question.
//!
//! A sight is one for all entries of a question, and permissions reach different entries. So it shows a value only where it may be seen in
//! every entry that can be read (docs/decisions/0032-what-grants-show.md).

use event::PersonId;
use search::Scope;

use crate::ask::reach::{Reach, Resolving};
use crate::disclose::sight::{Persons, Sight};

/// How far each permission of somebody reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permitted {
    /// Entries.
    pub read: Reach,
    /// Names, e-mail addresses, and ids that are addresses. Within own entries, the own ones.
    pub names: Reach,
    /// Addresses, user agents, cities and regions of clients; within own entries, the own ones.
    pub connections: Reach,
    /// Declared values; within own entries, the own ones.
    pub fields: Reach,
}

impl Permitted {
    /// What can be read now.
    pub(crate) fn scope(&self, resolving: Resolving<'_>) -> Scope {
        let predicate = self.read.predicate(resolving);
        Scope::within(predicate).unwrap_or_else(|error| panic!("I-8: a reach speaks of lines alone: {error}"))
    }

    /// What can be seen in all of it.
    pub(crate) fn sight(&self, resolving: Resolving<'_>) -> Sight {
        let own = |reach: &Reach| reach.own_persons(resolving);
        let [names, connections, fields] =
            [&self.names, &self.connections, &self.fields].map(|seen| persons(&self.read, seen, own));
        Sight::new(names, connections, fields)
    }
}

/// Of whom values may be seen in every entry that `read` reaches. In a place that `seen` reaches they are everybody's, in own entries
/// one's own: so those of everybody where all lies in such places, one's own where each entry is at least an own one, else nobody's.
fn persons(read: &Reach, seen: &Reach, own: impl FnOnce(&Reach) -> Vec<PersonId>) -> Persons {
    if read.within.is_empty() || !read.lies_in(seen) {
        Persons::Nobody
    } else if read.lies_in_places_of(seen) {
        Persons::Everybody
    } else {
        Persons::these(own(seen))
    }
}

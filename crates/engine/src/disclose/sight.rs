//! Who may see which personal values of whom.

use std::sync::Arc;

use event::{Kind, PersonId};
use search::{Seen, Sees};
use sha2::{Digest, Sha256};

/// Of which persons somebody may see values of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Persons {
    /// Of everybody whose key is there.
    Everybody,
    /// Of nobody.
    Nobody,
    /// Of these alone: in answer to an access request, or of oneself.
    These(PersonSet),
}

/// Some persons, by the handles of their keys: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSet(Arc<[PersonId]>);

/// Which personal values somebody may see, and of whom: what every plaintext of a disclosure passes. Kept small enough to be
/// copied with each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// In the order of [`Kind::ALL`].
    of: [Persons; 3],
    seen: Seen,
}

impl Persons {
    /// These alone. Cost: a sort.
    #[must_use]
    pub fn these(persons: impl IntoIterator<Item = PersonId>) -> Self {
        let mut persons: Vec<_> = persons.into_iter().collect();
        persons.sort_unstable();
        persons.dedup();
        if persons.is_empty() { Self::Nobody } else { Self::These(PersonSet(persons.into())) }
    }

    /// Whether this person is among them. Cost: a binary search at most.
    #[must_use]
    pub fn has(&self, person: PersonId) -> bool {
        match self {
            Self::Everybody => true,
            Self::Nobody => false,
            Self::These(PersonSet(persons)) => persons.binary_search(&person).is_ok(),
        }
    }

    fn sees(&self) -> Sees {
        match self {
            Self::Everybody => Sees::Everybody,
            Self::Nobody => Sees::Nobody,
            Self::These(_) => Sees::Some,
        }
    }

    /// Adds what tells these persons from others.
    fn hash(&self, hash: &mut Sha256) {
        let (mark, persons) = match self {
            Self::Everybody => (b'e', &[][..]),
            Self::Nobody => (b'n', &[][..]),
            Self::These(PersonSet(persons)) => (b't', &**persons),
        };
        hash.update([mark]);
        hash.update((persons.len() as u64).to_be_bytes());
        persons.iter().for_each(|person| hash.update(person.0));
    }
}

impl PersonSet {
    /// By ascending handle, each once.
    #[must_use]
    pub fn handles(&self) -> &[PersonId] {
        &self.0
    }
}

impl Sight {
    /// Every value of everybody: whoever has the machine, and the auditor.
    #[must_use]
    pub fn of_everything() -> Self {
        Self { of: [Persons::Everybody, Persons::Everybody, Persons::Everybody], seen: Seen::EVERYTHING }
    }

    /// No value of anybody.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self::new(Persons::Nobody, Persons::Nobody, Persons::Nobody)
    }

    /// `names`: names, e-mail addresses, and ids that are addresses. `connections`: addresses, user agents, cities and regions of
    /// clients. `fields`: what senders declared as personal, and texts that were found to hold personal values.
    #[must_use]
    pub fn new(names: Persons, connections: Persons, fields: Persons) -> Self {
        let of = [names, connections, fields];
        if of.iter().all(|persons| *persons == Persons::Everybody) {
            return Self::of_everything();
        }
        let mut hash = Sha256::new_with_prefix(b"indelible sight");
        of.iter().for_each(|persons| persons.hash(&mut hash));
        let [names, connections, _] = of.each_ref().map(Persons::sees);
        Self { seen: Seen { names, connections, name: hash.finalize().into() }, of }
    }

    /// Of whom values of this kind are seen.
    #[must_use]
    pub fn of(&self, kind: Kind) -> &Persons {
        let [names, connections, fields] = &self.of;
        match kind {
            Kind::Identity => names,
            Kind::Connection => connections,
            Kind::Fields => fields,
        }
    }

    /// What questions go by.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_see_the_same_have_one_name() {
        let person = |n: u8| PersonId([n; 16]);
        let some = || {
            [Persons::Everybody, Persons::Nobody, Persons::these([person(1)]), Persons::these([person(1), person(2)])]
        };
        let mut names = std::collections::BTreeSet::new();
        for a in some() {
            for b in some() {
                for c in some() {
                    names.insert(Sight::new(a.clone(), b.clone(), c).seen().name);
                }
            }
        }
        assert_eq!(names.len(), 4 * 4 * 4);
        assert!(names.contains(&Sight::of_everything().seen().name));
        let twice = Persons::these([person(2), person(1), person(2)]);
        assert_eq!(twice, Persons::these([person(1), person(2)]));
        assert_eq!(Persons::these([]), Persons::Nobody);
        assert!(twice.has(person(2)) && !twice.has(person(3)));
    }
}

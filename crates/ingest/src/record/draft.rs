//! An event in the making.

use std::borrow::Cow;

use super::RecordContext;
use super::marks::{Marks, PersonNo};
use crate::json::NodeId;
use crate::mapping::{Owner, Slot};

/// Most persons told apart in one record; the rest are several people together. Bounds the search for a person.
const PERSONS_MAX: usize = 512;
/// Whose the values are when an event names more persons than can be told apart.
pub(crate) const SEVERAL: &str = "user:several";

/// A value ready to be written, and the nodes it came from.
pub(crate) struct Filled<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) from: Vec<NodeId>,
}

/// A resource or target.
pub(crate) struct Thing<'a> {
    pub(crate) kind: Cow<'a, str>,
    pub(crate) id: Cow<'a, str>,
    pub(crate) name: Option<Filled<'a>>,
}

/// A change: JSON texts of before and after.
pub(crate) struct Change<'a> {
    pub(crate) field: String,
    pub(crate) before: Option<Filled<'a>>,
    pub(crate) after: Option<Filled<'a>>,
}

/// Somebody with personal values in the event.
pub(crate) struct Person {
    pub(crate) of: String,
    pub(crate) paths: Vec<String>,
}

pub(crate) struct Draft<'j, 'd, 'a> {
    pub(crate) job: &'j RecordContext<'d, 'a>,
    pub(crate) slots: Vec<(Slot, Filled<'a>)>,
    pub(crate) resource: Option<Thing<'a>>,
    pub(crate) targets: Vec<Thing<'a>>,
    pub(crate) changes: Vec<Change<'a>>,
    pub(crate) marks: Marks,
    pub(crate) persons: Vec<Person>,
}

impl<'j, 'd, 'a> Draft<'j, 'd, 'a> {
    pub(crate) fn new(job: &'j RecordContext<'d, 'a>) -> Self {
        let marks = Marks::new(job.scope.doc);
        Self {
            job,
            slots: Vec::with_capacity(24),
            resource: None,
            targets: Vec::new(),
            changes: Vec::new(),
            marks,
            persons: Vec::new(),
        }
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&Filled<'a>> {
        self.slots.iter().find(|(held, _)| *held == slot).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, slot: Slot) -> Option<&str> {
        self.get(slot).map(|value| value.text.as_ref())
    }

    /// `type:id` of the actor or the one acted for, if that is a person with an id. (Of anonymous actors the log itself
    /// hides every text that holds their address.)
    pub(crate) fn owner(&self, owner: Owner) -> Option<String> {
        let of = |kind: Slot, id: Slot| {
            let kind = self.text(kind).filter(|kind| matches!(*kind, "user" | "agent"))?;
            Some(format!("{kind}:{}", self.text(id)?))
        };
        let actor = || of(Slot::ActorType, Slot::ActorId);
        let behalf = || of(Slot::BehalfType, Slot::BehalfId);
        match owner {
            Owner::Actor => actor(),
            Owner::Behalf => behalf(),
            Owner::Client => behalf().or_else(actor),
        }
    }

    pub(crate) fn person(&mut self, of: &str) -> PersonNo {
        let known = |of: &str, persons: &[Person]| persons.iter().position(|person| person.of == of);
        let mut at = known(of, &self.persons);
        if at.is_none() {
            let of = if self.persons.len() + 1 < PERSONS_MAX { of } else { SEVERAL };
            at = known(of, &self.persons);
            if at.is_none() {
                self.persons.push(Person { of: of.to_owned(), paths: Vec::new() });
            }
        }
        let at = at.unwrap_or(self.persons.len() - 1);
        PersonNo(u16::try_from(at).unwrap_or(u16::MAX))
    }

    pub(crate) fn add_path(&mut self, person: PersonNo, path: String) {
        if let Some(person) = self.persons.get_mut(usize::from(person.0)) {
            person.paths.push(path);
        }
    }

    /// The person one of these nodes belongs to.
    pub(crate) fn person_of(&self, from: &[NodeId]) -> Option<PersonNo> {
        from.iter().find_map(|id| self.marks.person(*id))
    }
}

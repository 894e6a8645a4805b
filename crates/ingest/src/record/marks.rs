//! What was done with each node of a record: kept as it is, moved into a field, or somebody's personal value.

use crate::json::{Doc, NodeId};

/// Place of a person in the event's list of persons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PersonNo(pub(crate) u16);

/// One mark per node.
pub(crate) struct Marks {
    /// Whether the node's value stands whole in a field.
    moved: Vec<bool>,
    /// The person whose value it is, counted from 1; 0 = nobody's.
    person: Vec<u16>,
    /// The marked nodes, to skip untouched subtrees. Sorted once by [`Marks::seal`].
    touched: Vec<u32>,
}

impl Marks {
    pub(crate) fn new(doc: &Doc<'_>) -> Self {
        Self { moved: vec![false; doc.len()], person: vec![0; doc.len()], touched: Vec::new() }
    }

    pub(crate) fn set_moved(&mut self, id: NodeId) {
        if let Some(moved) = self.moved.get_mut(id.0 as usize) {
            *moved = true;
            self.touched.push(id.0);
        }
    }

    pub(crate) fn unset_moved(&mut self, id: NodeId) {
        if let Some(moved) = self.moved.get_mut(id.0 as usize) {
            *moved = false;
        }
    }

    pub(crate) fn is_moved(&self, id: NodeId) -> bool {
        self.moved.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// The first to claim a value keeps it.
    pub(crate) fn set_person(&mut self, id: NodeId, person: PersonNo) {
        if let Some(held) = self.person.get_mut(id.0 as usize).filter(|held| **held == 0) {
            *held = person.0 + 1;
            self.touched.push(id.0);
        }
    }

    pub(crate) fn person(&self, id: NodeId) -> Option<PersonNo> {
        self.person.get(id.0 as usize).and_then(|no| no.checked_sub(1)).map(PersonNo)
    }

    pub(crate) fn seal(&mut self) {
        self.touched.sort_unstable();
    }

    /// Whether any node of a range is marked.
    pub(crate) fn touch(&self, range: &std::ops::Range<u32>) -> bool {
        let at = self.touched.partition_point(|id| *id < range.start);
        self.touched.get(at).is_some_and(|id| *id < range.end)
    }
}

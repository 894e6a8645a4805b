//! What a store holds, and what changes it.

use std::collections::{HashMap, HashSet};

use event::PersonId;

use crate::PersonRow;

/// The content of a store.
#[derive(Clone, Default)]
pub(super) struct Image {
    created: bool,
    rows: Vec<PersonRow>,
    /// Numbers in `rows`.
    by_id: HashMap<PersonId, usize>,
    /// Scope, kind and subject of every row with a key.
    live: HashSet<[String; 3]>,
    /// Keys that were destroyed, and are still to be purged.
    remnants: Vec<Vec<u8>>,
}

/// A transaction.
#[derive(Clone)]
pub(super) enum Change {
    Create,
    Insert(Vec<PersonRow>),
    Destroy(PersonId),
    Purge,
}

impl Image {
    pub(super) fn exists(&self) -> bool {
        self.created
    }

    pub(super) fn rows(&self) -> &[PersonRow] {
        &self.rows
    }

    pub(super) fn remains(&self, wrapped: &[u8]) -> bool {
        let in_rows = self.rows.iter().filter_map(|row| row.wrapped.as_ref());
        in_rows.chain(&self.remnants).any(|kept| kept == wrapped)
    }

    /// Refuses what breaks a rule of the rows: as the constraints of a database do.
    pub(super) fn allows(&self, change: &Change) -> Result<(), &'static str> {
        match change {
            Change::Create | Change::Purge => Ok(()),
            Change::Insert(new) => {
                let mut ids = HashSet::new();
                let mut names = HashSet::new();
                let is_new = |row: &PersonRow| {
                    let name = name(row);
                    let unknown = !self.by_id.contains_key(&row.id) && !self.live.contains(&name);
                    unknown && ids.insert(row.id) && names.insert(name)
                };
                if new.iter().all(is_new) { Ok(()) } else { Err("the person or the handle has a row") }
            }
            Change::Destroy(id) => {
                let row = self.by_id.get(id).and_then(|at| self.rows.get(*at));
                if row.is_some_and(|row| !row.destroyed) { Ok(()) } else { Err("no row with a key has this handle") }
            }
        }
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Create => self.created = true,
            Change::Insert(new) => {
                for row in new {
                    self.by_id.insert(row.id, self.rows.len());
                    self.live.insert(name(&row));
                    self.rows.push(row);
                }
            }
            Change::Destroy(id) => {
                if let Some(row) = self.by_id.get(&id).and_then(|at| self.rows.get_mut(*at)) {
                    self.live.remove(&name(row));
                    row.destroyed = true;
                    self.remnants.extend(row.wrapped.take());
                }
            }
            Change::Purge => self.remnants.clear(),
        }
    }
}

impl Change {
    pub(super) fn needs_space(&self) -> bool {
        !matches!(self, Self::Purge)
    }
}

fn name(row: &PersonRow) -> [String; 3] {
    [&row.scope, &row.kind, &row.subject].map(Clone::clone)
}

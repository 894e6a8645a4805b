//! Changes of access: what they do to the records, and what the log says of them.

use serde_json::{Map, Value, json};

use crate::record::{Key, Record};

/// One step of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Puts a record in place of the one of its key.
    Put(Record),
    /// Takes a record away.
    Remove(Key),
}

/// A change, made whole or not at all. It is an entry of the log before it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `action` of the entry: `token.created`.
    pub action: &'static str,
    /// `event` of the entry: `created`, `updated`, `deleted`, or another word.
    pub event: &'static str,
    /// `description` of the entry, which names nobody.
    pub description: &'static str,
    /// What it is about.
    pub about: About,
    /// `changes` of the entry: each member that differs, `{"name":{"before":…,"after":…}}`.
    pub changes: Map<String, Value>,
    /// What is done.
    pub steps: Vec<Step>,
}

/// The resource of a change's entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// `resource.type`
    pub kind: &'static str,
    /// `resource.id`
    pub id: String,
    /// `resource.name`
    pub name: Option<String>,
    /// `organization.id`, where it is about one.
    pub organization: Option<String>,
    /// The account whose name and e-mail address stand in the entry, so that they are personal of it.
    pub account: Option<String>,
}

impl Change {
    /// One that puts `after` in place of `before`.
    #[must_use]
    pub fn put(words: [&'static str; 3], about: About, before: Option<&Record>, after: Record) -> Self {
        let [action, event, description] = words;
        let changes = differences(before.map(Record::shown), Some(after.shown()));
        Self { action, event, description, about, changes, steps: vec![Step::Put(after)] }
    }

    /// One that takes `before` away.
    #[must_use]
    pub fn remove(words: [&'static str; 3], about: About, before: &Record) -> Self {
        let [action, event, description] = words;
        let changes = differences(Some(before.shown()), None);
        Self { action, event, description, about, changes, steps: vec![Step::Remove(before.key())] }
    }

    /// The same with one more step, whose members stand in the entry's `changes` under `name`.
    #[must_use]
    pub fn with(mut self, name: &str, record: Record) -> Self {
        self.changes.insert(name.to_owned(), json!({"before": null, "after": record.shown()}));
        self.steps.push(Step::Put(record));
        self
    }
}

/// Each member that differs, with what it was and what it is; `null` where it is not there.
fn differences(before: Option<Value>, after: Option<Value>) -> Map<String, Value> {
    let members = |value: Option<Value>| match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    let mut before = members(before);
    let after = members(after);
    let mut changes = Map::new();
    for (name, after) in after {
        let before = before.remove(&name).unwrap_or_default();
        if before != after {
            changes.insert(name, json!({"before": before, "after": after}));
        }
    }
    changes.extend(
        before
            .into_iter()
            .filter(|(_, gone)| !gone.is_null())
            .map(|(name, gone)| (name, json!({"before": gone, "after": null}))),
    );
    changes
}

//! Entries of what is decided outside the engine: accounts, tokens, grants, settings, sessions.

use std::borrow::Cow;

use event::{Declared, Event, Named, Outcome, Resource, Severity};
use serde_json::Value;

use crate::own::viewer::Viewer;

/// A change of access control or of a session, as whoever makes it describes it.
#[derive(Debug, Clone)]
pub struct Changed<'a> {
    /// Names the entry: the same change recorded again answers the first receipt, and [`crate::Log::own_event`] finds it. At most
    /// 128 bytes; `None`: each recording is another entry.
    pub event_id: Option<&'a str>,
    /// Who; with `reason` and session.
    pub viewer: &'a Viewer,
    /// `noun.verb`, such as `token.created`.
    pub action: &'a str,
    /// `created`, `updated`, …; `None`: as the verb says.
    pub event: Option<&'a str>,
    /// `None`: `audit-log`.
    pub channel: Option<&'a str>,
    /// One sentence.
    pub description: &'a str,
    /// `None`: as the rules say.
    pub severity: Option<Severity>,
    /// Whether it succeeded, where it can fail.
    pub outcome: Option<Outcome>,
    /// What was changed. Its name may be declared in `personal`.
    pub resource: Option<Resource<'a>>,
    /// Id of the organization that it concerns. Persons in the entry are then those of the organization: an account's values are
    /// under another key than without.
    pub organization: Option<&'a str>,
    /// JSON object: field → `{"before"?, "after"?}`.
    pub changes: Option<&'a Value>,
    /// JSON object.
    pub properties: Option<&'a Value>,
    /// Whose the names and e-mail addresses in it are: `of` as `user:<account id>`; `paths` are pointers such as
    /// `/changes/email/after`, `/resource/name`.
    pub personal: Vec<Declared<'a>>,
}

impl<'a> Changed<'a> {
    /// A change of which nothing more is said.
    #[must_use]
    pub fn new(viewer: &'a Viewer, action: &'a str, description: &'a str) -> Self {
        Self {
            event_id: None,
            viewer,
            action,
            event: None,
            channel: None,
            description,
            severity: None,
            outcome: None,
            resource: None,
            organization: None,
            changes: None,
            properties: None,
            personal: Vec::new(),
        }
    }

    /// Adds what it says beside action, description and viewer.
    pub(super) fn add_to(&self, event: &mut Event<'a>) {
        let text = |value: Option<&Value>| value.map(|value| Cow::Owned(value.to_string()));
        event.event_id = self.event_id.map(Cow::Borrowed);
        event.event = self.event.map(Cow::Borrowed);
        event.channel = self.channel.map(Cow::Borrowed);
        event.severity = self.severity;
        event.outcome = self.outcome;
        event.resource.clone_from(&self.resource);
        event.organization = self.organization.map(|id| Named { id: Cow::Borrowed(id), name: None });
        event.changes = text(self.changes);
        event.properties = text(self.properties);
        event.personal.clone_from(&self.personal);
    }
}

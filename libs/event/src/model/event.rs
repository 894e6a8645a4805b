use std::borrow::Cow;

use super::{Actor, Client, Declared, Http, Named, Outcome, Resource, Sequence, Severity};

/// An event as a client sent it, checked. Admission completes it (derivations, defaults), takes the personal
/// values out of it, and writes the line from what is left.
///
/// `None` means absent; `null` in the body is the same, except inside `changes` and `properties`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event<'a> {
    /// The client's idempotency key.
    pub event_id: Option<Cow<'a, str>>,
    /// When it happened, microseconds since 1970 UTC.
    pub time_us: Option<i64>,
    /// Tenant.
    pub organization: Option<Named<'a>>,
    /// Scope below the organization.
    pub workspace: Option<Named<'a>>,
    /// Scope below the workspace.
    pub project: Option<Named<'a>>,
    /// Who acted; absent = the system.
    pub actor: Option<Actor<'a>>,
    /// `noun.verb`; the verb is what follows the last dot.
    pub action: Cow<'a, str>,
    /// `created`, `updated`, …
    pub event: Option<Cow<'a, str>>,
    /// Topic.
    pub channel: Option<Cow<'a, str>>,
    /// One sentence for people.
    pub description: Option<Cow<'a, str>>,
    /// What was acted on.
    pub resource: Option<Resource<'a>>,
    /// What else was involved.
    pub targets: Vec<Resource<'a>>,
    /// Whether it succeeded.
    pub outcome: Option<Outcome>,
    /// Status text beside the outcome.
    pub detail: Option<Cow<'a, str>>,
    /// How much it matters.
    pub severity: Option<Severity>,
    /// The request.
    pub http: Http<'a>,
    /// The connection.
    pub client: Client<'a>,
    /// Joins entries of one request.
    pub request_id: Option<Cow<'a, str>>,
    /// Joins entries of one trace.
    pub trace_id: Option<Cow<'a, str>>,
    /// Why it was done.
    pub reason: Option<Cow<'a, str>>,
    /// Joins entries of one sign-in or one agent's session.
    pub session_id: Option<Cow<'a, str>>,
    /// The sender's own numbering.
    pub sequence: Option<Sequence<'a>>,
    /// JSON text of an object without insignificant whitespace, otherwise byte for byte as received. Checked: well-formed,
    /// no duplicate members, no lone surrogates, depth at most 64, no `$personal` member (until the split writes one).
    pub changes: Option<Cow<'a, str>>,
    /// Same shape as `changes`.
    pub properties: Option<Cow<'a, str>>,
    /// What the client declares personal beyond the defaults.
    pub personal: Vec<Declared<'a>>,
}

impl<'a> Event<'a> {
    /// An event of this action and nothing else.
    #[must_use]
    pub fn of(action: impl Into<Cow<'a, str>>) -> Self {
        Self { action: action.into(), ..Self::default() }
    }
}

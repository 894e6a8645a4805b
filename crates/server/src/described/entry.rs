//! An entry as answers show it. `event::render` writes it; a test holds real answers against this shape.
#![expect(dead_code, reason = "these types are described, never made")]

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An entry: its line's members, with the personal values that the caller may see in their places, and what was computed.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Version of the line: 1.
    v: u32,
    /// UUIDv7.
    id: String,
    /// The client's own id of the event.
    #[schema(required = false)]
    event_id: String,
    /// When it happened, as the client says; UTC with six fractional digits.
    time: String,
    /// When the server took it in; UTC with six fractional digits.
    received: String,
    #[schema(required = false)]
    organization: Named,
    #[schema(required = false)]
    workspace: Named,
    #[schema(required = false)]
    project: Named,
    actor: Actor,
    /// `noun.verb`.
    action: String,
    /// What kind of event: `created`, `updated`, …
    event: String,
    channel: String,
    description: String,
    #[schema(required = false)]
    resource: Resource,
    /// What else was involved.
    #[schema(required = false)]
    targets: Vec<Resource>,
    #[schema(required = false)]
    outcome: Outcome,
    /// Status in words, beside the outcome.
    #[schema(required = false)]
    detail: String,
    severity: Severity,
    #[schema(required = false)]
    http: Http,
    #[schema(required = false)]
    client: Client,
    #[schema(required = false)]
    request_id: String,
    #[schema(required = false)]
    trace_id: String,
    /// Why it was done.
    #[schema(required = false)]
    reason: String,
    /// The sign-in or the agent's session it belongs to.
    #[schema(required = false)]
    session_id: String,
    #[schema(required = false)]
    sequence: Sequence,
    /// Field to `{before, after}`, or `{"$personal": n}` where a value is withheld; with `full` only.
    #[schema(required = false)]
    changes: HashMap<String, Value>,
    /// As the client sent them, but for withheld and redacted values; with `full` only.
    #[schema(required = false)]
    properties: HashMap<String, Value>,
    /// Where the log has it from.
    source: String,
    /// Whose values left the line.
    #[schema(required = false)]
    personal: Vec<Personal>,
    /// Place in the log, from 0.
    leaf_index: u64,
    /// Browser and operating system by `client.user_agent`, such as `Chrome on macOS`: computed at reading, where the user
    /// agent is visible and known.
    #[schema(required = false)]
    browser: String,
    /// `true` where there are changes or properties, also where the answer leaves them out.
    #[schema(required = false)]
    details: bool,
}

/// An organization, workspace or project.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    id: String,
    #[schema(required = false)]
    name: String,
}

/// What was acted on.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resource {
    r#type: String,
    id: String,
    #[schema(required = false)]
    name: String,
}

/// Who acted.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Actor {
    r#type: ActorType,
    id: String,
    #[schema(required = false)]
    name: String,
    #[schema(required = false)]
    email: String,
    #[schema(required = false)]
    on_behalf_of: Principal,
}

/// For whom an agent acted.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Principal {
    r#type: ActorType,
    id: String,
    #[schema(required = false)]
    name: String,
    #[schema(required = false)]
    email: String,
}

/// The request that was made.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    #[schema(required = false)]
    method: String,
    #[schema(required = false)]
    path: String,
    #[schema(required = false)]
    status: u16,
}

/// The connection of the one who acted.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    #[schema(required = false)]
    ip: String,
    #[schema(required = false)]
    user_agent: String,
    #[schema(required = false)]
    location: Location,
    /// Name of the CI platform that acted.
    #[schema(required = false)]
    ci: String,
}

/// The sender's own numbering: from 0 in each stream, one by one, so that a gap shows that something was not sent or did not arrive.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sequence {
    stream: String,
    /// At most 2⁵³ − 1.
    n: u64,
}

/// Where the one who acted is.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Location {
    #[schema(required = false)]
    city: String,
    #[schema(required = false)]
    region: String,
    /// By convention ISO 3166-1 alpha-2.
    #[schema(required = false)]
    country: String,
}

/// Whose values left the line, and the digest that commits to them.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Personal {
    /// `type:id`.
    of: String,
    /// base64url.
    digest: String,
}

/// Kinds of actors.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ActorType {
    User,
    Agent,
    Token,
    System,
    Anonymous,
}

/// Whether it succeeded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Outcome {
    Success,
    Failure,
}

/// How much it matters.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Info,
    Warning,
    Critical,
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use super::*;

    #[test]
    fn the_words_are_those_of_the_model() {
        let words = |schema| serde_json::to_value(schema).unwrap()["enum"].clone();
        let of = |words: &[&str]| serde_json::json!(words);
        assert_eq!(words(ActorType::schema()), of(&event::ActorKind::ALL.map(event::ActorKind::as_str)));
        let severities = [event::Severity::Info, event::Severity::Warning, event::Severity::Critical];
        assert_eq!(words(Severity::schema()), of(&severities.map(event::Severity::as_str)));
        let outcomes = [event::Outcome::Success, event::Outcome::Failure];
        assert_eq!(words(Outcome::schema()), of(&outcomes.map(event::Outcome::as_str)));
    }
}

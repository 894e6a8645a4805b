//! The entry that a line will be, seen before anybody reads the line.

use std::borrow::Cow;

use super::Entry;
use crate::line::Stamp;
use crate::model::{Actor, Client, Event, Http, Location, Named, PersonalRef, Principal, Resource, Sequence, Severity};

impl<'e> Entry<'e> {
    /// What [`Entry::parse`] will read from the line that [`crate::line::write`] makes of a completed event.
    ///
    /// Cost: no text is copied; allocates for `targets` and `personal`.
    #[must_use]
    pub fn written(event: &'e Event<'_>, stamp: &Stamp<'e>) -> Self {
        let text = |text: &'e Option<Cow<'_, str>>| optional(text).unwrap_or_default();
        Self {
            id: stamp.id,
            event_id: optional(&event.event_id),
            time_us: event.time_us.unwrap_or(stamp.received_us),
            received_us: stamp.received_us,
            organization: event.organization.as_ref().map(named),
            workspace: event.workspace.as_ref().map(named),
            project: event.project.as_ref().map(named),
            actor: event.actor.as_ref().map_or_else(Actor::system, actor),
            action: Cow::Borrowed(&event.action),
            event: text(&event.event),
            channel: text(&event.channel),
            description: text(&event.description),
            resource: event.resource.as_ref().map(resource),
            targets: event.targets.iter().map(resource).collect(),
            outcome: event.outcome,
            detail: optional(&event.detail),
            severity: event.severity.unwrap_or(Severity::Info),
            http: http(&event.http),
            client: client(&event.client),
            request_id: optional(&event.request_id),
            trace_id: optional(&event.trace_id),
            reason: optional(&event.reason),
            session_id: optional(&event.session_id),
            sequence: event.sequence.as_ref().map(Sequence::borrowed),
            changes: event.changes.as_deref(),
            properties: event.properties.as_deref(),
            source: Cow::Borrowed(stamp.source),
            personal: stamp.personal.iter().map(person).collect(),
        }
    }
}

fn optional<'e>(text: &'e Option<Cow<'_, str>>) -> Option<Cow<'e, str>> {
    text.as_deref().map(Cow::Borrowed)
}

fn named<'e>(scope: &'e Named<'_>) -> Named<'e> {
    Named { id: Cow::Borrowed(&scope.id), name: optional(&scope.name) }
}

fn actor<'e>(actor: &'e Actor<'_>) -> Actor<'e> {
    let on_behalf_of = actor.on_behalf_of.as_ref().map(|Principal { kind, id, name, email }| Principal {
        kind: *kind,
        id: Cow::Borrowed(id),
        name: optional(name),
        email: optional(email),
    });
    Actor {
        kind: actor.kind,
        id: Cow::Borrowed(&actor.id),
        name: optional(&actor.name),
        email: optional(&actor.email),
        on_behalf_of,
    }
}

fn resource<'e>(resource: &'e Resource<'_>) -> Resource<'e> {
    Resource { kind: Cow::Borrowed(&resource.kind), id: Cow::Borrowed(&resource.id), name: optional(&resource.name) }
}

fn http<'e>(http: &'e Http<'_>) -> Http<'e> {
    Http { method: optional(&http.method), path: optional(&http.path), status: http.status }
}

fn client<'e>(client: &'e Client<'_>) -> Client<'e> {
    let Location { city, region, country } = &client.location;
    Client {
        ip: optional(&client.ip),
        user_agent: optional(&client.user_agent),
        location: Location { city: optional(city), region: optional(region), country: optional(country) },
        ci: optional(&client.ci),
    }
}

fn person<'e>(person: &PersonalRef<'e>) -> PersonalRef<'e> {
    PersonalRef { of: person.of.clone(), digest: person.digest }
}

//! An entry turned back into the event it was.

use std::borrow::Cow;

use crate::entry::Entry;
use crate::model::{Actor, Client, Event, Http, Location, Named, Principal, Resource, Sequence};

use super::opened::scalar;
use super::text::{erased_name, is_of, json, text};
use super::{Opened, Options};

/// The event behind an entry, complete, with the personal values that the reader may see in their places. `event_id`,
/// `time` and all derived members are set; `personal` is empty.
///
/// With everything opened it is the event that was admitted, value for value and `changes` and `properties` byte for byte.
///
/// Cost: a pass over the texts; borrows wherever nothing was replaced.
#[must_use]
pub fn restore<'e>(entry: &'e Entry<'_>, opened: &'e [Opened<'_>], options: Options) -> Event<'e> {
    let shown = |written: &'e str| text(written, entry, opened);
    let maybe = |written: &'e Option<Cow<'_, str>>| written.as_deref().map(shown);
    let named = |scope: &'e Option<Named<'_>>| {
        scope.as_ref().map(|scope| Named { id: Cow::Borrowed(&scope.id), name: maybe(&scope.name) })
    };
    let resource = |resource: &'e Resource<'_>| Resource {
        kind: Cow::Borrowed(&resource.kind),
        id: Cow::Borrowed(&resource.id),
        name: maybe(&resource.name),
    };
    let raw = |raw: Option<&'e str>, pointer: &str| raw.filter(|_| options.full).map(|raw| json(raw, pointer, opened));
    let mut event = Event {
        event_id: same(&entry.event_id),
        time_us: Some(entry.time_us),
        organization: named(&entry.organization),
        workspace: named(&entry.workspace),
        project: named(&entry.project),
        actor: Some(Actor {
            kind: entry.actor.kind,
            id: Cow::Borrowed(&entry.actor.id),
            name: maybe(&entry.actor.name),
            email: maybe(&entry.actor.email),
            on_behalf_of: entry.actor.on_behalf_of.as_ref().map(|principal| Principal {
                kind: principal.kind,
                id: Cow::Borrowed(&principal.id),
                name: maybe(&principal.name),
                email: maybe(&principal.email),
            }),
        }),
        action: Cow::Borrowed(&entry.action),
        event: Some(Cow::Borrowed(&entry.event)),
        channel: Some(Cow::Borrowed(&entry.channel)),
        description: Some(shown(&entry.description)),
        resource: entry.resource.as_ref().map(resource),
        targets: entry.targets.iter().map(resource).collect(),
        outcome: entry.outcome,
        detail: maybe(&entry.detail),
        severity: Some(entry.severity),
        http: Http { method: same(&entry.http.method), path: maybe(&entry.http.path), status: entry.http.status },
        client: client(&entry.client),
        request_id: same(&entry.request_id),
        trace_id: same(&entry.trace_id),
        reason: maybe(&entry.reason),
        session_id: same(&entry.session_id),
        sequence: entry.sequence.as_ref().map(Sequence::borrowed),
        changes: raw(entry.changes, "/changes"),
        properties: raw(entry.properties, "/properties"),
        personal: Vec::new(),
    };
    for (person, opened) in entry.personal.iter().zip(opened) {
        for (pointer, value) in opened.values() {
            put(&mut event, pointer, value);
        }
        if opened.is_erased() {
            name_erased(&mut event, entry, &person.of);
        }
    }
    event
}

fn same<'e>(text: &'e Option<Cow<'_, str>>) -> Option<Cow<'e, str>> {
    text.as_deref().map(Cow::Borrowed)
}

fn client<'e>(client: &'e Client<'_>) -> Client<'e> {
    let Location { city, region, country } = &client.location;
    Client {
        ip: same(&client.ip),
        user_agent: same(&client.user_agent),
        location: Location { city: same(city), region: same(region), country: same(country) },
        ci: same(&client.ci),
    }
}

/// Puts a value where it was; pointers into `changes` and `properties` are no business of this function.
fn put<'e>(event: &mut Event<'e>, pointer: &str, value: &'e str) {
    if pointer.starts_with("/properties/") || pointer.starts_with("/changes/") {
        return;
    }
    let Some(value) = scalar(value) else { return };
    if let Some(place) = optional(event, pointer) {
        *place = Some(value);
    } else if let Some(place) = id(event, pointer) {
        *place = value;
    }
}

fn optional<'m, 'e>(event: &'m mut Event<'e>, pointer: &str) -> Option<&'m mut Option<Cow<'e, str>>> {
    let rest = match pointer {
        "/detail" => return Some(&mut event.detail),
        "/reason" => return Some(&mut event.reason),
        "/organization/name" => return event.organization.as_mut().map(|scope| &mut scope.name),
        "/workspace/name" => return event.workspace.as_mut().map(|scope| &mut scope.name),
        "/project/name" => return event.project.as_mut().map(|scope| &mut scope.name),
        "/resource/name" => return event.resource.as_mut().map(|resource| &mut resource.name),
        "/client/ip" => return Some(&mut event.client.ip),
        "/client/user_agent" => return Some(&mut event.client.user_agent),
        "/client/location/city" => return Some(&mut event.client.location.city),
        "/client/location/region" => return Some(&mut event.client.location.region),
        _ => pointer,
    };
    if let Some(index) = rest.strip_prefix("/targets/").and_then(|rest| rest.strip_suffix("/name")) {
        return event.targets.get_mut(index.parse::<usize>().ok()?).map(|target| &mut target.name);
    }
    let actor = event.actor.as_mut()?;
    match rest {
        "/actor/name" => Some(&mut actor.name),
        "/actor/email" => Some(&mut actor.email),
        "/actor/on_behalf_of/name" => actor.on_behalf_of.as_mut().map(|principal| &mut principal.name),
        "/actor/on_behalf_of/email" => actor.on_behalf_of.as_mut().map(|principal| &mut principal.email),
        _ => None,
    }
}

fn id<'m, 'e>(event: &'m mut Event<'e>, pointer: &str) -> Option<&'m mut Cow<'e, str>> {
    match pointer {
        "/actor/id" => event.actor.as_mut().map(|actor| &mut actor.id),
        "/actor/on_behalf_of/id" => event.actor.as_mut()?.on_behalf_of.as_mut().map(|principal| &mut principal.id),
        "/organization/id" => event.organization.as_mut().map(|scope| &mut scope.id),
        "/workspace/id" => event.workspace.as_mut().map(|scope| &mut scope.id),
        "/project/id" => event.project.as_mut().map(|scope| &mut scope.id),
        "/resource/id" => event.resource.as_mut().map(|resource| &mut resource.id),
        _ => {
            let index = pointer.strip_prefix("/targets/")?.strip_suffix("/id")?;
            event.targets.get_mut(index.parse::<usize>().ok()?).map(|target| &mut target.id)
        }
    }
}

/// Shows who was erased where a name would stand.
fn name_erased(event: &mut Event<'_>, entry: &Entry<'_>, of: &str) {
    let Some(actor) = &mut event.actor else { return };
    if is_of(of, actor.kind.as_str(), &actor.id) && actor.name.is_none() {
        actor.name = Some(Cow::Owned(erased_name(entry, of)));
    }
    if let Some(principal) = &mut actor.on_behalf_of
        && is_of(of, principal.kind.as_str(), &principal.id)
        && principal.name.is_none()
    {
        principal.name = Some(Cow::Owned(erased_name(entry, of)));
    }
}

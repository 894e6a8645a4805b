//! Which members are whose personal values.

use std::borrow::Cow;

use crate::model::{ActorKind, Declared, Event, Named, Resource};

use super::disclosure::Kind;
use super::drafts::{Drafts, Value};
use super::key::Keys;
use super::person::{Person, Scope, is_address};

/// Takes what is personal by default: names, e-mail addresses and connection of the actor and of the one acted for.
pub(super) fn actor<'a: 'd, 'd>(event: &mut Event<'a>, drafts: &mut Drafts<'d>) {
    let Some(actor) = &mut event.actor else { return };
    let for_person = actor.on_behalf_of.as_ref().is_some_and(|principal| principal.kind.is_person());
    let mut client_of = None;
    // a token is nobody, unless it acts for somebody: then it is a person of its own, as an agent always is
    let is_person = actor.kind.is_person() || for_person;
    if is_person || is_address(&actor.id) {
        let person = person_of(actor.kind, &mut actor.id, "/actor/id", drafts);
        if is_person {
            drafts.take(person, Kind::Identity, "/actor/name", &mut actor.name);
            drafts.take(person, Kind::Identity, "/actor/email", &mut actor.email);
            client_of = Some(person);
        }
    }
    if let Some(principal) = &mut actor.on_behalf_of
        && (for_person || is_address(&principal.id))
    {
        let person = person_of(principal.kind, &mut principal.id, "/actor/on_behalf_of/id", drafts);
        if for_person {
            drafts.take(person, Kind::Identity, "/actor/on_behalf_of/name", &mut principal.name);
            drafts.take(person, Kind::Identity, "/actor/on_behalf_of/email", &mut principal.email);
            client_of = Some(person);
        }
    }
    if let Some(person) = client_of {
        let client = &mut event.client;
        drafts.take(person, Kind::Connection, "/client/ip", &mut client.ip);
        drafts.take(person, Kind::Connection, "/client/user_agent", &mut client.user_agent);
        drafts.take(person, Kind::Connection, "/client/location/city", &mut client.location.city);
        drafts.take(person, Kind::Connection, "/client/location/region", &mut client.location.region);
    }
}

fn person_of<'a: 'd, 'd>(
    kind: ActorKind,
    id: &mut Cow<'a, str>,
    pointer: &'static str,
    drafts: &mut Drafts<'d>,
) -> usize {
    // an anonymous actor's id names its type already: `anonymous:2026-11-23` is type and id
    match id.strip_prefix("anonymous:") {
        Some(day) if kind == ActorKind::Anonymous && !is_address(day) => drafts.person(kind.as_str(), day),
        _ => drafts.person_by(kind.as_str(), id, Cow::Borrowed(pointer)),
    }
}

/// Takes the names, the detail and the reason that the client declared; returns what it declared inside `changes` and `properties`,
/// as (pointer, person).
pub(super) fn declared<'a: 'd, 'd>(
    event: &mut Event<'a>,
    declared: &'d [Declared<'a>],
    drafts: &mut Drafts<'d>,
) -> Vec<(&'d str, usize)> {
    let mut inside = Vec::new();
    for declaration in declared {
        let (kind, id) = declaration.kind_and_id();
        let person = drafts.person_declared(kind, id);
        for path in &declaration.paths {
            if path.starts_with("/changes/") || path.starts_with("/properties/") {
                inside.push((path.as_ref(), person));
            } else if let Some(text) = named(event, path).and_then(Option::take) {
                drafts.add(person, Kind::Fields, Cow::Borrowed(path), Value::Text(text));
            }
        }
    }
    inside
}

/// The member of the event that a pointer names, if a client may declare it.
fn named<'e, 'a>(event: &'e mut Event<'a>, pointer: &str) -> Option<&'e mut Option<Cow<'a, str>>> {
    match pointer {
        "/detail" => Some(&mut event.detail),
        "/reason" => Some(&mut event.reason),
        "/organization/name" => event.organization.as_mut().map(|scope| &mut scope.name),
        "/workspace/name" => event.workspace.as_mut().map(|scope| &mut scope.name),
        "/project/name" => event.project.as_mut().map(|scope| &mut scope.name),
        "/actor/name" => event.actor.as_mut().map(|actor| &mut actor.name),
        "/actor/on_behalf_of/name" => {
            event.actor.as_mut().and_then(|actor| actor.on_behalf_of.as_mut()).map(|principal| &mut principal.name)
        }
        "/resource/name" => event.resource.as_mut().map(|resource| &mut resource.name),
        _ => {
            let index = pointer.strip_prefix("/targets/")?.strip_suffix("/name")?;
            event.targets.get_mut(index.parse::<usize>().ok()?).map(|target| &mut target.name)
        }
    }
}

/// Replaces the organization's id by its pseudonym, if it is an address, which is returned. Call before the scope of persons is
/// known: it is the id that the line has.
pub(super) fn organization<'a>(event: &mut Event<'a>, keys: &dyn Keys) -> Option<Cow<'a, str>> {
    let organization = event.organization.as_mut().filter(|organization| is_address(&organization.id))?;
    let person = Person { scope: OF_ORGANIZATIONS, kind: ORGANIZATION, id: &organization.id };
    let pseudonym = keys.pseudonym(&person);
    Some(std::mem::replace(&mut organization.id, Cow::Owned(pseudonym)))
}

/// The type of whoever an organization's id is the address of.
const ORGANIZATION: &str = "organization";

/// Where organizations are persons: in none themselves, and no event names one without a byte.
const OF_ORGANIZATIONS: Scope<'static> = Scope::Organization("");

/// Replaces the ids of workspace and project that are addresses, and takes note of the organization's.
pub(super) fn scopes<'a: 'd, 'd>(event: &mut Event<'a>, organization: Option<Cow<'a, str>>, drafts: &mut Drafts<'d>) {
    if let (Some(address), Some(Named { id, .. })) = (organization, &event.organization) {
        let person = drafts.person_in(OF_ORGANIZATIONS, ORGANIZATION, id);
        drafts.add(person, Kind::Identity, Cow::Borrowed("/organization/id"), Value::Text(address));
    }
    for (kind, pointer, scope) in
        [("workspace", "/workspace/id", &mut event.workspace), ("project", "/project/id", &mut event.project)]
    {
        if let Some(Named { id, .. }) = scope.as_mut().filter(|scope| is_address(&scope.id)) {
            drafts.person_by(kind, id, Cow::Borrowed(pointer));
        }
    }
}

/// Replaces the ids of resource and targets that are addresses.
pub(super) fn addresses<'a: 'd, 'd>(event: &mut Event<'a>, drafts: &mut Drafts<'d>) {
    let mut replace = |resource: &mut Resource<'a>, pointer: &dyn Fn() -> Cow<'d, str>| {
        if is_address(&resource.id) {
            drafts.person_by(&resource.kind, &mut resource.id, pointer());
        }
    };
    if let Some(resource) = &mut event.resource {
        replace(resource, &|| Cow::Borrowed("/resource/id"));
    }
    for (index, target) in event.targets.iter_mut().enumerate() {
        replace(target, &|| Cow::Owned(format!("/targets/{index}/id")));
    }
}

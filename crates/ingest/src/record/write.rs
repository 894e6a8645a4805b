//! The event's JSON, members in the order of the entry's table.

use super::change::write_side;
use super::draft::{Change, Draft, Filled, Person, Thing};
use super::limits;
use super::marks::PersonNo;
use super::properties;
use crate::json::write_string;
use crate::mapping::Slot;
use crate::text::email;

/// `None` if the record names more people than an event can declare.
pub(super) fn event(draft: &mut Draft<'_, '_, '_>) -> Option<Vec<u8>> {
    draft.marks.seal();
    let mut object = Object::open(1024);
    let mut found = Vec::new();
    {
        let draft = &*draft;
        object.text("event_id", draft.get(Slot::EventId));
        object.text("time", draft.get(Slot::Time));
        object.group(
            "organization",
            &[("id", draft.get(Slot::OrganizationId)), ("name", draft.get(Slot::OrganizationName))],
        );
        object.group("workspace", &[("id", draft.get(Slot::WorkspaceId)), ("name", draft.get(Slot::WorkspaceName))]);
        object.group("project", &[("id", draft.get(Slot::ProjectId)), ("name", draft.get(Slot::ProjectName))]);
        actor(&mut object, draft);
        object.text("action", draft.get(Slot::Action));
        object.text("event", draft.get(Slot::Event));
        object.text("channel", draft.get(Slot::Channel));
        object.text("description", draft.get(Slot::Description));
        if let Some(resource) = &draft.resource {
            object.name("resource");
            thing(&mut object.out, resource, "/resource/name", &mut found, draft);
        }
        targets(&mut object, draft, &mut found);
        object.text("outcome", draft.get(Slot::Outcome));
        object.text("detail", draft.get(Slot::Detail));
        declare(draft.get(Slot::Detail), "/detail".to_owned(), &mut found, draft);
        object.text("severity", draft.get(Slot::Severity));
        http(&mut object, draft);
        client(&mut object, draft);
        object.text("request_id", draft.get(Slot::RequestId));
        object.text("trace_id", draft.get(Slot::TraceId));
        object.text("reason", draft.get(Slot::Reason));
        declare(draft.get(Slot::Reason), "/reason".to_owned(), &mut found, draft);
        object.text("session_id", draft.get(Slot::SessionId));
        sequence(&mut object, draft);
        changes(&mut object, &draft.changes, &mut found, draft);
        let mark = object.out.len();
        object.name("properties");
        let before = object.out.len();
        found.extend(
            properties::write(draft, &mut object.out).into_iter().map(|(person, path)| (Whose::Known(person), path)),
        );
        if object.out.len() == before {
            object.out.truncate(mark);
        }
    }
    for (whose, path) in found {
        let person = match whose {
            Whose::Known(person) => person,
            Whose::Address(address) => draft.person(&format!("user:{address}")),
        };
        draft.add_path(person, path);
    }
    let persons = std::mem::take(&mut draft.persons);
    personal(&mut object, &limits::declared(persons)?);
    Some(object.close())
}

/// Who a value belongs to.
enum Whose {
    Known(PersonNo),
    Address(String),
}

fn actor(object: &mut Object, draft: &Draft<'_, '_, '_>) {
    if draft.get(Slot::ActorType).is_none() {
        return;
    }
    let mut actor = Object::open(256);
    for (name, slot) in
        [("type", Slot::ActorType), ("id", Slot::ActorId), ("name", Slot::ActorName), ("email", Slot::ActorEmail)]
    {
        actor.text(name, draft.get(slot));
    }
    let behalf =
        [("type", Slot::BehalfType), ("id", Slot::BehalfId), ("name", Slot::BehalfName), ("email", Slot::BehalfEmail)];
    actor.group("on_behalf_of", &behalf.map(|(name, slot)| (name, draft.get(slot))));
    object.inner("actor", actor);
}

fn thing(
    out: &mut Vec<u8>,
    thing: &Thing<'_>,
    path: &str,
    found: &mut Vec<(Whose, String)>,
    draft: &Draft<'_, '_, '_>,
) {
    out.extend_from_slice(b"{\"type\":");
    write_string(&thing.kind, out);
    out.extend_from_slice(b",\"id\":");
    write_string(&thing.id, out);
    if let Some(name) = &thing.name {
        out.extend_from_slice(b",\"name\":");
        write_string(&name.text, out);
        declare(Some(name), path.to_owned(), found, draft);
    }
    out.push(b'}');
}

/// Notes a value outside `properties` that belongs to a person.
fn declare(value: Option<&Filled<'_>>, path: String, found: &mut Vec<(Whose, String)>, draft: &Draft<'_, '_, '_>) {
    let Some(value) = value else { return };
    if let Some(person) = draft.person_of(&value.from) {
        found.push((Whose::Known(person), path));
    } else if let Some(address) = email::of_person(&value.text) {
        found.push((Whose::Address(address.to_owned()), path));
    }
}

fn targets(object: &mut Object, draft: &Draft<'_, '_, '_>, found: &mut Vec<(Whose, String)>) {
    for (at, target) in draft.targets.iter().enumerate() {
        if at == 0 {
            object.name("targets");
            object.out.push(b'[');
        } else {
            object.out.push(b',');
        }
        thing(&mut object.out, target, &format!("/targets/{at}/name"), found, draft);
    }
    if !draft.targets.is_empty() {
        object.out.push(b']');
    }
}

fn http(object: &mut Object, draft: &Draft<'_, '_, '_>) {
    let status = draft.text(Slot::HttpStatus);
    let mut inner = Object::open(64);
    inner.text("method", draft.get(Slot::HttpMethod));
    inner.text("path", draft.get(Slot::HttpPath));
    if let Some(status) = status {
        inner.name("status");
        inner.out.extend_from_slice(status.as_bytes());
    }
    object.inner("http", inner);
}

fn sequence(object: &mut Object, draft: &Draft<'_, '_, '_>) {
    // both, or neither
    let Some(n) = draft.text(Slot::SequenceN) else { return };
    let mut inner = Object::open(64);
    inner.text("stream", draft.get(Slot::SequenceStream));
    inner.name("n");
    inner.out.extend_from_slice(n.as_bytes());
    object.inner("sequence", inner);
}

fn client(object: &mut Object, draft: &Draft<'_, '_, '_>) {
    let mut inner = Object::open(128);
    inner.text("ip", draft.get(Slot::Ip));
    inner.text("user_agent", draft.get(Slot::UserAgent));
    let place =
        [("city", draft.get(Slot::City)), ("region", draft.get(Slot::Region)), ("country", draft.get(Slot::Country))];
    inner.group("location", &place);
    inner.text("ci", draft.get(Slot::Ci));
    object.inner("client", inner);
}

fn changes(object: &mut Object, changes: &[Change<'_>], found: &mut Vec<(Whose, String)>, draft: &Draft<'_, '_, '_>) {
    if changes.is_empty() {
        return;
    }
    let mut inner = Object::open(256);
    for change in changes {
        inner.name(&change.field);
        inner.out.push(b'{');
        let step = change.field.replace('~', "~0").replace('/', "~1");
        for (name, side) in [("before", &change.before), ("after", &change.after)] {
            let Some(side) = side else { continue };
            if !inner.out.ends_with(b"{") {
                inner.out.push(b',');
            }
            write_string(name, &mut inner.out);
            inner.out.push(b':');
            write_side(side, &mut inner.out);
            declare(Some(side), format!("/changes/{step}/{name}"), found, draft);
        }
        inner.out.push(b'}');
    }
    object.inner("changes", inner);
}

fn personal(object: &mut Object, persons: &[Person]) {
    if persons.is_empty() {
        return;
    }
    object.name("personal");
    for (at, person) in persons.iter().enumerate() {
        object.out.push(if at == 0 { b'[' } else { b',' });
        object.out.extend_from_slice(b"{\"of\":");
        write_string(&person.of, &mut object.out);
        object.out.extend_from_slice(b",\"paths\":");
        for (at, path) in person.paths.iter().enumerate() {
            object.out.push(if at == 0 { b'[' } else { b',' });
            write_string(path, &mut object.out);
        }
        object.out.extend_from_slice(b"]}");
    }
    object.out.push(b']');
}

/// A JSON object being written.
struct Object {
    out: Vec<u8>,
    any: bool,
}

impl Object {
    fn open(capacity: usize) -> Self {
        let mut out = Vec::with_capacity(capacity);
        out.push(b'{');
        Self { out, any: false }
    }

    fn name(&mut self, name: &str) {
        if self.any {
            self.out.push(b',');
        }
        self.any = true;
        write_string(name, &mut self.out);
        self.out.push(b':');
    }

    fn text(&mut self, name: &str, value: Option<&Filled<'_>>) {
        if let Some(value) = value {
            self.name(name);
            write_string(&value.text, &mut self.out);
        }
    }

    /// A nested object of texts, left out if empty.
    fn group(&mut self, name: &str, members: &[(&str, Option<&Filled<'_>>)]) {
        let mut inner = Self::open(64);
        members.iter().for_each(|(name, value)| inner.text(name, *value));
        self.inner(name, inner);
    }

    fn inner(&mut self, name: &str, inner: Self) {
        if inner.any {
            self.name(name);
            let text = inner.close();
            self.out.extend_from_slice(&text);
        }
    }

    fn close(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}

//! The members of a line's objects, each written in the order of the specification.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::push_string;
use crate::model::{Actor, ActorKind, Client, Http, Location, Named, PersonalRef, Principal, Resource};

use super::push_time;

/// An object being written: puts the commas.
pub(super) struct Object<'o> {
    out: &'o mut Vec<u8>,
    first: bool,
}

impl<'o> Object<'o> {
    fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Goes on with an object that has a member already.
    pub(super) fn continued(out: &'o mut Vec<u8>) -> Self {
        Self { out, first: false }
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }

    /// Names are the specification's own: plain ASCII.
    #[inline]
    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    #[inline]
    pub(super) fn text(&mut self, name: &str, value: &str) {
        push_string(self.name(name), value);
    }

    #[inline]
    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn raw(&mut self, name: &str, json: Option<&str>) {
        if let Some(json) = json {
            self.name(name).extend_from_slice(json.as_bytes());
        }
    }

    pub(super) fn time(&mut self, name: &str, us: i64) {
        push_time(self.name(name), us);
    }

    fn object(&mut self, name: &str, members: impl FnOnce(&mut Object<'_>)) {
        let mut object = Object::begin(self.name(name));
        members(&mut object);
        object.end();
    }

    pub(super) fn named(&mut self, name: &str, scope: Option<&Named<'_>>) {
        let Some(scope) = scope else { return };
        self.object(name, |object| {
            object.text("id", &scope.id);
            object.optional("name", scope.name.as_deref());
        });
    }

    pub(super) fn actor(&mut self, name: &str, actor: Option<&Actor<'_>>) {
        self.object(name, |object| {
            let Some(actor) = actor else { return object.who(ActorKind::System, "system", None, None) };
            object.who(actor.kind, &actor.id, actor.name.as_deref(), actor.email.as_deref());
            if let Some(Principal { kind, id, name, email }) = &actor.on_behalf_of {
                object.object("on_behalf_of", |object| object.who(*kind, id, name.as_deref(), email.as_deref()));
            }
        });
    }

    fn who(&mut self, kind: ActorKind, id: &str, name: Option<&str>, email: Option<&str>) {
        self.text("type", kind.as_str());
        self.text("id", id);
        self.optional("name", name);
        self.optional("email", email);
    }

    pub(super) fn resource(&mut self, name: &str, resource: Option<&Resource<'_>>) {
        let Some(resource) = resource else { return };
        self.object(name, |object| object.what(resource));
    }

    pub(super) fn targets(&mut self, name: &str, targets: &[Resource<'_>]) {
        if targets.is_empty() {
            return;
        }
        self.list(name, targets, |object, target| object.what(target));
    }

    fn what(&mut self, resource: &Resource<'_>) {
        self.text("type", &resource.kind);
        self.text("id", &resource.id);
        self.optional("name", resource.name.as_deref());
    }

    fn list<T>(&mut self, name: &str, items: &[T], mut members: impl FnMut(&mut Object<'_>, &T)) {
        let out = self.name(name);
        let mut before = b'[';
        for item in items {
            out.push(before);
            before = b',';
            let mut object = Object::begin(out);
            members(&mut object, item);
            object.end();
        }
        out.push(b']');
    }

    pub(super) fn http(&mut self, name: &str, http: &Http<'_>) {
        if http.is_empty() {
            return;
        }
        self.object(name, |object| {
            object.optional("method", http.method.as_deref());
            object.optional("path", http.path.as_deref());
            if let Some(status) = http.status {
                object.name("status").extend_from_slice(status.to_string().as_bytes());
            }
        });
    }

    pub(super) fn client(&mut self, name: &str, client: &Client<'_>) {
        if client.is_empty() {
            return;
        }
        self.object(name, |object| {
            object.optional("ip", client.ip.as_deref());
            object.optional("user_agent", client.user_agent.as_deref());
            let Location { city, region, country } = &client.location;
            if !client.location.is_empty() {
                object.object("location", |object| {
                    object.optional("city", city.as_deref());
                    object.optional("region", region.as_deref());
                    object.optional("country", country.as_deref());
                });
            }
            object.optional("ci", client.ci.as_deref());
        });
    }

    pub(super) fn personal(&mut self, name: &str, personal: &[PersonalRef<'_>]) {
        if personal.is_empty() {
            return;
        }
        self.list(name, personal, |object, person| {
            object.text("of", &person.of);
            let mut digest = [0; 43];
            // 32 bytes are 43 characters without padding
            let _ = URL_SAFE_NO_PAD.encode_slice(person.digest, &mut digest);
            let out = object.name("digest");
            out.push(b'"');
            out.extend_from_slice(&digest);
            out.push(b'"');
        });
    }
}

//! The members of a line's objects, each written in the order of the specification.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::push_string;
use crate::member::Member;
use crate::model::{Actor, ActorKind, Client, Http, Location, Named, PersonalRef, Principal, Resource, Sequence};

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

    #[inline]
    fn name(&mut self, member: Member) -> &mut Vec<u8> {
        let label = member.label().as_bytes();
        let first = std::mem::take(&mut self.first);
        // the first member's has no comma
        self.out.extend_from_slice(label.get(usize::from(first)..).unwrap_or_default());
        self.out
    }

    #[inline]
    pub(super) fn text(&mut self, member: Member, value: &str) {
        push_string(self.name(member), value);
    }

    #[inline]
    pub(super) fn optional(&mut self, member: Member, value: Option<&str>) {
        if let Some(value) = value {
            self.text(member, value);
        }
    }

    fn number(&mut self, member: Member, number: u64) {
        self.name(member).extend_from_slice(number.to_string().as_bytes());
    }

    pub(super) fn raw(&mut self, member: Member, json: Option<&str>) {
        if let Some(json) = json {
            self.name(member).extend_from_slice(json.as_bytes());
        }
    }

    pub(super) fn time(&mut self, member: Member, us: i64) {
        push_time(self.name(member), us);
    }

    fn object(&mut self, member: Member, members: impl FnOnce(&mut Object<'_>)) {
        let mut object = Object::begin(self.name(member));
        members(&mut object);
        object.end();
    }

    pub(super) fn named(&mut self, member: Member, scope: Option<&Named<'_>>) {
        let Some(scope) = scope else { return };
        self.object(member, |object| {
            object.text(Member::Id, &scope.id);
            object.optional(Member::Name, scope.name.as_deref());
        });
    }

    pub(super) fn actor(&mut self, member: Member, actor: Option<&Actor<'_>>) {
        self.object(member, |object| {
            let Some(actor) = actor else { return object.who(ActorKind::System, "system", None, None) };
            object.who(actor.kind, &actor.id, actor.name.as_deref(), actor.email.as_deref());
            if let Some(Principal { kind, id, name, email }) = &actor.on_behalf_of {
                object.object(Member::OnBehalfOf, |object| object.who(*kind, id, name.as_deref(), email.as_deref()));
            }
        });
    }

    fn who(&mut self, kind: ActorKind, id: &str, name: Option<&str>, email: Option<&str>) {
        self.text(Member::Type, kind.as_str());
        self.text(Member::Id, id);
        self.optional(Member::Name, name);
        self.optional(Member::Email, email);
    }

    pub(super) fn resource(&mut self, member: Member, resource: Option<&Resource<'_>>) {
        let Some(resource) = resource else { return };
        self.object(member, |object| object.what(resource));
    }

    pub(super) fn targets(&mut self, member: Member, targets: &[Resource<'_>]) {
        if targets.is_empty() {
            return;
        }
        self.list(member, targets, |object, target| object.what(target));
    }

    fn what(&mut self, resource: &Resource<'_>) {
        self.text(Member::Type, &resource.kind);
        self.text(Member::Id, &resource.id);
        self.optional(Member::Name, resource.name.as_deref());
    }

    fn list<T>(&mut self, member: Member, items: &[T], mut members: impl FnMut(&mut Object<'_>, &T)) {
        let out = self.name(member);
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

    pub(super) fn http(&mut self, member: Member, http: &Http<'_>) {
        if http.is_empty() {
            return;
        }
        self.object(member, |object| {
            object.optional(Member::Method, http.method.as_deref());
            object.optional(Member::Path, http.path.as_deref());
            if let Some(status) = http.status {
                object.number(Member::Status, u64::from(status));
            }
        });
    }

    pub(super) fn sequence(&mut self, member: Member, sequence: Option<&Sequence<'_>>) {
        let Some(Sequence { stream, n }) = sequence else { return };
        self.object(member, |object| {
            object.text(Member::Stream, stream);
            object.number(Member::N, *n);
        });
    }

    pub(super) fn client(&mut self, member: Member, client: &Client<'_>) {
        if client.is_empty() {
            return;
        }
        self.object(member, |object| {
            object.optional(Member::Ip, client.ip.as_deref());
            object.optional(Member::UserAgent, client.user_agent.as_deref());
            let Location { city, region, country } = &client.location;
            if !client.location.is_empty() {
                object.object(Member::Location, |object| {
                    object.optional(Member::City, city.as_deref());
                    object.optional(Member::Region, region.as_deref());
                    object.optional(Member::Country, country.as_deref());
                });
            }
            object.optional(Member::Ci, client.ci.as_deref());
        });
    }

    pub(super) fn personal(&mut self, member: Member, personal: &[PersonalRef<'_>]) {
        if personal.is_empty() {
            return;
        }
        self.list(member, personal, |object, person| {
            object.text(Member::Of, &person.of);
            let mut digest = [0; 43];
            // 32 bytes are 43 characters without padding
            let _ = URL_SAFE_NO_PAD.encode_slice(person.digest, &mut digest);
            let out = object.name(Member::Digest);
            out.push(b'"');
            out.extend_from_slice(&digest);
            out.push(b'"');
        });
    }
}

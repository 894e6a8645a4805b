//! Reading of the objects inside a line.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::Token;
use crate::limits::SEQUENCE_N_MAX;
use crate::member::Member;
use crate::model::{Actor, ActorKind, Client, Http, Location, Named, PersonalRef, Principal, Resource, Sequence};

use super::LineError;
use super::reader::{Read, Reader, Slot, may, must};

const NAMED: &[Slot] = &[must(Member::Id), may(Member::Name)];
const RESOURCE: &[Slot] = &[must(Member::Type), must(Member::Id), may(Member::Name)];
const PRINCIPAL: &[Slot] = &[must(Member::Type), must(Member::Id), may(Member::Name), may(Member::Email)];
const ACTOR: &[Slot] =
    &[must(Member::Type), must(Member::Id), may(Member::Name), may(Member::Email), may(Member::OnBehalfOf)];
const HTTP: &[Slot] = &[may(Member::Method), may(Member::Path), may(Member::Status)];
const CLIENT: &[Slot] = &[may(Member::Ip), may(Member::UserAgent), may(Member::Location), may(Member::Ci)];
const LOCATION: &[Slot] = &[may(Member::City), may(Member::Region), may(Member::Country)];
const SEQUENCE: &[Slot] = &[must(Member::Stream), must(Member::N)];
const PERSON: &[Slot] = &[must(Member::Of), must(Member::Digest)];

impl<'a> Reader<'a> {
    pub(super) fn named(&mut self, token: &Token<'a>, pointer: &'static str) -> Read<Named<'a>> {
        let mut named = Named { id: Cow::Borrowed(""), name: None };
        self.object(token, pointer, NAMED, |reader, member, token| {
            let text = reader.text(token, pointer)?;
            match member {
                Member::Id => named.id = text,
                _ => named.name = Some(text),
            }
            Ok(())
        })?;
        Ok(named)
    }

    pub(super) fn resource(&mut self, token: &Token<'a>, pointer: &'static str) -> Read<Resource<'a>> {
        let mut resource = Resource { kind: Cow::Borrowed(""), id: Cow::Borrowed(""), name: None };
        self.object(token, pointer, RESOURCE, |reader, member, token| {
            let text = reader.text(token, pointer)?;
            match member {
                Member::Type => resource.kind = text,
                Member::Id => resource.id = text,
                _ => resource.name = Some(text),
            }
            Ok(())
        })?;
        Ok(resource)
    }

    pub(super) fn actor(&mut self, token: &Token<'a>) -> Read<Actor<'a>> {
        let mut actor = Actor::system();
        self.object(token, "/actor", ACTOR, |reader, member, token| {
            match member {
                Member::Type => actor.kind = reader.word(token, "/actor/type", ActorKind::from_word)?,
                Member::Id => actor.id = reader.text(token, "/actor/id")?,
                Member::Name => actor.name = Some(reader.text(token, "/actor/name")?),
                Member::Email => actor.email = Some(reader.text(token, "/actor/email")?),
                _ => actor.on_behalf_of = Some(reader.principal(token)?),
            }
            Ok(())
        })?;
        Ok(actor)
    }

    fn principal(&mut self, token: &Token<'a>) -> Read<Principal<'a>> {
        const POINTER: &str = "/actor/on_behalf_of";
        let mut principal = Principal { kind: ActorKind::System, id: Cow::Borrowed(""), name: None, email: None };
        self.object(token, POINTER, PRINCIPAL, |reader, member, token| {
            match member {
                Member::Type => principal.kind = reader.word(token, POINTER, ActorKind::from_word)?,
                Member::Id => principal.id = reader.text(token, POINTER)?,
                Member::Name => principal.name = Some(reader.text(token, POINTER)?),
                _ => principal.email = Some(reader.text(token, POINTER)?),
            }
            Ok(())
        })?;
        Ok(principal)
    }

    pub(super) fn http(&mut self, token: &Token<'a>) -> Read<Http<'a>> {
        let mut http = Http::default();
        self.object(token, "/http", HTTP, |reader, member, token| {
            match member {
                Member::Method => http.method = Some(reader.text(token, "/http/method")?),
                Member::Path => http.path = Some(reader.text(token, "/http/path")?),
                _ => http.status = Some(reader.status(token)?),
            }
            Ok(())
        })?;
        Ok(http)
    }

    fn status(&mut self, token: &Token<'a>) -> Read<u16> {
        match token {
            Token::Number(text) => text.parse().map_err(|_| LineError::Value { name: "/http/status" }),
            _ => Err(LineError::Value { name: "/http/status" }),
        }
    }

    pub(super) fn client(&mut self, token: &Token<'a>) -> Read<Client<'a>> {
        let mut client = Client::default();
        self.object(token, "/client", CLIENT, |reader, member, token| {
            match member {
                Member::Ip => client.ip = Some(reader.text(token, "/client/ip")?),
                Member::UserAgent => client.user_agent = Some(reader.text(token, "/client/user_agent")?),
                Member::Location => client.location = reader.location(token)?,
                _ => client.ci = Some(reader.text(token, "/client/ci")?),
            }
            Ok(())
        })?;
        Ok(client)
    }

    fn location(&mut self, token: &Token<'a>) -> Read<Location<'a>> {
        let mut location = Location::default();
        self.object(token, "/client/location", LOCATION, |reader, member, token| {
            let text = Some(reader.text(token, "/client/location")?);
            match member {
                Member::City => location.city = text,
                Member::Region => location.region = text,
                _ => location.country = text,
            }
            Ok(())
        })?;
        Ok(location)
    }

    pub(super) fn sequence(&mut self, token: &Token<'a>) -> Read<Sequence<'a>> {
        let mut sequence = Sequence { stream: Cow::Borrowed(""), n: 0 };
        self.object(token, "/sequence", SEQUENCE, |reader, member, token| {
            match member {
                Member::Stream => sequence.stream = reader.text(token, "/sequence/stream")?,
                _ => sequence.n = number(token)?,
            }
            Ok(())
        })?;
        Ok(sequence)
    }

    pub(super) fn person(&mut self, token: &Token<'a>) -> Read<PersonalRef<'a>> {
        let mut person = PersonalRef { of: Cow::Borrowed(""), digest: [0; 32] };
        self.object(token, "/personal", PERSON, |reader, member, token| {
            let text = reader.text(token, "/personal")?;
            if member == Member::Of {
                person.of = text;
            } else if URL_SAFE_NO_PAD.decode_slice(text.as_bytes(), &mut person.digest) != Ok(32) {
                return Err(LineError::Value { name: "/personal" });
            }
            Ok(())
        })?;
        Ok(person)
    }
}

fn number(token: &Token<'_>) -> Read<u64> {
    const WRONG: LineError = LineError::Value { name: "/sequence/n" };
    let Token::Number(text) = token else { return Err(WRONG) };
    text.parse().ok().filter(|n| *n <= SEQUENCE_N_MAX).ok_or(WRONG)
}

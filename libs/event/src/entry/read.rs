//! Reading a line: the strict counterpart of [`crate::line::write`].

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::{Syntax, Token, Tokens};
use crate::limits::DEPTH_MAX;
use crate::member::Member;
use crate::model::{
    Actor, ActorKind, Client, Http, Location, Named, Outcome, PersonalRef, Principal, Resource, Severity,
};
use crate::{id, time};

use super::{Entry, LineError};

type Read<T> = Result<T, LineError>;

/// A place for a member in an object of a line.
struct Slot {
    member: Member,
    /// Whether it may be left out.
    optional: bool,
}

const fn must(member: Member) -> Slot {
    Slot { member, optional: false }
}

const fn may(member: Member) -> Slot {
    Slot { member, optional: true }
}

/// The members of a line, in their order.
const LINE: &[Slot] = &[
    must(Member::V),
    must(Member::Id),
    may(Member::EventId),
    must(Member::Time),
    must(Member::Received),
    may(Member::Organization),
    may(Member::Workspace),
    may(Member::Project),
    must(Member::Actor),
    must(Member::Action),
    must(Member::Event),
    must(Member::Channel),
    must(Member::Description),
    may(Member::Resource),
    may(Member::Targets),
    may(Member::Outcome),
    may(Member::Detail),
    must(Member::Severity),
    may(Member::Http),
    may(Member::Client),
    may(Member::RequestId),
    may(Member::TraceId),
    may(Member::Changes),
    may(Member::Properties),
    must(Member::Source),
    may(Member::Personal),
];
const NAMED: &[Slot] = &[must(Member::Id), may(Member::Name)];
const RESOURCE: &[Slot] = &[must(Member::Type), must(Member::Id), may(Member::Name)];
const PRINCIPAL: &[Slot] = &[must(Member::Type), must(Member::Id), may(Member::Name), may(Member::Email)];
const ACTOR: &[Slot] =
    &[must(Member::Type), must(Member::Id), may(Member::Name), may(Member::Email), may(Member::OnBehalfOf)];
const HTTP: &[Slot] = &[may(Member::Method), may(Member::Path), may(Member::Status)];
const CLIENT: &[Slot] = &[may(Member::Ip), may(Member::UserAgent), may(Member::Location), may(Member::Ci)];
const LOCATION: &[Slot] = &[may(Member::City), may(Member::Region), may(Member::Country)];
const PERSON: &[Slot] = &[must(Member::Of), must(Member::Digest)];

pub(super) fn entry(line: &[u8]) -> Read<Entry<'_>> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    if !text.starts_with(r#"{"v":1,"#) {
        return Err(LineError::Version);
    }
    // the line itself is one level, and `{"$personal":n}` in the place of a string one more
    let mut reader = Reader { tokens: Tokens::new(text, 2 + DEPTH_MAX as u32) };
    let mut entry = blank();
    let first = reader.next()?;
    reader.object(&first, "", LINE, |reader, member, token| {
        match member {
            Member::V => {}
            Member::Id => entry.id = reader.id(token)?,
            Member::EventId => entry.event_id = Some(reader.text(token, "/event_id")?),
            Member::Time => entry.time_us = reader.time(token, "/time")?,
            Member::Received => entry.received_us = reader.time(token, "/received")?,
            Member::Organization => entry.organization = Some(reader.named(token, "/organization")?),
            Member::Workspace => entry.workspace = Some(reader.named(token, "/workspace")?),
            Member::Project => entry.project = Some(reader.named(token, "/project")?),
            Member::Actor => entry.actor = reader.actor(token)?,
            Member::Action => entry.action = reader.text(token, "/action")?,
            Member::Event => entry.event = reader.text(token, "/event")?,
            Member::Channel => entry.channel = reader.text(token, "/channel")?,
            Member::Description => entry.description = reader.text(token, "/description")?,
            Member::Resource => entry.resource = Some(reader.resource(token, "/resource")?),
            Member::Targets => {
                reader.list(token, "/targets", |reader, token| {
                    entry.targets.push(reader.resource(token, "/targets")?);
                    Ok(())
                })?;
            }
            Member::Outcome => entry.outcome = Some(reader.word(token, "/outcome", Outcome::from_word)?),
            Member::Detail => entry.detail = Some(reader.text(token, "/detail")?),
            Member::Severity => entry.severity = reader.word(token, "/severity", Severity::from_word)?,
            Member::Http => entry.http = reader.http(token)?,
            Member::Client => entry.client = reader.client(token)?,
            Member::RequestId => entry.request_id = Some(reader.text(token, "/request_id")?),
            Member::TraceId => entry.trace_id = Some(reader.text(token, "/trace_id")?),
            Member::Changes => entry.changes = Some(reader.raw(token, "/changes")?),
            Member::Properties => entry.properties = Some(reader.raw(token, "/properties")?),
            Member::Source => entry.source = reader.text(token, "/source")?,
            _ => {
                reader.list(token, "/personal", |reader, token| {
                    entry.personal.push(reader.person(token)?);
                    Ok(())
                })?;
            }
        }
        Ok(())
    })?;
    reader.tokens.next()?;
    Ok(entry)
}

/// An entry with nothing optional in it.
fn blank<'a>() -> Entry<'a> {
    Entry {
        id: "",
        event_id: None,
        time_us: 0,
        received_us: 0,
        organization: None,
        workspace: None,
        project: None,
        actor: Actor::system(),
        action: Cow::Borrowed(""),
        event: Cow::Borrowed(""),
        channel: Cow::Borrowed(""),
        description: Cow::Borrowed(""),
        resource: None,
        targets: Vec::new(),
        outcome: None,
        detail: None,
        severity: Severity::Info,
        http: Http::default(),
        client: Client::default(),
        request_id: None,
        trace_id: None,
        changes: None,
        properties: None,
        source: Cow::Borrowed(""),
        personal: Vec::new(),
    }
}

impl From<Box<Syntax>> for LineError {
    fn from(syntax: Box<Syntax>) -> Self {
        Self::Syntax { at: syntax.at, what: syntax.what }
    }
}

struct Reader<'a> {
    tokens: Tokens<'a>,
}

impl<'a> Reader<'a> {
    #[inline]
    fn next(&mut self) -> Read<Token<'a>> {
        Ok(self.tokens.next()?.unwrap_or(Token::Null))
    }

    /// An object with these members, in this order.
    #[inline]
    fn object(
        &mut self,
        token: &Token<'a>,
        pointer: &'static str,
        slots: &'static [Slot],
        mut take: impl FnMut(&mut Self, Member, &Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if *token != Token::ObjectStart {
            return Err(LineError::Value { name: pointer });
        }
        let mut rest = slots.iter();
        while let Some(key) = self.tokens.next_key()? {
            let member = loop {
                match rest.next() {
                    Some(slot) if slot.member.name() == key.raw() => break slot.member,
                    Some(Slot { optional: true, .. }) => {}
                    Some(slot) if rest.clone().any(|slot| slot.member.name() == key.raw()) => {
                        return Err(LineError::Missing { of: pointer, name: slot.member.name() });
                    }
                    _ => return Err(LineError::Member { name: crate::json::shown(&key.decode()) }),
                }
            };
            let token = self.next()?;
            take(self, member, &token)?;
        }
        match rest.find(|slot| !slot.optional) {
            None => Ok(()),
            Some(slot) => Err(LineError::Missing { of: pointer, name: slot.member.name() }),
        }
    }

    fn list(
        &mut self,
        token: &Token<'a>,
        pointer: &'static str,
        mut take: impl FnMut(&mut Self, &Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if *token != Token::ArrayStart {
            return Err(LineError::Value { name: pointer });
        }
        loop {
            match self.next()? {
                Token::ArrayEnd => return Ok(()),
                token => take(self, &token)?,
            }
        }
    }

    #[inline]
    fn text(&mut self, token: &Token<'a>, name: &'static str) -> Read<Cow<'a, str>> {
        let Token::String(text) = token else { return Err(LineError::Value { name }) };
        // the usual case first: built in place, not moved
        if let Some(plain) = text.plain() {
            return Ok(Cow::Borrowed(plain));
        }
        Ok(text.decode())
    }

    fn word<T>(&mut self, token: &Token<'a>, name: &'static str, read: fn(&str) -> Option<T>) -> Read<T> {
        match token {
            Token::String(text) => read(text.raw()).ok_or(LineError::Value { name }),
            _ => Err(LineError::Value { name }),
        }
    }

    fn id(&mut self, token: &Token<'a>) -> Read<&'a str> {
        match token {
            Token::String(text) if id::is_id(text.raw()) => Ok(text.raw()),
            _ => Err(LineError::Value { name: "/id" }),
        }
    }

    /// Exactly the form that lines have.
    fn time(&mut self, token: &Token<'a>, name: &'static str) -> Read<i64> {
        match token {
            Token::String(text) if text.raw().len() == time::WRITTEN_BYTES && text.raw().ends_with('Z') => {
                time::parse(text.raw()).map_err(|_| LineError::Value { name })
            }
            _ => Err(LineError::Value { name }),
        }
    }

    fn raw(&mut self, token: &Token<'a>, name: &'static str) -> Read<&'a str> {
        if *token != Token::ObjectStart {
            return Err(LineError::Value { name });
        }
        let start = self.tokens.token_start();
        self.tokens.skip(*token)?;
        Ok(self.tokens.slice(start, self.tokens.at()))
    }

    fn named(&mut self, token: &Token<'a>, pointer: &'static str) -> Read<Named<'a>> {
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

    fn resource(&mut self, token: &Token<'a>, pointer: &'static str) -> Read<Resource<'a>> {
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

    fn actor(&mut self, token: &Token<'a>) -> Read<Actor<'a>> {
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

    fn http(&mut self, token: &Token<'a>) -> Read<Http<'a>> {
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

    fn client(&mut self, token: &Token<'a>) -> Read<Client<'a>> {
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

    fn person(&mut self, token: &Token<'a>) -> Read<PersonalRef<'a>> {
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

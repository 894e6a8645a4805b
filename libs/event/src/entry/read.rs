//! Reading a line: the strict counterpart of [`crate::line::write`].

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::{Syntax, Token, Tokens};
use crate::limits::DEPTH_MAX;
use crate::model::{
    Actor, ActorKind, Client, Http, Location, Named, Outcome, PersonalRef, Principal, Resource, Severity,
};
use crate::{id, time};

use super::{Entry, LineError};

type Read<T> = Result<T, LineError>;

/// A member of an object in a line.
struct Member {
    name: &'static str,
    /// Whether it may be left out.
    optional: bool,
}

const fn must(name: &'static str) -> Member {
    Member { name, optional: false }
}

const fn may(name: &'static str) -> Member {
    Member { name, optional: true }
}

/// The members of a line, in their order.
const LINE: &[Member] = &[
    must("v"),
    must("id"),
    may("event_id"),
    must("time"),
    must("received"),
    may("organization"),
    may("workspace"),
    may("project"),
    must("actor"),
    must("action"),
    must("event"),
    must("channel"),
    must("description"),
    may("resource"),
    may("targets"),
    may("outcome"),
    may("detail"),
    must("severity"),
    may("http"),
    may("client"),
    may("request_id"),
    may("trace_id"),
    may("changes"),
    may("properties"),
    must("source"),
    may("personal"),
];
const NAMED: &[Member] = &[must("id"), may("name")];
const RESOURCE: &[Member] = &[must("type"), must("id"), may("name")];
const PRINCIPAL: &[Member] = &[must("type"), must("id"), may("name"), may("email")];
const ACTOR: &[Member] = &[must("type"), must("id"), may("name"), may("email"), may("on_behalf_of")];
const HTTP: &[Member] = &[may("method"), may("path"), may("status")];
const CLIENT: &[Member] = &[may("ip"), may("user_agent"), may("location"), may("ci")];
const LOCATION: &[Member] = &[may("city"), may("region"), may("country")];
const PERSON: &[Member] = &[must("of"), must("digest")];

pub(super) fn entry(line: &[u8]) -> Read<Entry<'_>> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    if !text.starts_with(r#"{"v":1,"#) {
        return Err(LineError::Version);
    }
    // the line itself is one level, and `{"$personal":n}` in the place of a string one more
    let mut reader = Reader { tokens: Tokens::new(text, 2 + DEPTH_MAX as u32) };
    let mut entry = blank();
    let first = reader.next()?;
    reader.object(first, "", LINE, |reader, name, token| {
        match name {
            "v" => {}
            "id" => entry.id = reader.id(token)?,
            "event_id" => entry.event_id = Some(reader.text(token, "/event_id")?),
            "time" => entry.time_us = reader.time(token, "/time")?,
            "received" => entry.received_us = reader.time(token, "/received")?,
            "organization" => entry.organization = Some(reader.named(token, "/organization")?),
            "workspace" => entry.workspace = Some(reader.named(token, "/workspace")?),
            "project" => entry.project = Some(reader.named(token, "/project")?),
            "actor" => entry.actor = reader.actor(token)?,
            "action" => entry.action = reader.text(token, "/action")?,
            "event" => entry.event = reader.text(token, "/event")?,
            "channel" => entry.channel = reader.text(token, "/channel")?,
            "description" => entry.description = reader.text(token, "/description")?,
            "resource" => entry.resource = Some(reader.resource(token, "/resource")?),
            "targets" => {
                reader.list(token, "/targets", |reader, token| {
                    entry.targets.push(reader.resource(token, "/targets")?);
                    Ok(())
                })?;
            }
            "outcome" => entry.outcome = Some(reader.word(token, "/outcome", Outcome::from_word)?),
            "detail" => entry.detail = Some(reader.text(token, "/detail")?),
            "severity" => entry.severity = reader.word(token, "/severity", Severity::from_word)?,
            "http" => entry.http = reader.http(token)?,
            "client" => entry.client = reader.client(token)?,
            "request_id" => entry.request_id = Some(reader.text(token, "/request_id")?),
            "trace_id" => entry.trace_id = Some(reader.text(token, "/trace_id")?),
            "changes" => entry.changes = Some(reader.raw(token, "/changes")?),
            "properties" => entry.properties = Some(reader.raw(token, "/properties")?),
            "source" => entry.source = reader.text(token, "/source")?,
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
        token: Token<'a>,
        pointer: &'static str,
        members: &'static [Member],
        mut take: impl FnMut(&mut Self, &'static str, Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if token != Token::ObjectStart {
            return Err(LineError::Value { name: pointer });
        }
        let mut rest = members.iter();
        while let Some(key) = self.tokens.next_key()? {
            let name = loop {
                match rest.next() {
                    Some(member) if member.name == key.raw() => break member.name,
                    Some(Member { optional: true, .. }) => {}
                    Some(member) if rest.clone().any(|member| member.name == key.raw()) => {
                        return Err(LineError::Missing { of: pointer, name: member.name });
                    }
                    _ => return Err(LineError::Member { name: crate::json::shown(&key.decode()) }),
                }
            };
            let token = self.next()?;
            take(self, name, token)?;
        }
        match rest.find(|member| !member.optional) {
            None => Ok(()),
            Some(member) => Err(LineError::Missing { of: pointer, name: member.name }),
        }
    }

    fn list(
        &mut self,
        token: Token<'a>,
        pointer: &'static str,
        mut take: impl FnMut(&mut Self, Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if token != Token::ArrayStart {
            return Err(LineError::Value { name: pointer });
        }
        loop {
            match self.next()? {
                Token::ArrayEnd => return Ok(()),
                token => take(self, token)?,
            }
        }
    }

    #[inline]
    fn text(&mut self, token: Token<'a>, name: &'static str) -> Read<Cow<'a, str>> {
        match token {
            Token::String(text) => Ok(text.decode()),
            _ => Err(LineError::Value { name }),
        }
    }

    fn word<T>(&mut self, token: Token<'a>, name: &'static str, read: fn(&str) -> Option<T>) -> Read<T> {
        match token {
            Token::String(text) => read(text.raw()).ok_or(LineError::Value { name }),
            _ => Err(LineError::Value { name }),
        }
    }

    fn id(&mut self, token: Token<'a>) -> Read<&'a str> {
        match token {
            Token::String(text) if id::is_id(text.raw()) => Ok(text.raw()),
            _ => Err(LineError::Value { name: "/id" }),
        }
    }

    /// Exactly the form that lines have.
    fn time(&mut self, token: Token<'a>, name: &'static str) -> Read<i64> {
        match token {
            Token::String(text) if text.raw().len() == time::WRITTEN_BYTES && text.raw().ends_with('Z') => {
                time::parse(text.raw()).map_err(|_| LineError::Value { name })
            }
            _ => Err(LineError::Value { name }),
        }
    }

    fn raw(&mut self, token: Token<'a>, name: &'static str) -> Read<&'a str> {
        if token != Token::ObjectStart {
            return Err(LineError::Value { name });
        }
        let start = self.tokens.token_start();
        self.tokens.skip(token)?;
        Ok(self.tokens.slice(start, self.tokens.at()))
    }

    fn named(&mut self, token: Token<'a>, pointer: &'static str) -> Read<Named<'a>> {
        let mut named = Named { id: Cow::Borrowed(""), name: None };
        self.object(token, pointer, NAMED, |reader, member, token| {
            let text = reader.text(token, pointer)?;
            match member {
                "id" => named.id = text,
                _ => named.name = Some(text),
            }
            Ok(())
        })?;
        Ok(named)
    }

    fn resource(&mut self, token: Token<'a>, pointer: &'static str) -> Read<Resource<'a>> {
        let mut resource = Resource { kind: Cow::Borrowed(""), id: Cow::Borrowed(""), name: None };
        self.object(token, pointer, RESOURCE, |reader, member, token| {
            let text = reader.text(token, pointer)?;
            match member {
                "type" => resource.kind = text,
                "id" => resource.id = text,
                _ => resource.name = Some(text),
            }
            Ok(())
        })?;
        Ok(resource)
    }

    fn actor(&mut self, token: Token<'a>) -> Read<Actor<'a>> {
        let mut actor = Actor::system();
        self.object(token, "/actor", ACTOR, |reader, member, token| {
            match member {
                "type" => actor.kind = reader.word(token, "/actor/type", ActorKind::from_word)?,
                "id" => actor.id = reader.text(token, "/actor/id")?,
                "name" => actor.name = Some(reader.text(token, "/actor/name")?),
                "email" => actor.email = Some(reader.text(token, "/actor/email")?),
                _ => actor.on_behalf_of = Some(reader.principal(token)?),
            }
            Ok(())
        })?;
        Ok(actor)
    }

    fn principal(&mut self, token: Token<'a>) -> Read<Principal<'a>> {
        const POINTER: &str = "/actor/on_behalf_of";
        let mut principal = Principal { kind: ActorKind::System, id: Cow::Borrowed(""), name: None, email: None };
        self.object(token, POINTER, PRINCIPAL, |reader, member, token| {
            match member {
                "type" => principal.kind = reader.word(token, POINTER, ActorKind::from_word)?,
                "id" => principal.id = reader.text(token, POINTER)?,
                "name" => principal.name = Some(reader.text(token, POINTER)?),
                _ => principal.email = Some(reader.text(token, POINTER)?),
            }
            Ok(())
        })?;
        Ok(principal)
    }

    fn http(&mut self, token: Token<'a>) -> Read<Http<'a>> {
        let mut http = Http::default();
        self.object(token, "/http", HTTP, |reader, member, token| {
            match member {
                "method" => http.method = Some(reader.text(token, "/http/method")?),
                "path" => http.path = Some(reader.text(token, "/http/path")?),
                _ => http.status = Some(reader.status(token)?),
            }
            Ok(())
        })?;
        Ok(http)
    }

    fn status(&mut self, token: Token<'a>) -> Read<u16> {
        match token {
            Token::Number(text) => text.parse().map_err(|_| LineError::Value { name: "/http/status" }),
            _ => Err(LineError::Value { name: "/http/status" }),
        }
    }

    fn client(&mut self, token: Token<'a>) -> Read<Client<'a>> {
        let mut client = Client::default();
        self.object(token, "/client", CLIENT, |reader, member, token| {
            match member {
                "ip" => client.ip = Some(reader.text(token, "/client/ip")?),
                "user_agent" => client.user_agent = Some(reader.text(token, "/client/user_agent")?),
                "location" => client.location = reader.location(token)?,
                _ => client.ci = Some(reader.text(token, "/client/ci")?),
            }
            Ok(())
        })?;
        Ok(client)
    }

    fn location(&mut self, token: Token<'a>) -> Read<Location<'a>> {
        let mut location = Location::default();
        self.object(token, "/client/location", LOCATION, |reader, member, token| {
            let text = Some(reader.text(token, "/client/location")?);
            match member {
                "city" => location.city = text,
                "region" => location.region = text,
                _ => location.country = text,
            }
            Ok(())
        })?;
        Ok(location)
    }

    fn person(&mut self, token: Token<'a>) -> Read<PersonalRef<'a>> {
        let mut person = PersonalRef { of: Cow::Borrowed(""), digest: [0; 32] };
        self.object(token, "/personal", PERSON, |reader, member, token| {
            let text = reader.text(token, "/personal")?;
            if member == "of" {
                person.of = text;
            } else if URL_SAFE_NO_PAD.decode_slice(text.as_bytes(), &mut person.digest) != Ok(32) {
                return Err(LineError::Value { name: "/personal" });
            }
            Ok(())
        })?;
        Ok(person)
    }
}

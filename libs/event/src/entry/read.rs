//! Reading a line: the strict counterpart of [`crate::line::write`].

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::{Token, Tokens};
use crate::limits::DEPTH_MAX;
use crate::model::{
    Actor, ActorKind, Client, Http, Location, Named, Outcome, PersonalRef, Principal, Resource, Severity,
};
use crate::{id, time};

use super::{Entry, LineError};

type Read<T> = Result<T, LineError>;

/// The members of a line, in their order.
const MEMBERS: &[&str] = &[
    "v",
    "id",
    "event_id",
    "time",
    "received",
    "organization",
    "workspace",
    "project",
    "actor",
    "action",
    "event",
    "channel",
    "description",
    "resource",
    "targets",
    "outcome",
    "detail",
    "severity",
    "http",
    "client",
    "request_id",
    "trace_id",
    "changes",
    "properties",
    "source",
    "personal",
];

pub(super) fn entry(line: &[u8]) -> Read<Entry<'_>> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
    if !text.starts_with(r#"{"v":1,"#) {
        return Err(LineError::Version);
    }
    // the line itself is one level, and `{"$personal":n}` in the place of a string one more
    let mut reader = Reader { tokens: Tokens::new(text, 2 + DEPTH_MAX as u32) };
    let mut has = Mandatory::default();
    let mut entry = blank();
    let first = reader.next()?;
    reader.object(first, "line", MEMBERS, |reader, name, token| {
        match name {
            "v" => {}
            "id" => has.id = Some(reader.id(token)?),
            "event_id" => entry.event_id = Some(reader.text(token, "/event_id")?),
            "time" => has.time_us = Some(reader.time(token, "/time")?),
            "received" => has.received_us = Some(reader.time(token, "/received")?),
            "organization" => entry.organization = Some(reader.named(token, "/organization")?),
            "workspace" => entry.workspace = Some(reader.named(token, "/workspace")?),
            "project" => entry.project = Some(reader.named(token, "/project")?),
            "actor" => has.actor = Some(reader.actor(token)?),
            "action" => has.action = Some(reader.text(token, "/action")?),
            "event" => has.event = Some(reader.text(token, "/event")?),
            "channel" => has.channel = Some(reader.text(token, "/channel")?),
            "description" => has.description = Some(reader.text(token, "/description")?),
            "resource" => entry.resource = Some(reader.resource(token, "/resource")?),
            "targets" => {
                reader.list(token, "/targets", |reader, token| {
                    entry.targets.push(reader.resource(token, "/targets")?);
                    Ok(())
                })?;
            }
            "outcome" => entry.outcome = Some(reader.word(token, "/outcome", Outcome::from_word)?),
            "detail" => entry.detail = Some(reader.text(token, "/detail")?),
            "severity" => has.severity = Some(reader.word(token, "/severity", Severity::from_word)?),
            "http" => entry.http = reader.http(token)?,
            "client" => entry.client = reader.client(token)?,
            "request_id" => entry.request_id = Some(reader.text(token, "/request_id")?),
            "trace_id" => entry.trace_id = Some(reader.text(token, "/trace_id")?),
            "changes" => entry.changes = Some(reader.raw(token, "/changes")?),
            "properties" => entry.properties = Some(reader.raw(token, "/properties")?),
            "source" => has.source = Some(reader.text(token, "/source")?),
            _ => {
                reader.list(token, "/personal", |reader, token| {
                    entry.personal.push(reader.person(token)?);
                    Ok(())
                })?;
            }
        }
        Ok(())
    })?;
    match reader.tokens.next() {
        Ok(_) => has.complete(entry),
        Err(syntax) => Err(LineError::Syntax { at: syntax.at, what: syntax.what }),
    }
}

/// The members that every line has.
#[derive(Default)]
struct Mandatory<'a> {
    id: Option<&'a str>,
    time_us: Option<i64>,
    received_us: Option<i64>,
    actor: Option<Actor<'a>>,
    action: Option<Cow<'a, str>>,
    event: Option<Cow<'a, str>>,
    channel: Option<Cow<'a, str>>,
    description: Option<Cow<'a, str>>,
    severity: Option<Severity>,
    source: Option<Cow<'a, str>>,
}

impl<'a> Mandatory<'a> {
    #[inline]
    fn complete(self, optional: Entry<'a>) -> Read<Entry<'a>> {
        Ok(Entry {
            id: some(self.id, "/id")?,
            time_us: some(self.time_us, "/time")?,
            received_us: some(self.received_us, "/received")?,
            actor: some(self.actor, "/actor")?,
            action: some(self.action, "/action")?,
            event: some(self.event, "/event")?,
            channel: some(self.channel, "/channel")?,
            description: some(self.description, "/description")?,
            severity: some(self.severity, "/severity")?,
            source: some(self.source, "/source")?,
            ..optional
        })
    }
}

#[inline]
fn some<T>(value: Option<T>, name: &'static str) -> Read<T> {
    value.ok_or(LineError::Missing { name })
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

struct Reader<'a> {
    tokens: Tokens<'a>,
}

impl<'a> Reader<'a> {
    #[inline]
    fn next(&mut self) -> Read<Token<'a>> {
        match self.tokens.next() {
            Ok(token) => Ok(token.unwrap_or(Token::Null)),
            Err(syntax) => Err(LineError::Syntax { at: syntax.at, what: syntax.what }),
        }
    }

    /// An object whose members are some of `names`, in that order.
    #[inline]
    fn object(
        &mut self,
        token: Token<'a>,
        pointer: &'static str,
        names: &'static [&'static str],
        mut take: impl FnMut(&mut Self, &'static str, Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if token != Token::ObjectStart {
            return Err(LineError::Value { name: pointer });
        }
        let mut rest = names.iter();
        loop {
            let key = match self.next()? {
                Token::Key(key) => key,
                _ => return Ok(()),
            };
            let Some(name) = rest.find(|name| **name == key.raw()) else {
                return Err(LineError::Member { name: crate::json::shown(&key.decode()) });
            };
            let token = self.next()?;
            take(self, name, token)?;
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
        self.tokens.skip(token).map_err(|syntax| LineError::Syntax { at: syntax.at, what: syntax.what })?;
        Ok(self.tokens.slice(start, self.tokens.at()))
    }

    fn named(&mut self, token: Token<'a>, pointer: &'static str) -> Read<Named<'a>> {
        let (mut id, mut name) = (None, None);
        self.object(token, pointer, &["id", "name"], |reader, member, token| {
            let text = Some(reader.text(token, pointer)?);
            if member == "id" {
                id = text
            } else {
                name = text
            }
            Ok(())
        })?;
        Ok(Named { id: some(id, pointer)?, name })
    }

    fn resource(&mut self, token: Token<'a>, pointer: &'static str) -> Read<Resource<'a>> {
        let (mut kind, mut id, mut name) = (None, None, None);
        self.object(token, pointer, &["type", "id", "name"], |reader, member, token| {
            let text = Some(reader.text(token, pointer)?);
            match member {
                "type" => kind = text,
                "id" => id = text,
                _ => name = text,
            }
            Ok(())
        })?;
        Ok(Resource { kind: some(kind, pointer)?, id: some(id, pointer)?, name })
    }

    fn actor(&mut self, token: Token<'a>) -> Read<Actor<'a>> {
        let (mut kind, mut id, mut name, mut email, mut on_behalf_of) = (None, None, None, None, None);
        let names = &["type", "id", "name", "email", "on_behalf_of"];
        self.object(token, "/actor", names, |reader, member, token| {
            match member {
                "type" => kind = Some(reader.word(token, "/actor/type", ActorKind::from_word)?),
                "id" => id = Some(reader.text(token, "/actor/id")?),
                "name" => name = Some(reader.text(token, "/actor/name")?),
                "email" => email = Some(reader.text(token, "/actor/email")?),
                _ => on_behalf_of = Some(reader.principal(token)?),
            }
            Ok(())
        })?;
        Ok(Actor { kind: some(kind, "/actor/type")?, id: some(id, "/actor/id")?, name, email, on_behalf_of })
    }

    fn principal(&mut self, token: Token<'a>) -> Read<Principal<'a>> {
        const POINTER: &str = "/actor/on_behalf_of";
        let (mut kind, mut id, mut name, mut email) = (None, None, None, None);
        self.object(token, POINTER, &["type", "id", "name", "email"], |reader, member, token| {
            match member {
                "type" => kind = Some(reader.word(token, POINTER, ActorKind::from_word)?),
                "id" => id = Some(reader.text(token, POINTER)?),
                "name" => name = Some(reader.text(token, POINTER)?),
                _ => email = Some(reader.text(token, POINTER)?),
            }
            Ok(())
        })?;
        Ok(Principal { kind: some(kind, POINTER)?, id: some(id, POINTER)?, name, email })
    }

    fn http(&mut self, token: Token<'a>) -> Read<Http<'a>> {
        let mut http = Http::default();
        self.object(token, "/http", &["method", "path", "status"], |reader, member, token| {
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
        self.object(token, "/client", &["ip", "user_agent", "location", "ci"], |reader, member, token| {
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
        self.object(token, "/client/location", &["city", "region", "country"], |reader, member, token| {
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
        let (mut of, mut digest) = (None, None);
        self.object(token, "/personal", &["of", "digest"], |reader, member, token| {
            let text = reader.text(token, "/personal")?;
            if member == "of" {
                of = Some(text);
            } else {
                let mut bytes = [0; 32];
                let decoded = URL_SAFE_NO_PAD.decode_slice(text.as_bytes(), &mut bytes);
                digest = (decoded == Ok(bytes.len())).then_some(bytes);
            }
            Ok(())
        })?;
        Ok(PersonalRef { of: some(of, "/personal")?, digest: digest.ok_or(LineError::Value { name: "/personal" })? })
    }
}

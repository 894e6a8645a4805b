//! Reading a line: the strict counterpart of [`crate::line::write`].

use std::borrow::Cow;

use crate::json::Tokens;
use crate::limits::DEPTH_MAX;
use crate::member::Member;
use crate::model::{Actor, Client, Http, Outcome, Severity};

use super::reader::{Read, Reader, Slot, may, must};
use super::{Entry, LineError};

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
    may(Member::Reason),
    may(Member::SessionId),
    may(Member::Sequence),
    may(Member::Changes),
    may(Member::Properties),
    must(Member::Source),
    may(Member::Personal),
];
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
            Member::Reason => entry.reason = Some(reader.text(token, "/reason")?),
            Member::SessionId => entry.session_id = Some(reader.text(token, "/session_id")?),
            Member::Sequence => entry.sequence = Some(reader.sequence(token)?),
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
        reason: None,
        session_id: None,
        sequence: None,
        changes: None,
        properties: None,
        source: Cow::Borrowed(""),
        personal: Vec::new(),
    }
}

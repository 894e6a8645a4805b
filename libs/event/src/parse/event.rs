//! Reading of an event's own members.

use crate::json::Token;
use crate::limits::{DESCRIPTION_BYTES_MAX, DETAIL_BYTES_MAX, KEY_BYTES_MAX, TARGETS_MAX, WORD_BYTES_MAX};
use crate::model::{Event, Outcome, Severity};

use super::place::Place;
use super::reader::{Read, Reader, unknown_member};
use super::values::{any, filled};

const MEMBERS: &[&str] = &[
    "event_id",
    "time",
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
    "personal",
];

/// Reads an event, given its first token, into an empty one (which is large: it is better not moved about).
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, token: Token<'a>, event: &mut Event<'a>) -> Read<()> {
    let place = &Place::Event;
    if token == Token::Null {
        return reader.wrong_type(token, place, "an object");
    }
    // an action that is there and wrong is not missing
    let mut has_action = false;
    let is_object = reader.object(token, place, MEMBERS, unknown, |reader, name, token, place| {
        match name {
            "event_id" => event.event_id = reader.text(token, place, filled(KEY_BYTES_MAX))?,
            "time" => event.time_us = reader.time(token, place)?,
            "organization" => event.organization = reader.named(token, place)?,
            "workspace" => event.workspace = reader.named(token, place)?,
            "project" => event.project = reader.named(token, place)?,
            "actor" => event.actor = reader.actor(token, place)?,
            "action" => {
                has_action = token != Token::Null;
                event.action = reader.action(token, place)?.unwrap_or_default();
            }
            "event" => event.event = reader.text(token, place, filled(WORD_BYTES_MAX))?,
            "channel" => event.channel = reader.text(token, place, filled(WORD_BYTES_MAX))?,
            "description" => event.description = reader.text(token, place, any(DESCRIPTION_BYTES_MAX))?,
            "resource" => event.resource = reader.resource(token, place)?,
            "targets" => reader.list(token, place, TARGETS_MAX, |reader, token, place| {
                match reader.resource(token, place)? {
                    Some(target) => event.targets.push(target),
                    None if token == Token::Null => reader.wrong_type(token, place, "an object")?,
                    None => {}
                }
                Ok(())
            })?,
            "outcome" => event.outcome = reader.word(token, place, Outcome::from_word, "success, failure")?,
            "detail" => event.detail = reader.text(token, place, any(DETAIL_BYTES_MAX))?,
            "severity" => event.severity = reader.word(token, place, Severity::from_word, "info, warning, critical")?,
            "http" => event.http = reader.http(token, place)?,
            "client" => event.client = reader.client(token, place)?,
            "request_id" => event.request_id = reader.text(token, place, any(KEY_BYTES_MAX))?,
            "trace_id" => event.trace_id = reader.text(token, place, any(KEY_BYTES_MAX))?,
            "changes" => event.changes = reader.changes(token, place)?,
            "properties" => event.properties = reader.properties(token, place)?,
            "personal" => event.personal = reader.declared(token, place)?,
            _ => {}
        }
        Ok(())
    })?;
    if is_object && !has_action {
        reader.report.add(&place.member("action"), "missing", "every event needs an action, such as invoice.delete");
    }
    Ok(())
}

/// What to say of a member that events do not have.
fn unknown(name: &str) -> (&'static str, String) {
    let reserved = match name {
        "id" => "the server gives every entry its id: send your own key as event_id",
        "received" => "the server writes the time of receipt: send when it happened as time",
        "source" => "the server writes the source from the token that was used: leave it out",
        "leaf_index" => "the server gives every entry its place in the log: leave it out",
        "v" => "the server writes the line's version: leave it out",
        "x" => "reserved for later versions: put free-form data into properties",
        _ => {
            let (code, _) = unknown_member(name);
            return (
                code,
                format!("events have no member {}: put free-form data into properties", crate::json::shown(name)),
            );
        }
    };
    ("reserved_member", reserved.to_owned())
}

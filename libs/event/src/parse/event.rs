//! Reading of an event's own members.

use crate::json::Token;
use crate::limits::{
    DESCRIPTION_BYTES_MAX, DETAIL_BYTES_MAX, KEY_BYTES_MAX, REASON_BYTES_MAX, TARGETS_MAX, WORD_BYTES_MAX,
};
use crate::member::Member;
use crate::model::{Event, Outcome, Severity};

use super::place::Place;
use super::reader::{Read, Reader, unknown_member};
use super::values::{any, filled};

const MEMBERS: &[Member] = &[
    Member::EventId,
    Member::Time,
    Member::Organization,
    Member::Workspace,
    Member::Project,
    Member::Actor,
    Member::Action,
    Member::Event,
    Member::Channel,
    Member::Description,
    Member::Resource,
    Member::Targets,
    Member::Outcome,
    Member::Detail,
    Member::Severity,
    Member::Http,
    Member::Client,
    Member::RequestId,
    Member::TraceId,
    Member::Reason,
    Member::SessionId,
    Member::Sequence,
    Member::Changes,
    Member::Properties,
    Member::Personal,
];

/// Reads an event, given its first token, into an empty one (which is large: it is better not moved about).
pub(super) fn read<'a>(reader: &mut Reader<'a, '_>, token: &Token<'a>, event: &mut Event<'a>) -> Read<()> {
    let place = &Place::Event;
    if *token == Token::Null {
        return reader.wrong_type(token, place, "an object");
    }
    // an action that is there and wrong is not missing
    let mut has_action = false;
    let is_object = reader.object(token, place, MEMBERS, unknown, |reader, name, token, place| {
        match name {
            Member::EventId => event.event_id = reader.text(token, place, filled(KEY_BYTES_MAX))?,
            Member::Time => event.time_us = reader.time(token, place)?,
            Member::Organization => event.organization = reader.named(token, place)?,
            Member::Workspace => event.workspace = reader.named(token, place)?,
            Member::Project => event.project = reader.named(token, place)?,
            Member::Actor => event.actor = reader.actor(token, place)?,
            Member::Action => {
                has_action = *token != Token::Null;
                event.action = reader.action(token, place)?.unwrap_or_default();
            }
            Member::Event => event.event = reader.text(token, place, filled(WORD_BYTES_MAX))?,
            Member::Channel => event.channel = reader.text(token, place, filled(WORD_BYTES_MAX))?,
            Member::Description => event.description = reader.text(token, place, any(DESCRIPTION_BYTES_MAX))?,
            Member::Resource => event.resource = reader.resource(token, place)?,
            Member::Targets => reader.list(token, place, TARGETS_MAX, |reader, token, place| {
                match reader.resource(token, place)? {
                    Some(target) => event.targets.push(target),
                    None if *token == Token::Null => reader.wrong_type(token, place, "an object")?,
                    None => {}
                }
                Ok(())
            })?,
            Member::Outcome => event.outcome = reader.word(token, place, Outcome::from_word, "success, failure")?,
            Member::Detail => event.detail = reader.text(token, place, any(DETAIL_BYTES_MAX))?,
            Member::Severity => {
                event.severity = reader.word(token, place, Severity::from_word, "info, warning, critical")?
            }
            Member::Http => event.http = reader.http(token, place)?,
            Member::Client => event.client = reader.client(token, place)?,
            Member::RequestId => event.request_id = reader.text(token, place, any(KEY_BYTES_MAX))?,
            Member::TraceId => event.trace_id = reader.text(token, place, any(KEY_BYTES_MAX))?,
            Member::Reason => event.reason = reader.text(token, place, any(REASON_BYTES_MAX))?,
            Member::SessionId => event.session_id = reader.text(token, place, any(KEY_BYTES_MAX))?,
            Member::Sequence => event.sequence = reader.sequence(token, place)?,
            Member::Changes => event.changes = reader.changes(token, place)?,
            Member::Properties => event.properties = reader.properties(token, place)?,
            Member::Personal => event.personal = reader.declared(token, place)?,
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

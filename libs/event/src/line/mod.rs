//! The one function that writes a line. Normative: spec/entry.md.

mod members;

use crate::member::Member;
use crate::model::{Event, Outcome, PersonalRef, Severity};
use crate::time;

use members::Object;

/// What a line holds beside the event itself.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// UUIDv7.
    pub id: &'a str,
    /// `received`; microseconds since 1970 UTC.
    pub received_us: i64,
    /// `source`.
    pub source: &'a str,
    /// Whose values were taken out of the event.
    pub personal: &'a [PersonalRef<'a>],
}

/// Appends the line of a completed event: everything derived, personal values taken out. No newline.
///
/// `time` defaults to `received`, the actor to the system. Cost: one pass, about 0.3 µs for 800 bytes.
///
/// # Panics
/// If a time is beyond [`time::MIN_US`] to [`time::MAX_US`].
pub fn write(out: &mut Vec<u8>, event: &Event<'_>, stamp: &Stamp<'_>) {
    out.extend_from_slice(br#"{"v":1,"id":""#);
    out.extend_from_slice(stamp.id.as_bytes());
    out.push(b'"');
    let mut line = Object::continued(out);
    line.optional(Member::EventId, event.event_id.as_deref());
    line.time(Member::Time, event.time_us.unwrap_or(stamp.received_us));
    line.time(Member::Received, stamp.received_us);
    line.named(Member::Organization, event.organization.as_ref());
    line.named(Member::Workspace, event.workspace.as_ref());
    line.named(Member::Project, event.project.as_ref());
    line.actor(Member::Actor, event.actor.as_ref());
    line.text(Member::Action, &event.action);
    line.optional(Member::Event, event.event.as_deref());
    line.optional(Member::Channel, event.channel.as_deref());
    line.optional(Member::Description, event.description.as_deref());
    line.resource(Member::Resource, event.resource.as_ref());
    line.targets(Member::Targets, &event.targets);
    line.optional(Member::Outcome, event.outcome.map(Outcome::as_str));
    line.optional(Member::Detail, event.detail.as_deref());
    line.optional(Member::Severity, event.severity.map(Severity::as_str));
    line.http(Member::Http, &event.http);
    line.client(Member::Client, &event.client);
    line.optional(Member::RequestId, event.request_id.as_deref());
    line.optional(Member::TraceId, event.trace_id.as_deref());
    line.optional(Member::Reason, event.reason.as_deref());
    line.optional(Member::SessionId, event.session_id.as_deref());
    line.sequence(Member::Sequence, event.sequence.as_ref());
    line.raw(Member::Changes, event.changes.as_deref());
    line.raw(Member::Properties, event.properties.as_deref());
    line.text(Member::Source, stamp.source);
    line.personal(Member::Personal, stamp.personal);
    line.end();
}

/// Appends a time as a JSON string.
pub(crate) fn push_time(out: &mut Vec<u8>, us: i64) {
    out.push(b'"');
    time::push(out, us);
    out.push(b'"');
}

//! The one function that writes a line. Normative: spec/entry.md.

mod members;

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
    line.optional("event_id", event.event_id.as_deref());
    line.time("time", event.time_us.unwrap_or(stamp.received_us));
    line.time("received", stamp.received_us);
    line.named("organization", event.organization.as_ref());
    line.named("workspace", event.workspace.as_ref());
    line.named("project", event.project.as_ref());
    line.actor("actor", event.actor.as_ref());
    line.text("action", &event.action);
    line.optional("event", event.event.as_deref());
    line.optional("channel", event.channel.as_deref());
    line.optional("description", event.description.as_deref());
    line.resource("resource", event.resource.as_ref());
    line.targets("targets", &event.targets);
    line.optional("outcome", event.outcome.map(Outcome::as_str));
    line.optional("detail", event.detail.as_deref());
    line.optional("severity", event.severity.map(Severity::as_str));
    line.http("http", &event.http);
    line.client("client", &event.client);
    line.optional("request_id", event.request_id.as_deref());
    line.optional("trace_id", event.trace_id.as_deref());
    line.raw("changes", event.changes.as_deref());
    line.raw("properties", event.properties.as_deref());
    line.text("source", stamp.source);
    line.personal("personal", stamp.personal);
    line.end();
}

/// Appends a time as a JSON string.
pub(crate) fn push_time(out: &mut Vec<u8>, us: i64) {
    out.push(b'"');
    time::push(out, us);
    out.push(b'"');
}

//! The values that a line has of a field: one table, for the index and for whoever judges a line without it (I-8).

use event::Entry;

use crate::field::{Field, SEQUENCE_BLOCK};

/// Calls `take` with each value of `field` that stands in the line, as pieces that make it up; a value may come twice. Nothing
/// for fields that are made of disclosures.
pub(crate) fn line_values(entry: &Entry<'_>, field: Field, mut take: impl FnMut(&[&[u8]])) {
    let actor = &entry.actor;
    let principal = actor.on_behalf_of.as_ref();
    match field {
        Field::Actor => {
            take(&[actor.id.as_bytes()]);
            if let Some(principal) = principal {
                take(&[principal.id.as_bytes()]);
            }
        }
        Field::Person => {
            take(&[actor.kind.as_str().as_bytes(), b":", actor.id.as_bytes()]);
            if let Some(principal) = principal {
                take(&[principal.kind.as_str().as_bytes(), b":", principal.id.as_bytes()]);
            }
            for personal in &entry.personal {
                take(&[personal.of.as_bytes()]);
            }
        }
        Field::HttpStatus => {
            if let Some(status) = entry.http.status {
                take(&[status.to_string().as_bytes()]);
            }
        }
        Field::SequenceBlock => {
            if let Some(sequence) = &entry.sequence {
                take(&[(sequence.n / SEQUENCE_BLOCK).to_string().as_bytes()]);
            }
        }
        _ => {
            if let Some(value) = text_value(entry, field) {
                take(&[value.as_bytes()]);
            }
        }
    }
}

/// Whether the line has this value of `field`: exactly where the index finds its row by it. Cost: a comparison a value.
#[must_use]
pub fn line_has(entry: &Entry<'_>, field: Field, value: &str) -> bool {
    let mut found = false;
    line_values(entry, field, |pieces| found = found || is_made_of(value.as_bytes(), pieces));
    found
}

/// Whether the line has any value of `field`.
#[must_use]
pub fn line_has_any(entry: &Entry<'_>, field: Field) -> bool {
    let mut found = false;
    line_values(entry, field, |_| found = true);
    found
}

fn is_made_of(value: &[u8], pieces: &[&[u8]]) -> bool {
    let rest = pieces.iter().try_fold(value, |rest, piece| rest.strip_prefix(*piece));
    rest.is_some_and(<[u8]>::is_empty)
}

/// The value of a field that has at most one and whose value is a text of the line; `None` for any other field.
pub(crate) fn text_value<'e>(entry: &'e Entry<'_>, field: Field) -> Option<&'e str> {
    Some(match field {
        Field::Id => entry.id,
        Field::EventId => entry.event_id.as_deref()?,
        Field::Organization => &entry.organization.as_ref()?.id,
        Field::Workspace => &entry.workspace.as_ref()?.id,
        Field::Project => &entry.project.as_ref()?.id,
        Field::ActorType => entry.actor.kind.as_str(),
        Field::Action => &entry.action,
        Field::Event => &entry.event,
        Field::Channel => &entry.channel,
        Field::ResourceType => &entry.resource.as_ref()?.kind,
        Field::ResourceId => &entry.resource.as_ref()?.id,
        Field::ResourceName => entry.resource.as_ref()?.name.as_deref()?,
        Field::Outcome => entry.outcome?.as_str(),
        Field::Severity => entry.severity.as_str(),
        Field::HttpMethod => entry.http.method.as_deref()?,
        Field::HttpPath => entry.http.path.as_deref()?,
        Field::Country => entry.client.location.country.as_deref()?,
        Field::Source => &entry.source,
        Field::RequestId => entry.request_id.as_deref()?,
        Field::TraceId => entry.trace_id.as_deref()?,
        Field::SessionId => entry.session_id.as_deref()?,
        Field::SequenceStream => &entry.sequence.as_ref()?.stream,
        _ => return None,
    })
}

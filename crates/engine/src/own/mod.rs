//! What the log records about itself, under the reserved source `indelible` (spec/own-entries.md).
//!
//! An own entry goes the same way as anybody's event. Where a read or an export must be recorded, the entry is durable
//! before the first byte leaves; if it cannot be written, the read is refused.

mod asked;
pub(crate) mod changed;
pub(crate) mod erased;
pub(crate) mod names;
pub(crate) mod owed;
pub(crate) mod recorded;
pub(crate) mod viewer;

use crate::own::changed::Changed;
use crate::own::erased::handle_text;
use crate::own::names::{ERASED, PERSON, READ_CHANNEL};
use crate::own::viewer::Viewer;
use std::borrow::Cow;

use event::{Actor, Client, Event, Http, PersonId, Resource};
use ledger::MarkState;
use serde_json::{Map, Value, json};

/// Something the log did, or that was done with it.
#[derive(Debug, Clone)]
pub enum Own<'a> {
    /// The log was opened for serving or importing.
    Started {
        /// Version of the program.
        version: &'a str,
        /// Entries found.
        size: u64,
        /// What the mark outside the data directory said of them.
        mark: MarkState,
    },
    /// It was closed in good order.
    Stopped,
    /// The log had not been closed in good order, and was recovered.
    Recovered {
        /// Entries replayed from the journal.
        replayed: u64,
        /// Whether an unacknowledged end was cut off the journal.
        cut: bool,
    },
    /// A list of segments that was lost was made again.
    Repaired {
        /// What was done, as `repair` noted it.
        done: &'a Value,
    },
    /// An export began.
    Exported {
        /// Who.
        viewer: &'a Viewer,
        /// File format.
        format: &'a str,
        /// Filters as given, in their order.
        filters: &'a [(String, String)],
    },
    /// Entries were listed, or values counted or offered, with personal values to see.
    Searched {
        /// Who.
        viewer: &'a Viewer,
        /// Filters as given, in their order.
        filters: &'a [(String, String)],
    },
    /// A feed began.
    FeedBegun {
        /// Who.
        viewer: &'a Viewer,
        /// Filters as given, in their order.
        filters: &'a [(String, String)],
    },
    /// A feed whose beginning is on record ended.
    FeedEnded {
        /// Who.
        viewer: &'a Viewer,
        /// Id of the entry that records its beginning.
        begun: &'a str,
        /// Entries sent.
        entries: u64,
    },
    /// A single entry was opened, with personal values to see.
    Read {
        /// Who.
        viewer: &'a Viewer,
        /// The entry's id.
        entry: &'a str,
        /// Type of the entry's resource.
        resource_type: Option<&'a str>,
    },
    /// A person's key is to be destroyed; durable before it is. Nothing erases yet, but every erasure will explain itself by
    /// this.
    Erased {
        /// The handle of the key.
        person: PersonId,
    },
    /// The log was verified.
    Verified {
        /// Who, where it was asked for over HTTP.
        viewer: Option<&'a Viewer>,
        /// Entries checked.
        entries: u64,
        /// What was found wrong.
        findings: &'a [String],
    },
    /// Something was changed outside the engine, or tried: access control, sessions.
    Changed(Changed<'a>),
}

impl Own<'_> {
    /// Writes it as an event.
    pub(crate) fn to_event(&self) -> Event<'_> {
        let mut event = match self {
            Own::Started { version, size, mark } => {
                let mut event = own("server.start", Some("started"), "Server started");
                event.properties = properties(&started(version, *size, *mark));
                event
            }
            Own::Stopped => own("server.stop", Some("stopped"), "Server stopped"),
            Own::Recovered { replayed, cut } => {
                let mut event = own("server.recover", Some("recovered"), "Server recovered after an unclean stop");
                event.properties = properties(&json!({"entries_replayed": replayed, "unacknowledged_end_cut": cut}));
                event
            }
            Own::Repaired { done } => {
                let mut event =
                    own("server.repair", Some("repaired"), "Log repaired: its list of segments was made again");
                event.properties = properties(done);
                event
            }
            Own::Exported { viewer, format, filters } => {
                let mut event = own("audit_log.export", Some("exported"), "Audit log export downloaded");
                by(&mut event, viewer);
                asked::add(&mut event, viewer, filters, Map::from_iter([("format".to_owned(), json!(format))]));
                event
            }
            Own::Searched { viewer, filters } => {
                let mut event = reading("audit_log.searched", "searched", "Audit log searched", viewer);
                asked::add(&mut event, viewer, filters, Map::new());
                event
            }
            Own::FeedBegun { viewer, filters } => {
                let mut event = reading("audit_log.feed", "begun", "Audit log feed begun", viewer);
                asked::add(&mut event, viewer, filters, Map::new());
                event
            }
            Own::FeedEnded { viewer, begun, entries } => {
                let mut event = reading("audit_log.feed", "ended", "Audit log feed ended", viewer);
                event.properties = properties(&json!({"entries": entries}));
                event.resource = Some(Resource { kind: "entry".into(), id: Cow::Borrowed(begun), name: None });
                event
            }
            Own::Read { viewer, entry, resource_type } => {
                let mut event = reading("pii.read", "viewed", "", viewer);
                event.description = Some(format!("pii.read.{}", resource_type.unwrap_or("entry")).into());
                event.resource = Some(Resource { kind: "entry".into(), id: Cow::Borrowed(entry), name: None });
                event
            }
            Own::Erased { person } => {
                let mut event = own(ERASED, Some("erased"), "Person erased");
                event.resource =
                    Some(Resource { kind: PERSON.into(), id: Cow::Owned(handle_text(*person)), name: None });
                event
            }
            Own::Verified { viewer, entries, findings } => {
                let outcome = if findings.is_empty() { event::Outcome::Success } else { event::Outcome::Failure };
                let mut event = own("audit_log.verify", Some("verified"), "Audit log verified");
                event.outcome = Some(outcome);
                event.properties = properties(&json!({"entries": entries, "findings": findings}));
                if let Some(viewer) = viewer {
                    by(&mut event, viewer);
                }
                event
            }
            Own::Changed(changed) => {
                let mut event = own(changed.action, None, changed.description);
                by(&mut event, changed.viewer);
                changed.add_to(&mut event);
                event
            }
        };
        event.channel.get_or_insert(Cow::Borrowed("audit-log"));
        event
    }
}

/// What a start says; of the mark only where it does not vouch for the entries found.
fn started(version: &str, size: u64, mark: MarkState) -> Value {
    match mark {
        MarkState::Missing if size > 0 => json!({"version": version, "entries": size, "mark": "missing"}),
        MarkState::Older { marked } => {
            json!({"version": version, "entries": size, "mark": "older", "mark_entries": marked.0})
        }
        MarkState::Missing | MarkState::Fits => json!({"version": version, "entries": size}),
    }
}

fn own<'a>(action: &'a str, kind: Option<&'a str>, description: &'a str) -> Event<'a> {
    let mut event = Event::of(action);
    event.event = kind.map(Cow::Borrowed);
    event.description = Some(description.into());
    event
}

/// An entry that says who looked at personal values.
fn reading<'a>(action: &'a str, kind: &'a str, description: &'a str, viewer: &'a Viewer) -> Event<'a> {
    let mut event = own(action, Some(kind), description);
    event.channel = Some(READ_CHANNEL.into());
    by(&mut event, viewer);
    event
}

fn by<'a>(event: &mut Event<'a>, viewer: &'a Viewer) {
    event.actor = Some(Actor {
        kind: viewer.kind,
        id: Cow::Borrowed(&viewer.id),
        name: viewer.name.as_deref().map(Cow::Borrowed),
        email: viewer.email.as_deref().map(Cow::Borrowed),
        on_behalf_of: None,
    });
    event.client = Client {
        ip: viewer.ip.as_deref().map(Cow::Borrowed),
        user_agent: viewer.user_agent.as_deref().map(Cow::Borrowed),
        ..Client::default()
    };
    event.session_id = viewer.session.as_deref().map(Cow::Borrowed);
    event.reason = viewer.reason.as_deref().map(Cow::Borrowed);
    event.http = Http { path: viewer.page.as_deref().map(Cow::Borrowed), ..Http::default() };
}

fn properties(value: &Value) -> Option<Cow<'static, str>> {
    Some(Cow::Owned(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_export_names_who_what_and_how() {
        let viewer = Viewer { id: "dev".into(), ip: Some("127.0.0.1".into()), ..Viewer::default() };
        let filters = given(&[("channel", "auth")]);
        let own = Own::Exported { viewer: &viewer, format: "csv", filters: &filters };
        let event = own.to_event();
        assert_eq!(event.description.as_deref(), Some("Audit log export downloaded"));
        assert_eq!(event.properties.as_deref(), Some(r#"{"format":"csv","filters":[["channel","auth"]]}"#));
        assert_eq!(event.client.ip.as_deref(), Some("127.0.0.1"));
        assert!(event.personal.is_empty());
    }

    #[test]
    fn what_may_name_somebody_is_declared_personal_of_the_viewer() {
        let viewer = Viewer { id: "dev".into(), ..Viewer::default() };
        let filters = given(&[("channel", "auth"), ("actor_name", "Lehmann"), ("q", "export"), ("-ip", "192.0.2.1")]);
        for own in [
            Own::Exported { viewer: &viewer, format: "csv", filters: &filters },
            Own::Searched { viewer: &viewer, filters: &filters },
            Own::FeedBegun { viewer: &viewer, filters: &filters },
        ] {
            let event = own.to_event();
            let declared = event.personal.first().unwrap();
            assert_eq!(declared.of, "user:dev");
            let mut expected = vec!["/properties/filters/1/1", "/properties/filters/2/1", "/properties/filters/3/1"];
            if matches!(own, Own::Exported { .. }) {
                expected.remove(1); // a word of the description, which names nobody
            }
            assert_eq!(declared.paths, expected);
        }
    }
}

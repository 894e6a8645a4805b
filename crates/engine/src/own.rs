//! What the log records about itself, under the reserved source `indelible` (spec/own-entries.md).
//!
//! An own entry goes the same way as anybody's event. Where a read or an export must be recorded, the entry is durable
//! before the first byte leaves; if it cannot be written, the read is refused.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use event::{Actor, ActorKind, Client, Event, Http, Resource};
use ledger::MarkState;
use serde_json::{Value, json};

/// The source of own entries. No client can claim it.
pub const OWN_SOURCE: &str = "indelible";

/// One `pii.read` entry a viewer, entry and so long: opening the same entry again says nothing new.
const READ_ONCE_US: i64 = 3_600 * 1_000_000;

/// Remembered reads. Past it the table is emptied, which costs at worst a second record of the same hour.
const READS_REMEMBERED_MAX: usize = 65_536;

/// Who looks, as far as the server knows.
#[derive(Debug, Clone, Default)]
pub struct Viewer {
    /// Account, or `dev` where nobody signs in.
    pub id: String,
    /// E-mail address of the account.
    pub email: Option<String>,
    /// Address of the connection.
    pub ip: Option<String>,
    /// `User-Agent` of the request.
    pub user_agent: Option<String>,
    /// Path of the request, query included.
    pub page: Option<String>,
}

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
    /// It had not been closed in good order, and was brought back.
    Recovered {
        /// Entries replayed from the journal.
        replayed: u64,
        /// Whether an unacknowledged end was cut off the journal.
        cut: bool,
    },
    /// An export began.
    Exported {
        /// Who.
        viewer: &'a Viewer,
        /// File format.
        format: &'a str,
        /// Filters as given.
        filters: Value,
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
    /// The log was verified.
    Verified {
        /// Who, where it was asked for over HTTP.
        viewer: Option<&'a Viewer>,
        /// Entries checked.
        entries: u64,
        /// What was found wrong.
        findings: &'a [String],
    },
}

impl Own<'_> {
    /// Writes it as an event.
    pub(crate) fn to_event(&self) -> Event<'_> {
        let mut event = match self {
            Own::Started { version, size, mark } => {
                let mut event = own("server.start", "started", "Server started");
                event.properties = properties(&started(version, *size, *mark));
                event
            }
            Own::Stopped => own("server.stop", "stopped", "Server stopped"),
            Own::Recovered { replayed, cut } => {
                let mut event = own("server.recover", "recovered", "Server recovered after an unclean stop");
                event.properties = properties(&json!({"entries_replayed": replayed, "unacknowledged_end_cut": cut}));
                event
            }
            Own::Exported { viewer, format, filters } => {
                let mut event = own("audit_log.export", "exported", "Audit log export downloaded");
                event.properties = properties(&json!({"format": format, "filters": filters}));
                by(&mut event, viewer);
                event
            }
            Own::Read { viewer, entry, resource_type } => {
                let mut event = own("pii.read", "viewed", "");
                event.channel = Some("pii-read".into());
                event.description = Some(format!("pii.read.{}", resource_type.unwrap_or("entry")).into());
                event.resource = Some(Resource { kind: "entry".into(), id: Cow::Borrowed(entry), name: None });
                by(&mut event, viewer);
                event
            }
            Own::Verified { viewer, entries, findings } => {
                let outcome = if findings.is_empty() { event::Outcome::Success } else { event::Outcome::Failure };
                let mut event = own("audit_log.verify", "verified", "Audit log verified");
                event.outcome = Some(outcome);
                event.properties = properties(&json!({"entries": entries, "findings": findings}));
                if let Some(viewer) = viewer {
                    by(&mut event, viewer);
                }
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

/// Which reads were recorded lately.
#[derive(Default)]
pub(crate) struct Reads {
    seen: Mutex<HashMap<(String, String), i64>>,
}

impl Reads {
    /// Whether this read is news: the first of this viewer, entry and hour. Notes nothing: see [`Reads::note`].
    pub(crate) fn is_news(&self, viewer: &Viewer, entry: &str, now_us: i64) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&(viewer.id.clone(), entry.to_owned())).is_none_or(|&at| now_us - at >= READ_ONCE_US)
    }

    /// Remembers that the read is on record.
    pub(crate) fn note(&self, viewer: &Viewer, entry: &str, now_us: i64) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= READS_REMEMBERED_MAX {
            seen.clear();
        }
        seen.insert((viewer.id.clone(), entry.to_owned()), now_us);
    }
}

fn own<'a>(action: &'a str, kind: &'a str, description: &'a str) -> Event<'a> {
    let mut event = Event::of(action);
    event.event = Some(kind.into());
    event.description = Some(description.into());
    event
}

fn by<'a>(event: &mut Event<'a>, viewer: &'a Viewer) {
    event.actor = Some(Actor {
        kind: ActorKind::User,
        id: Cow::Borrowed(&viewer.id),
        name: None,
        email: viewer.email.as_deref().map(Cow::Borrowed),
        on_behalf_of: None,
    });
    event.client = Client {
        ip: viewer.ip.as_deref().map(Cow::Borrowed),
        user_agent: viewer.user_agent.as_deref().map(Cow::Borrowed),
        ..Client::default()
    };
    event.http = Http { path: viewer.page.as_deref().map(Cow::Borrowed), ..Http::default() };
}

fn properties(value: &Value) -> Option<Cow<'static, str>> {
    Some(Cow::Owned(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_is_recorded_once_an_hour_and_entry() {
        let (reads, viewer) = (Reads::default(), Viewer { id: "dev".into(), ..Viewer::default() });
        assert!(reads.is_news(&viewer, "e1", 0));
        reads.note(&viewer, "e1", 0);
        assert!(!reads.is_news(&viewer, "e1", READ_ONCE_US - 1));
        assert!(reads.is_news(&viewer, "e1", READ_ONCE_US));
        assert!(reads.is_news(&viewer, "e2", 1));
    }

    #[test]
    fn an_export_names_who_what_and_how() {
        let viewer = Viewer { id: "dev".into(), ip: Some("127.0.0.1".into()), ..Viewer::default() };
        let own = Own::Exported { viewer: &viewer, format: "csv", filters: json!({"channel": ["auth"]}) };
        let event = own.to_event();
        assert_eq!(event.description.as_deref(), Some("Audit log export downloaded"));
        assert_eq!(event.properties.as_deref(), Some(r#"{"format":"csv","filters":{"channel":["auth"]}}"#));
        assert_eq!(event.client.ip.as_deref(), Some("127.0.0.1"));
    }
}

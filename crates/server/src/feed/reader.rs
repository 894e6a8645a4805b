//! What a follower sends, read a chunk at a time.

use std::ops::ControlFlow;

use engine::Shown;
use search::{Feed, Progress};

use super::follower::{FeedRequest, Form};
use crate::access::Caller;
use crate::problem::Problem;
use crate::state::App;

/// Bytes gathered before they are handed to the connection. One entry may overshoot it by the length of its own.
const CHUNK_BYTES: usize = 64 * 1024;

/// A follower's place in the log.
pub(crate) struct Reader {
    app: App,
    caller: Caller,
    asked: FeedRequest,
    feed: Feed,
    /// Size of the log at which it ends; `None`: it goes on.
    until: Option<u64>,
    /// The entry that records its beginning, if it made one.
    begun: Option<String>,
    /// Entries read.
    entries: u64,
}

/// What one reading gave.
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    pub(super) progress: Progress,
}

impl Reader {
    pub(crate) fn new(
        app: App,
        caller: Caller,
        asked: FeedRequest,
        feed: Feed,
        until: Option<u64>,
        begun: Option<String>,
    ) -> Self {
        Self { app, caller, asked, feed, until, begun, entries: 0 }
    }

    /// How entries are written.
    pub(crate) fn form(&self) -> Form {
        self.asked.form
    }

    /// The next entries, until a chunk is full or a part of the log is at its end.
    pub(super) fn read(&mut self) -> Result<Chunk, Problem> {
        let Self { app, caller, asked, feed, until, entries, .. } = self;
        let mut bytes = Vec::new();
        let progress = caller.reader(app).follow(feed, &asked.filters.predicate, *until, &mut |shown| {
            write(app, asked, shown, &mut bytes)?;
            *entries += 1;
            Ok(if bytes.len() < CHUNK_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(Chunk { bytes, progress })
    }

    /// Records that the feed ended, if its beginning was recorded. If that fails nothing can be refused any more, since the feed
    /// is over.
    pub(super) fn record_end(&self) {
        let Some(begun) = &self.begun else { return };
        if let Err(error) = self.caller.reader(&self.app).record_feed_end(begun, self.entries) {
            tracing::error!(%error, begun, "the end of a feed could not be recorded");
        }
    }

    /// Shows that the connection lives: an empty line in NDJSON; as an event it also moves the client's `Last-Event-ID` past
    /// entries that do not match.
    pub(super) fn heartbeat(&self) -> Vec<u8> {
        match (self.asked.form, self.feed.position().checked_sub(1)) {
            (Form::Ndjson, _) => b"\n".to_vec(),
            (Form::Events, Some(last)) => format!(": heartbeat\nid: {last}\n\n").into_bytes(),
            (Form::Events, None) => b": heartbeat\n\n".to_vec(),
        }
    }

    /// Whether the client is told its position between entries.
    pub(super) fn tells_position(&self) -> bool {
        self.asked.form == Form::Events
    }

    /// The last leaf looked at, for a trailer.
    pub(super) fn place(&self) -> String {
        self.feed.position().checked_sub(1).map(|last| format!("; after_leaf={last}")).unwrap_or_default()
    }
}

/// The last message of a feed that cannot go on: the problem, in a form that no entry has.
pub(crate) fn last_words(form: Form, problem: &Problem) -> Vec<u8> {
    let problem = problem.to_json();
    match form {
        Form::Ndjson => format!("{{\"problem\":{problem}}}\n").into_bytes(),
        Form::Events => format!("event: problem\ndata: {problem}\n\n").into_bytes(),
    }
}

fn write(app: &App, asked: &FeedRequest, shown: &Shown, out: &mut Vec<u8>) -> Result<(), segment::PartError> {
    if asked.form == Form::Events {
        out.extend_from_slice(format!("id: {}\ndata: ", shown.leaf_index).as_bytes());
    }
    // An entry is one line: in JSON a line feed inside a text is an escape.
    shown.write_json(asked.full, &app.agents, out)?;
    out.extend_from_slice(if asked.form == Form::Events { b"\n\n" } else { b"\n" });
    Ok(())
}

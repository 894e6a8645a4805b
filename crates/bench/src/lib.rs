//! What `indelible bench` measures: a server of this binary as a child process, with events that look like a product's, and clients in this process.
//!
//! Each measurement returns a [`Report`]; who runs it prints that. Answers are compared with a plain scan of the events, so that no
//! wrong answer is reported as a fast one.

mod at_rest;
mod client;
mod commits;
mod constants;
mod digits;
mod events;
mod export;
mod generate;
mod ingest;
mod log;
mod measure;
mod naive;
mod query;
mod questions;
mod server;
mod start;
mod together;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub use at_rest::{Ran, reindex, verify};
pub use commits::{CLIENTS, Commits, SECONDS as COMMITS_SECONDS, Singles, commits};
pub use events::Events;
pub use export::{Exported, export};
pub use ingest::{Ingested, Sender, ingest, ingest_into};
pub use log::{Folder, scratch};
pub use measure::anonymous_bytes;
pub use query::{Answered, Asker, Query, query};
pub use start::{Started, start};
pub use together::{ASKERS, Amid, EXPORTS, SECONDS as TOGETHER_SECONDS, SENDERS, Together, question_names, together};

/// What came of a measurement: a table for people, by its `Display`, and the same for programs.
pub trait Report: Display {
    /// One object; units stand in the names of its members.
    fn json(&self) -> Value;
}

/// Who looks on, for progress.
pub trait Watch: Sync {
    /// So many of so many entries are recorded.
    fn sent(&self, entries: u64, of: u64);

    /// No more are sent.
    fn all_sent(&self);

    /// Something to tell meanwhile.
    fn remark(&self, text: &str);
}

/// The log that is asked.
#[derive(Debug, Clone)]
pub struct OneLog {
    /// What it is made of where it is not there.
    pub events: Events,
    /// Where it is; made and kept there, and used again if it is there. `None`: made in a temporary folder and removed again.
    pub dir: Option<PathBuf>,
}

impl OneLog {
    fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }
}

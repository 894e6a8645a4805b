//! The engine on a real folder, with real files and syncs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

extern crate indelible_engine as engine;

mod changed;
mod cut;
mod destroying;
mod duplicates;
mod exact;
mod failing_once;
mod feed;
mod flips;
mod forging;
mod gaps;
mod identities;
mod keys;
mod life;
mod limping;
mod memory_journal;
mod merging;
mod own_changes;
mod planted;
mod publication;
mod reach;
mod reindexing;
mod repairing;
mod sealing;
mod sight;
mod stepped;
mod suggestions;
mod tampering;
mod verify;
mod work;

use std::path::Path;

use engine::{Config, Log, Submission, SubmitError, Submitted, World, inspect};
use event::BodyKind;
use search::Predicate;

/// A log in a folder of its own. Dropping it without closing is a crash.
pub(crate) struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// Holds data and marks.
    pub(crate) fn root(&self) -> std::path::PathBuf {
        self.dir.path().to_owned()
    }

    pub(crate) fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new(&self.data());
        config.marks = self.dir.path().join("marks");
        // Tests copy logs, and read every byte of them.
        config.reserve_bytes = 4 << 20;
        config
    }

    pub(crate) fn open(&self) -> Log {
        Log::open(self.config(), World::system()).unwrap()
    }
}

pub(crate) fn submit(log: &Log, body: &str) -> Result<Submitted, SubmitError> {
    log.submit(&Submission {
        body: body.as_bytes(),
        kind: BodyKind::guess(body.as_bytes()),
        source: "test",
        reach: None,
        partial: false,
    })
}

/// `count` events about persons, from number `first` on.
pub(crate) fn events(first: usize, count: usize) -> String {
    let event = |n: usize| {
        format!(
            r#"{{"event_id":"e{n}","action":"door.open","actor":{{"type":"user","id":"u{u}","name":"Person Number{u}","email":"p{u}@doors.example"}},"description":"Person Number{u} opened door {n}","client":{{"ip":"10.0.{a}.{b}"}},"resource":{{"type":"door","id":"d{n}"}},"properties":{{"n":{n}}}}}"#,
            u = n % 7,
            a = n % 5,
            b = n % 250,
        )
    };
    (first..first + count).map(event).collect::<Vec<_>>().join("\n")
}

/// Ids, leaf indexes and lines of everything from source `test`, in leaf order.
pub(crate) fn everything(log: &Log) -> Vec<(u64, Vec<u8>)> {
    let view = inspect::view(log);
    inspect::ask(log, &view, &Predicate::All, |question| {
        search::scan(question, search::Order::Leaf)
            .map(|hit| hit.map(|hit| (hit.leaf, inspect::line(&hit).unwrap())))
            .collect()
    })
    .unwrap()
}

/// Every file below a folder.
pub(crate) fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

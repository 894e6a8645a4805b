//! The project's own sample records.

use std::path::{Path, PathBuf};

use indelible_ingest::{Counts, Line, Lines, Mapping, Outcome, Session};

#[derive(serde::Deserialize)]
pub struct Manifest {
    pub file: Vec<Sample>,
}

#[derive(serde::Deserialize)]
pub struct Sample {
    pub path: String,
    pub format: String,
    pub records: u64,
    pub events: u64,
    #[serde(default)]
    pub joined: u64,
    #[serde(default)]
    pub duplicates: u64,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo")
}

pub fn all() -> Vec<Sample> {
    let text = std::fs::read_to_string(folder().join("manifest.toml")).unwrap();
    toml::from_str::<Manifest>(&text).unwrap().file
}

/// Everything a file's session says, in order.
pub fn outcomes(sample: &Sample) -> (Vec<Outcome>, Counts) {
    let mapping = Mapping::builtin(&sample.format).unwrap();
    let mut session = Session::new(&mapping);
    let mut lines = Lines::open(&folder().join(&sample.path)).unwrap();
    let mut all = Vec::new();
    while let Some(line) = lines.next_line().unwrap() {
        let Line::Bytes(line) = line else { panic!("{}: a line is too long", sample.path) };
        all.extend(session.push(line));
    }
    all.extend(session.finish());
    (all, session.counts())
}

pub fn events(sample: &Sample) -> Vec<String> {
    let event = |outcome| match outcome {
        Outcome::Event { json, .. } => Some(String::from_utf8(json).unwrap()),
        _ => None,
    };
    outcomes(sample).0.into_iter().filter_map(event).collect()
}

/// What one line becomes.
pub fn one(mapping: &str, line: &str) -> Outcome {
    let mapping = Mapping::builtin(mapping).unwrap();
    let mut session = Session::new(&mapping);
    let mut all = session.push(line.as_bytes());
    all.extend(session.finish());
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The event one line becomes.
pub fn event(mapping: &str, line: &str) -> serde_json::Value {
    match one(mapping, line) {
        Outcome::Event { json, .. } => serde_json::from_slice(&json).unwrap(),
        other => panic!("{other:?}"),
    }
}

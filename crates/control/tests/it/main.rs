//! Stores of rows, on real files and in memory.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod damage;
mod desk;
mod foreign;
mod stores;

use std::path::Path;

use control::{Access, ControlStore as _, Row, RowChange, SqliteControl};
use env::SystemDisk;
use env::fake::SeededRandom;

/// A data directory with the key of a log.
fn data_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    make_key(dir.path(), 1);
    dir
}

fn make_key(dir: &Path, seed: u64) {
    std::fs::create_dir_all(dir.join("keys")).unwrap();
    let path = dir.join("keys/signing");
    drop(ledger::create_signing_key(&SystemDisk, &SeededRandom::new(seed), &path, "log/1").unwrap());
}

fn row(kind: &str, id: &str, value: &str) -> Row {
    Row { kind: kind.to_owned(), id: id.to_owned(), value: value.to_owned() }
}

fn put(kind: &str, id: &str, value: &str) -> RowChange {
    RowChange::Put(row(kind, id, value))
}

fn remove(kind: &str, id: &str) -> RowChange {
    RowChange::Remove { kind: kind.to_owned(), id: id.to_owned() }
}

/// A `control.db` of three rows, settled and closed; its path.
fn closed(dir: &Path) -> std::path::PathBuf {
    let mut open = SqliteControl::of(dir).open(Access::Own).unwrap();
    open.write(&[
        put("grant", "g1", r#"{"role":"auditor"}"#),
        put("program", "p1", r#"{"name":"ci"}"#),
        put("program", "p2", r#"{"name":"billing"}"#),
    ])
    .unwrap();
    open.settle().unwrap();
    dir.join("control.db")
}

/// The findings of a check, as `file name: what`.
fn found(dir: &Path) -> Vec<String> {
    let findings = control::check(dir).into_iter();
    findings.map(|found| format!("{}: {}", found.file.file_name().unwrap().display(), found.what)).collect()
}

//! Tests of the published surface: against foreign vectors, against the golden vectors of `spec/`, and of every small
//! tree.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod foreign_merkle;
mod foreign_signatures;
mod foreign_tiles;
mod golden;
mod notes;
mod proof_files;
mod receipts;
mod trees;

use std::path::{Path, PathBuf};

/// Bytes of a file under `tests/vectors`.
fn vectors(path: &str) -> Vec<u8> {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path))
}

/// A golden vector file of `spec/vectors/proof`.
fn golden_vectors(name: &str) -> serde_json::Value {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/proof");
    serde_json::from_slice(&read(&folder.join(name))).unwrap()
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A text member of a JSON object.
fn text<'a>(value: &'a serde_json::Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_else(|| panic!("no text {member} in {value}"))
}

/// A number member of a JSON object.
fn number(value: &serde_json::Value, member: &str) -> u64 {
    value[member].as_u64().unwrap_or_else(|| panic!("no number {member} in {value}"))
}

/// A member that is a list of base64 hashes or null; `None` if one of them is no hash.
fn hashes(value: &serde_json::Value, member: &str) -> Option<Vec<indelible_proof::Hash>> {
    let none = Vec::new();
    let list = value[member].as_array().unwrap_or(&none);
    list.iter().map(|hash| indelible_proof::Hash::from_base64(hash.as_str()?)).collect()
}

//! Tests of the crate through its public interface.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics fails, as it should")]

mod admission;
mod batches;
mod canary;
mod context;
mod derivations;
mod dress;
mod fields;
mod json_agreement;
mod lines;
mod personal;
mod personal_vectors;
mod rules_vectors;
mod secrets;
mod traps;
mod vectors;

use indelible_event::parse_one;

/// Code and pointer of each problem of an event that has some.
#[track_caller]
fn problems(json: impl AsRef<[u8]>) -> Vec<(&'static str, String)> {
    match parse_one(json.as_ref()) {
        Ok(_) => panic!("accepted: {}", String::from_utf8_lossy(json.as_ref())),
        Err(problems) => problems.into_iter().map(|problem| (problem.code, problem.pointer)).collect(),
    }
}

/// The event has this one problem.
#[track_caller]
fn refused(json: impl AsRef<[u8]>, code: &str, pointer: &str) {
    let text: String = String::from_utf8_lossy(json.as_ref()).chars().take(300).collect();
    assert_eq!(problems(&json), [(code, pointer.to_owned())], "{text}");
}

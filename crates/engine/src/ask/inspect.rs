//! The log past every scope, for tests and measurements: `crates/server` may not use it, and a test says so.

use search::{Hit, Predicate, Question, Scope, SearchError};
use segment::View;

use crate::ask::caller::Caller;
use crate::ask::limits::Limits;
use crate::ask::shown::Shown;
use crate::log::Log;
use crate::own::viewer::Viewer;

/// Everything committed up to now. Cost: a few allocations; no line is read.
#[must_use]
pub fn view(log: &Log) -> View {
    log.shared.view()
}

/// The parts that hold committed leaves from `from` on. Cost: grows with what is new, not with the log.
#[must_use]
pub fn view_from(log: &Log, from: u64) -> View {
    log.shared.view_from(from)
}

/// Asks a question about `view`, however long it takes.
///
/// # Errors
/// As [`SearchError`].
pub fn ask<T>(
    log: &Log,
    view: &View,
    predicate: &Predicate,
    answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    log.reader(&everything(Limits::default())).ask_about(view, predicate, answer)
}

/// Asks a question about `view` within `limits`.
///
/// # Errors
/// As [`SearchError`].
pub fn ask_within<T>(
    log: &Log,
    view: &View,
    predicate: &Predicate,
    limits: Limits,
    answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    log.reader(&everything(limits)).ask_within(view, predicate, answer)
}

/// Reads the line of what was found.
///
/// # Errors
/// As [`Hit::line`].
pub fn line(hit: &Hit) -> Result<Vec<u8>, SearchError> {
    hit.line(&Scope::everything())
}

/// Reads and opens what was found.
///
/// # Errors
/// As [`crate::Reader::entry`].
pub fn show(log: &Log, hit: &Hit) -> Result<Shown, SearchError> {
    log.reader(&everything(Limits::default())).show(hit)
}

fn everything(limits: Limits) -> Caller {
    Caller::of_everything(Viewer::default(), limits)
}

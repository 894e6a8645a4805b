use super::place::Place;
use crate::limits::PROBLEMS_MAX;

/// One thing wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which event of the body, from 0; `None` if it concerns the body as a whole.
    pub index: Option<usize>,
    /// JSON pointer into the event; empty = the event itself. Long member names are cut, ending in `…`.
    pub pointer: String,
    /// Stable, for programs: one of the codes of spec/entry.md, "Problems".
    pub code: &'static str,
    /// For people: what is wrong and what to do.
    pub message: String,
}

/// Collects the problems of a body, up to the bound.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The event being read.
    pub(super) index: usize,
    /// Its problems so far.
    named: Vec<Problem>,
    /// Whether it has any, named or not.
    refused: bool,
    /// Problems named so far, over all events.
    total: usize,
    /// Problems beyond the bound.
    pub(super) unnamed: usize,
}

impl Report {
    #[cold]
    pub(super) fn add(&mut self, place: &Place<'_>, code: &'static str, message: impl Into<String>) {
        self.add_at(code, || (place.to_string(), message.into()));
    }

    /// As `add`; pointer and message are only made where there is room for them.
    #[cold]
    pub(super) fn add_at(&mut self, code: &'static str, say: impl FnOnce() -> (String, String)) {
        self.refused = true;
        if self.total == PROBLEMS_MAX {
            self.unnamed += 1;
            return;
        }
        self.total += 1;
        let (pointer, message) = say();
        self.named.push(Problem { index: Some(self.index), pointer, code, message });
    }

    /// Ends an event: its problems, if it has any.
    pub(super) fn finish<T>(&mut self, event: T) -> Result<T, Vec<Problem>> {
        self.index += 1;
        if std::mem::take(&mut self.refused) { Err(std::mem::take(&mut self.named)) } else { Ok(event) }
    }
}

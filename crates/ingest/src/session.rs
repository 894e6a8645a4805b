//! A session.

use crate::{Counts, Mapping, Outcome};

/// One mapping applied to one file. Use one session per file: then a file's events depend on that file alone, and
/// importing it again adds nothing.
#[derive(Debug)]
pub struct Session<'m> {
    mapping: &'m Mapping,
    counts: Counts,
}

impl<'m> Session<'m> {
    /// Starts at line 1.
    #[must_use]
    pub fn new(mapping: &'m Mapping) -> Self {
        Self { mapping, counts: Counts::default() }
    }

    /// Takes the next line. Returns what became of records so far undecided: often one outcome, none while a record
    /// waits for its partner, several where a line holds several records.
    pub fn push(&mut self, line: &[u8]) -> Vec<Outcome> {
        let _ = (line, self.mapping);
        Vec::new()
    }

    /// Takes the place of a line that the reader could not hand over (too long).
    pub fn refuse(&mut self, reason: &str) -> Vec<Outcome> {
        let _ = reason;
        Vec::new()
    }

    /// Ends the file: records still waiting for a partner become events of their own.
    pub fn finish(&mut self) -> Vec<Outcome> {
        Vec::new()
    }

    /// What became of the records so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }
}

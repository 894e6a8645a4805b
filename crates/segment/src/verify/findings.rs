//! What is found, each with file and leaves.

use std::ops::Range;
use std::path::Path;

use super::{Finding, FindingKind};
use crate::PartError;

/// Findings in the making.
pub(super) struct Findings {
    pub(super) all: Vec<Finding>,
    /// The segment's leaves, named where nothing narrower is known.
    pub(super) leaves: Range<u64>,
}

impl Findings {
    pub(super) fn of(leaves: Range<u64>) -> Self {
        Self { all: Vec::new(), leaves }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        // Neighbouring leaves with the same trouble are one finding.
        if let (Some(last), Some(leaves)) = (self.all.last_mut(), &finding.leaves)
            && let Some(before) = &mut last.leaves
            && before.end == leaves.start
            && (last.kind, &last.what, &last.file) == (finding.kind, &finding.what, &finding.file)
        {
            before.end = leaves.end;
            return;
        }
        self.all.push(finding);
    }

    pub(super) fn tampered(&mut self, file: &Path, leaves: Range<u64>, what: &str) {
        self.found(file, leaves, FindingKind::Tampered, what);
    }

    pub(super) fn found(&mut self, file: &Path, leaves: Range<u64>, kind: FindingKind, what: &str) {
        self.add(Finding { file: file.to_owned(), leaves: Some(leaves), kind, what: what.to_owned() });
    }

    /// Records why a file could not be read; a file that is not there is as good as changed.
    pub(super) fn part(&mut self, file: &Path, leaves: Range<u64>, error: &PartError) {
        match error {
            PartError::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                self.tampered(file, leaves, "the file is missing");
            }
            PartError::Read { offset, source, .. } => {
                let what = format!("cannot be read at byte {offset}: {source}");
                self.found(file, leaves, FindingKind::Unreadable, &what);
            }
            PartError::Damaged { offset, what, .. } => {
                self.tampered(file, leaves, &format!("damaged at byte {offset}: {what}"));
            }
            PartError::NoSuchRow(_) | PartError::Stopped | PartError::Store(_) => {
                self.tampered(file, leaves, &error.to_string());
            }
        }
    }

    /// What could be read; why not, otherwise.
    pub(super) fn or_none<T>(&mut self, file: &Path, read: Result<T, PartError>) -> Option<T> {
        read.map_err(|error| self.part(file, self.leaves.clone(), &error)).ok()
    }
}

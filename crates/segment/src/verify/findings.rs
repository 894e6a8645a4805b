//! What is found, each with file and leaves.

use std::ops::Range;
use std::path::Path;

use super::{FindingKind, SegmentFinding};
use crate::PartError;

/// Findings in the making.
pub(super) struct Findings {
    pub(super) all: Vec<SegmentFinding>,
    /// The segment's leaves, named where nothing narrower is known.
    pub(super) leaves: Range<u64>,
}

impl Findings {
    pub(super) fn of(leaves: Range<u64>) -> Self {
        Self { all: Vec::new(), leaves }
    }

    pub(super) fn add(&mut self, finding: SegmentFinding) {
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
        self.add(SegmentFinding { file: file.to_owned(), leaves: Some(leaves), kind, what: what.to_owned() });
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
            PartError::NotInTree { .. }
            | PartError::NotCommitted { .. }
            | PartError::IndexUnread
            | PartError::NoSuchRow(_)
            | PartError::Stopped
            | PartError::TooMany
            | PartError::Store(_) => {
                self.tampered(file, leaves, &error.to_string());
            }
        }
    }

    /// What could be read; why not, otherwise.
    pub(super) fn or_none<T>(&mut self, file: &Path, read: Result<T, PartError>) -> Option<T> {
        read.map_err(|error| self.part(file, self.leaves.clone(), &error)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_neighbouring_stretches_find_is_one_finding() {
        let lines = Path::new("/segments/lines");
        let others = Path::new("/segments/disc");
        let mut findings = Findings::of(0..100);
        let stretch = |leaves: &[(&Path, Range<u64>)]| {
            let mut found = Findings::of(0..100);
            leaves.iter().for_each(|(file, leaves)| found.tampered(file, leaves.clone(), "not the one in the tree"));
            found.all
        };
        let stretches =
            [stretch(&[(lines, 3..4), (lines, 8..9), (lines, 9..10)]), stretch(&[(lines, 10..12), (others, 12..13)])];
        stretches.into_iter().flatten().for_each(|finding| findings.add(finding));
        let found: Vec<_> = findings.all.iter().map(|found| (found.file.as_path(), found.leaves.clone())).collect();
        assert_eq!(found, [(lines, Some(3..4)), (lines, Some(8..12)), (others, Some(12..13))]);
    }
}

//! Segments that no manifest names, although the log lacks what they hold: the manifest was lost, or is an older one.

use env::BlobStore;
use segment::manifest::Manifest;
use segment::{SegmentFile, SegmentName};

use crate::start::error::OpenLogError;

/// Explains an error that comes of a missing manifest: which one is missing, and which segment shows it.
pub(crate) fn explain(store: &dyn BlobStore, manifest: Option<&Manifest>, error: OpenLogError) -> OpenLogError {
    let lacks_leaves = match &error {
        OpenLogError::Journal(error) => {
            matches!(error, journal::OpenJournalError::Gap { .. } | journal::OpenJournalError::Short { .. })
        }
        OpenLogError::Segment(_) | OpenLogError::Read(_) => true,
        _ => false,
    };
    let is_live =
        |name: &SegmentName| manifest.is_some_and(|manifest| manifest.segments.iter().any(|entry| entry.name == *name));
    match whole_segments(store).into_iter().find(|name| !is_live(name)) {
        Some(segment) if lacks_leaves => {
            let manifest = manifest.map(|manifest| manifest.number);
            OpenLogError::Unlisted { segment, manifest, source: Box::new(error) }
        }
        _ => error,
    }
}

/// The segments whose lines and disclosures are there, by leaf. What cannot be listed counts as absent.
pub(crate) fn whole_segments(store: &dyn BlobStore) -> Vec<SegmentName> {
    let files = store.list().unwrap_or_default();
    let named = |file: &String| {
        let (name, file) = SegmentName::parse(file)?;
        (file == SegmentFile::Lines).then_some(name)
    };
    let has_disclosures = |name: &SegmentName| files.contains(&name.file(SegmentFile::Disclosures));
    files.iter().filter_map(named).filter(has_disclosures).collect()
}

//! Merging small segments, on the sealer's thread while it has nothing to seal.
//!
//! Order (as "Seal" in RELIABILITY): the merged segment durable and read back; manifest; then it answers in place of the
//! old ones; then their files are removed. Whoever still reads an old one has it open.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use env::Disk;
use ledger::DigestsAhead;
use segment::manifest::publish;
use segment::merge::{Size, Source, choose, merge};
use segment::sealed::{IndexAccess, open_segment};
use segment::{Part, SegmentFile, SegmentName};

use crate::config::{MERGE_BACKLOG_ROWS_MAX, SEAL_BYTES_DEFAULT};
use crate::sealer::{SealerThread, SealingError, TERM};
use crate::shared::{Parts, TailPart};

impl SealerThread {
    /// The segments to be merged now, by their places.
    pub(crate) fn to_merge(&self, parts: &Parts) -> Option<Range<usize>> {
        let size = self.shared.committed.load(Ordering::Acquire);
        let waiting = |first: &TailPart| size.saturating_sub(first.first_leaf());
        if !self.merges || parts.tail.first().map_or(0, waiting) > MERGE_BACKLOG_ROWS_MAX {
            return None;
        }
        let size = |part: &dyn Part, bytes| Size { rows: u64::from(part.rows()), bytes };
        let sizes = parts.segments.iter().map(|segment| size(&**segment, segment.source().data().text_bytes()));
        choose(&sizes.collect::<Vec<_>>(), Size { rows: self.shared.config.merge_rows, bytes: SEAL_BYTES_DEFAULT })
    }

    /// Merges the segments at these places; gives up when the log closes.
    pub(crate) fn merge(&mut self, places: &Range<usize>) -> Result<(), SealingError> {
        // On again with the next segment that is sealed: what fails now would fail again at once.
        self.merges = false;
        let (disk, parts) = (Arc::clone(&self.shared.world.disk), self.shared.parts());
        let Some(manifest) = self.manifest.clone() else { return Ok(()) };
        let old = parts.segments.get(places.clone()).unwrap_or_default();
        let entries = manifest.segments.get(places.clone()).unwrap_or_default();
        assert!(
            old.iter().map(|segment| segment.source().name()).eq(entries.iter().map(|entry| entry.name)),
            "I-5: what answers is what the manifest names"
        );
        let sources: Vec<Source<'_>> =
            entries.iter().zip(old).map(|(entry, segment)| Source { entry: *entry, part: &**segment }).collect();
        let (digests, dir) = (DigestsAhead::new(&self.shared.ledger), self.layout.segments());
        let go_on = || !self.shared.closing();
        let Some(merged) = merge(&*disk, &dir, &sources, &|leaf| Ok(digests.get(leaf)?), &go_on)? else {
            return Ok(());
        };
        let segment = open_segment(&*disk, &dir, &merged, &self.cache, IndexAccess::Map)?;
        let next = manifest.followed_by_merged(TERM, merged);
        publish(&*disk, &self.layout.manifests(), &next)?;
        self.manifest = Some(next);
        self.shared.change(|parts| parts.segments.splice(places.clone(), [Arc::new(segment)]).count());
        tracing::info!(segment = %merged.name, of = entries.len(), "merged");
        self.remove(&*disk, entries.iter().map(|entry| entry.name));
        self.merges = true;
        self.shared.sealed.notify();
        Ok(())
    }

    /// Removes the files of segments that another one holds. What stays is removed at the next start.
    fn remove(&self, disk: &dyn Disk, names: impl Iterator<Item = SegmentName>) {
        let dir = self.layout.segments();
        let mut files = names.flat_map(|name| SegmentFile::ALL.map(|file| name.path(&dir, file)));
        let removed = files.try_for_each(|file| disk.remove(&file));
        if let Err(error) = removed.and_then(|()| disk.sync_dir(&dir)) {
            tracing::warn!(%error, "files of merged segments stay until the next start");
        }
    }
}

//! Merging segments: small ones anew, on the sealer's thread while it has nothing to seal; large ones by another thread, which
//! joins their files ([`crate::joining`]).
//!
//! Order (docs/reliability.md, "Seal"): the merged segment durable and read back; manifest; then it answers in place of the
//! old ones; then their files are removed. Whoever still reads an old one has it open.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use env::Disk;
use ledger::DigestsAhead;
use segment::index::IndexMergeError;
use segment::manifest::{SegmentEntry, publish};
use segment::merge::{MERGE_SEGMENTS, MergeError, Size, Source, choose, merge};
use segment::sealed::{IndexAccess, open_segment};
use segment::{Part, Segment, SegmentFile, SegmentName};

use crate::config::{MERGE_BYTES_MAX, SEAL_BYTES_DEFAULT};
use crate::joining::{Job, Joined, Pace};
use crate::sealer::{SealerThread, SealingError, TERM};
use crate::shared::{Parts, Shared, TailPart, with_causes};

/// So many whole segments that could be joined mean that joining has fallen behind: of each tier one less than are joined at once is
/// the rule, and there are two.
const BEHIND_SEGMENTS: usize = 3 * MERGE_SEGMENTS;

impl Shared {
    /// How many entries are in segments that are being merged or are to be, as far as it is known now. 0 as well where merging has
    /// failed, until it is tried again.
    pub(crate) fn entries_to_merge(&self) -> u64 {
        let parts = self.parts();
        let sizes = sizes(&parts, &[]);
        let chosen = [self.anew_most(), self.join_most()].into_iter().find_map(|most| choose(&sizes, most));
        let chosen = chosen.filter(|_| self.merges.load(Ordering::Acquire));
        chosen.map_or(0, |places| sizes.get(places).unwrap_or_default().iter().map(|size| size.rows).sum())
    }

    /// Size of what is merged anew.
    fn anew_most(&self) -> Size {
        Size { rows: self.config.merge_rows.min(self.config.merge_anew_rows), bytes: SEAL_BYTES_DEFAULT }
    }

    /// Size of what is joined.
    fn join_most(&self) -> Size {
        Size { rows: self.config.merge_rows.min(self.join_rows_max.load(Ordering::Acquire)), bytes: MERGE_BYTES_MAX }
    }

    /// How eagerly to join these segments, if at all now.
    fn pace(&self, parts: &Parts, sizes: &[Size]) -> Option<Pace> {
        let large = sizes.iter().filter(|size| size.rows >= self.config.seal_rows && !size.is_done(self.join_most()));
        if large.count() >= BEHIND_SEGMENTS {
            return Some(Pace::Behind);
        }
        self.is_at_leisure(parts).then_some(Pace::Leisure)
    }

    /// Whether there is time to merge: no whole segment waits to be sealed. What is less may wait for long, on a log that takes in
    /// no more.
    fn is_at_leisure(&self, parts: &Parts) -> bool {
        let size = self.committed.load(Ordering::Acquire);
        let waiting = |first: &TailPart| size.saturating_sub(first.first_leaf());
        parts.tail.first().map_or(0, waiting) < self.config.seal_rows
    }
}

/// The sizes of the segments; those that are being joined stand as too large for anything.
fn sizes(parts: &Parts, joining: &[SegmentEntry]) -> Vec<Size> {
    let size = |segment: &Arc<Segment>| {
        let name = segment.source().name();
        if joining.iter().any(|entry| entry.name == name) {
            return Size { rows: u64::MAX, bytes: u64::MAX };
        }
        Size { rows: u64::from(segment.rows()), bytes: segment.source().data().text_bytes() }
    };
    parts.segments.iter().map(size).collect()
}

impl SealerThread {
    /// The segments to be merged anew now, by their places.
    pub(crate) fn to_merge(&self, parts: &Parts) -> Option<Range<usize>> {
        if !self.merges() || !self.shared.is_at_leisure(parts) {
            return None;
        }
        choose(&sizes(parts, &self.joining), self.shared.anew_most())
    }

    /// The segments to be joined now, if none are. Where the disk has no room, that is said once.
    pub(crate) fn next_join(&mut self, parts: &Parts) -> Option<Job> {
        if !self.joining.is_empty() || !self.merges() {
            return None;
        }
        let sizes = sizes(parts, &[]);
        let pace = self.shared.pace(parts, &sizes)?;
        let places = choose(&sizes, self.shared.join_most())?;
        let job = Job {
            pace,
            entries: self.manifest.as_ref()?.segments.get(places.clone())?.to_vec(),
            parts: parts.segments.get(places)?.to_vec(),
        };
        let fits = job.fits(&*self.shared.world.disk, &self.layout.segments());
        if let Err(needed) = fits
            && !std::mem::replace(&mut self.lacks_room, true)
        {
            tracing::warn!(
                needed,
                "segments stay small: the disk has no room for a second copy of what would be joined"
            );
        }
        fits.ok()?;
        self.lacks_room = false;
        Some(job)
    }

    /// Asks for these segments to be joined.
    pub(crate) fn begin_join(&mut self, job: Job) {
        self.joining.clone_from(&job.entries);
        self.shared.joins.ask(job);
    }

    /// Takes over what was joined. Where it failed, everything stays as it is.
    pub(crate) fn end_join(&mut self, job: &Job, joined: Joined) -> Result<(), SealingError> {
        self.joining.clear();
        match joined {
            Ok((merged, segment)) => self.take_merged(&job.entries, merged, segment),
            Err(error) => {
                let reason = with_causes(&error);
                tracing::error!(%reason, "segments could not be joined; they stay as they are");
                if matches!(error, SealingError::Merge(MergeError::Index(IndexMergeError::TooLarge { .. }))) {
                    // Of rows like these, fewer go into one index.
                    self.shared.join_rows_max.store(job.rows() / 2, Ordering::Release);
                } else {
                    self.set_merges(false);
                }
                Ok(())
            }
        }
    }

    /// Merges the segments at these places anew; gives up when the log closes.
    pub(crate) fn merge(&mut self, places: &Range<usize>) -> Result<(), SealingError> {
        // On again with the next segment that is sealed: what fails now would fail again at once.
        self.set_merges(false);
        let (disk, parts) = (Arc::clone(&self.shared.world.disk), self.shared.parts());
        let Some(manifest) = &self.manifest else { return Ok(()) };
        let old = parts.segments.get(places.clone()).unwrap_or_default();
        let entries = manifest.segments.get(places.clone()).unwrap_or_default().to_vec();
        let sources: Vec<Source<'_>> =
            entries.iter().zip(old).map(|(entry, segment)| Source { entry: *entry, part: segment }).collect();
        let (dir, go_on) = (self.layout.segments(), || !self.shared.closing());
        let merged = {
            let digests = DigestsAhead::new(&self.shared.ledger);
            merge(&*disk, &dir, &sources, &|leaf| Ok(digests.get(leaf)?), &go_on)?
        };
        let Some(merged) = merged else { return Ok(()) };
        let segment = open_segment(&*disk, &dir, &merged, &self.cache, IndexAccess::Map)?;
        self.take_merged(&entries, merged, segment)?;
        self.set_merges(true);
        Ok(())
    }

    /// Manifest, then the merged segment answers in place of the old ones, then their files are removed.
    fn take_merged(
        &mut self,
        old: &[SegmentEntry],
        merged: SegmentEntry,
        segment: Segment,
    ) -> Result<(), SealingError> {
        let disk = Arc::clone(&self.shared.world.disk);
        let Some(manifest) = &self.manifest else { return Ok(()) };
        // What was sealed or merged meanwhile stands elsewhere.
        let start = manifest.segments.partition_point(|entry| entry.name.last < merged.name.first);
        let places = start..start + old.len();
        assert_eq!(manifest.segments.get(places.clone()), Some(old), "I-5: what was merged is what the manifest names");
        let next = manifest.followed_by_merged(TERM, merged);
        publish(&*disk, &self.layout.manifests(), &next)?;
        self.manifest = Some(next);
        self.shared.change(|parts| parts.segments.splice(places, [Arc::new(segment)]).count());
        tracing::info!(segment = %merged.name, of = old.len(), "merged");
        self.remove(&*disk, old.iter().map(|entry| entry.name));
        self.shared.sealed.notify();
        Ok(())
    }

    fn merges(&self) -> bool {
        self.shared.merges.load(Ordering::Acquire)
    }

    pub(crate) fn set_merges(&self, on: bool) {
        self.shared.merges.store(on, Ordering::Release);
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

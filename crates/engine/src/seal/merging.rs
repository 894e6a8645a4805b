//! Merging segments: small ones anew, on the sealer's thread while it has nothing to seal; large ones by another thread, which
//! joins their files ([`crate::seal::joining`]).
//!
//! What was merged is published as what is sealed is ([`crate::seal::publisher`]).

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use index::IndexMergeError;
use ledger::DigestsAhead;
use segment::Segment;
use segment::manifest::SegmentEntry;
use segment::merge::{MERGE_SEGMENTS, MergeError, Size, Source, choose, merge};

use crate::seal::error::SealingError;
use crate::seal::joins::{JoinJob, Joined, Pace};
use crate::seal::sealer::SealerThread;
use crate::state::config::{MERGE_BYTES_MAX, SEAL_BYTES_DEFAULT};
use crate::state::health::Work;
use crate::state::parts::{Parts, TailPart};
use crate::state::shared::Shared;

/// The segments that were merged, as the manifest names them; the merged one; and the same, opened, if it was.
type Merged = (Vec<SegmentEntry>, SegmentEntry, Option<Segment>);

/// This many segments that could be joined mean that joining has fallen behind. Usually each of the two tiers has fewer than
/// [`MERGE_SEGMENTS`].
const BEHIND_SEGMENTS: usize = 3 * MERGE_SEGMENTS;

impl Shared {
    /// How many entries are in segments that are being merged or will be, as far as is known now. Also 0 after merging has
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

    /// Whether there is time to merge: no whole segment waits to be sealed. Less than that may wait for long on a log that takes
    /// in nothing more, and does not count.
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
        if !self.merges() || self.shared.health.is_disk_full() || !self.shared.is_at_leisure(parts) {
            return None;
        }
        choose(&sizes(parts, &self.joining), self.shared.anew_most())
    }

    /// The segments to join next, if none are being joined. Where the disk has no room, the log file says so once.
    pub(crate) fn next_join(&mut self, parts: &Parts) -> Option<JoinJob> {
        if !self.joining.is_empty() || !self.merges() {
            return None;
        }
        let sizes = sizes(parts, &[]);
        let pace = self.shared.pace(parts, &sizes)?;
        let places = choose(&sizes, self.shared.join_most())?;
        let job = JoinJob {
            pace,
            entries: self.publisher.entries().get(places.clone())?.to_vec(),
            parts: parts.segments.get(places)?.to_vec(),
        };
        let fits = job.fits(&*self.shared.world.disk, &self.publisher.layout().segments());
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
    pub(crate) fn begin_join(&mut self, job: JoinJob) {
        self.joining.clone_from(&job.entries);
        self.shared.joins.ask(job);
    }

    /// Takes over what was joined. Where it failed, everything stays as it is.
    ///
    /// # Errors
    /// As [`SealerThread::take_merged`].
    pub(crate) fn end_join(&mut self, job: &JoinJob, joined: Joined) -> Result<(), SealingError> {
        self.joining.clear();
        if let Err(SealingError::Merge(MergeError::Index(IndexMergeError::TooLarge { .. }))) = &joined {
            // Rows like these are too large for one index: join fewer from now on.
            self.shared.join_rows_max.store(job.rows() / 2, Ordering::Release);
            return Ok(());
        }
        self.take_merged(joined.map(|(merged, segment)| (job.entries.clone(), merged, Some(segment))))
    }

    /// Merges the segments at these places anew; gives up when the log closes.
    ///
    /// # Errors
    /// As [`SealerThread::take_merged`].
    pub(crate) fn merge(&mut self, places: &Range<usize>) -> Result<(), SealingError> {
        match self.merge_anew(places) {
            Ok(None) => Ok(()),
            Ok(Some((entries, merged))) => self.take_merged(Ok((entries, merged, None))),
            Err(error) => self.take_merged(Err(error)),
        }
    }

    fn merge_anew(&self, places: &Range<usize>) -> Result<Option<(Vec<SegmentEntry>, SegmentEntry)>, SealingError> {
        let disk = Arc::clone(&self.shared.world.disk);
        let parts = self.shared.parts();
        let old = parts.segments.get(places.clone()).unwrap_or_default();
        let entries = self.publisher.entries().get(places.clone()).unwrap_or_default().to_vec();
        let sources: Vec<Source<'_>> =
            entries.iter().zip(old).map(|(entry, segment)| Source { entry: *entry, part: segment }).collect();
        let dir = self.publisher.layout().segments();
        let go_on = || !self.shared.closing();
        let digests = DigestsAhead::new(&self.shared.ledger);
        let merged = merge(&*disk, &dir, &sources, &|leaf| Ok(digests.get(leaf)?), &go_on)?;
        Ok(merged.map(|merged| (entries, merged)))
    }

    /// Publishes a merged segment. If merging failed, or publishing certainly did, nothing has changed, and merging is off until
    /// the next segment is sealed: it would fail again at once.
    ///
    /// # Errors
    /// It is not known whether it was published; nothing goes on before that is settled.
    fn take_merged(&mut self, made: Result<Merged, SealingError>) -> Result<(), SealingError> {
        let published = made.and_then(|(old, merged, segment)| {
            // Places have moved, as segments were sealed or merged meanwhile.
            let named = self.publisher.entries().iter();
            let held: Vec<_> =
                named.filter(|entry| merged.name.leaves().contains(&entry.name.first)).copied().collect();
            assert_eq!(held, old, "I-5: what was merged is what the manifest names");
            self.publisher.publish(Work::Merging, &merged, segment)?;
            tracing::info!(segment = %merged.name, of = old.len(), "merged");
            Ok(())
        });
        let Err(error) = published else { return Ok(()) };
        if self.publisher.is_unsettled() {
            return Err(error);
        }
        self.set_merges(false);
        self.shared.health.failed(Work::Merging, &error, 0);
        self.publisher.files_were_left();
        self.shared.sealed.notify();
        Ok(())
    }

    fn merges(&self) -> bool {
        self.shared.merges.load(Ordering::Acquire)
    }

    pub(crate) fn set_merges(&self, on: bool) {
        self.shared.merges.store(on, Ordering::Release);
    }
}

//! Joining large segments, on threads of its own: it takes minutes, and sealing goes on meanwhile.
//!
//! The sealer, who owns the manifest, says which segments and how eagerly; the thread makes the files, durable, read back and opened; the
//! sealer then publishes. One at a time, so one second copy of what is merged.

use crate::seal::error::SealingError;
use crate::seal::joins::{JoinJob, Pace};
use crate::state::shared::Shared;
use crate::state::worker::{Turn, Worker, run};
use std::sync::Arc;

use segment::manifest::SegmentEntry;
use segment::merge::join;
use segment::sealed::{IndexAccess, OpenSegmentError, open_segment};
use segment::{BlockCache, Segment};

/// How long it sleeps when nobody rings. A ring is never lost; this only bounds how late a close is noticed.
const NAP_US: u64 = 5_000_000;

/// Does the jobs of one pace until the log is closed. A job that is not done by then is given up, and begun anew some time after
/// the next start.
pub(crate) struct Joiner {
    shared: Arc<Shared>,
    cache: Arc<BlockCache>,
    pace: Pace,
    heard: u64,
}

impl Joiner {
    pub(crate) fn new(shared: Arc<Shared>, cache: Arc<BlockCache>, pace: Pace) -> Self {
        Self { shared, cache, pace, heard: 0 }
    }

    /// Works on this thread, which steps back behind others, until the log is closed.
    pub(crate) fn run(mut self) {
        if let Err(error) = env::step_back(self.pace.nice()) {
            tracing::debug!(%error, "segments are joined at the priority of everything else");
        }
        run(&mut self);
    }
}

impl Worker for Joiner {
    fn step(&mut self) -> Turn {
        let Self { shared, pace, .. } = self;
        if shared.closing() {
            return Turn::Ended;
        }
        let Some(job) = shared.joins.take(*pace) else { return Turn::Idle(NAP_US) };
        let began_us = shared.world.clock.monotonic_us();
        tracing::info!(segments = job.entries.len(), entries = job.rows(), ?pace, "joining segments");
        let joined = make(shared, &self.cache, &job).transpose();
        let Some(joined) = joined else { return Turn::Ended };
        let seconds = shared.world.clock.monotonic_us().saturating_sub(began_us) / 1_000_000;
        tracing::info!(entries = job.rows(), seconds, made = joined.is_ok(), "joining ended");
        shared.joins.finish(job, joined);
        shared.sealing.notify();
        Turn::Worked
    }

    fn wait(&mut self, at_most_us: u64) {
        self.heard = self.shared.joins.asked.wait(self.heard, at_most_us);
    }
}

/// `None` where the log closes meanwhile.
fn make(
    shared: &Shared,
    cache: &Arc<BlockCache>,
    job: &JoinJob,
) -> Result<Option<(SegmentEntry, Segment)>, SealingError> {
    let store = &*shared.stores.segments;
    let Some(entry) = join(store, &job.sources(), &|| !shared.closing())? else { return Ok(None) };
    let segment = open_segment(store, &entry, cache, IndexAccess::Blocks)?;
    // Reads the index back, so that the first who asks need not check it.
    segment.index().verify().map_err(OpenSegmentError::from)?;
    Ok(Some((entry, segment)))
}

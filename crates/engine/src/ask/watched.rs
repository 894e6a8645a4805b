//! Putting on record who looks at personal values. What cannot be recorded is not shown.

use search::Filters;
use segment::PartError;

use crate::admit::error::SubmitError;
use crate::ask::questions::{RecordReadError, Shown};
use crate::log::Log;
use crate::own::Own;
use crate::own::names::{OWN_SOURCE, READ_CHANNEL};
use crate::own::recorded::Once;
use crate::own::viewer::Viewer;

impl Shown {
    /// Whether the entry shows somebody's personal values, so that showing it must be recorded. Values of the viewer in an entry
    /// that records a look do not count: otherwise each look at such entries would make another.
    ///
    /// # Errors
    /// As [`Shown::entry`].
    pub fn shows_somebody(&self) -> Result<bool, PartError> {
        if !self.opened.shows_something() {
            return Ok(false);
        }
        let entry = self.entry()?;
        Ok(entry.source != OWN_SOURCE || entry.channel != READ_CHANNEL)
    }
}

impl Log {
    /// Records that a viewer opened a single entry with personal values to see; once a session for each entry and viewer.
    /// To be called before the values are handed out.
    ///
    /// # Errors
    /// As [`Log::record_own`]: what cannot be recorded must not be shown.
    pub fn record_read(&self, viewer: &Viewer, shown: &Shown) -> Result<(), RecordReadError> {
        if !shown.shows_somebody()? {
            return Ok(());
        }
        let entry = shown.entry()?;
        let resource_type = entry.resource.as_ref().map(|resource| resource.kind.as_ref());
        self.once(viewer, Once::Read(entry.id), || {
            self.record_own(&Own::Read { viewer, entry: entry.id, resource_type })
        })?;
        Ok(())
    }

    /// Records that the answer to a question shows a viewer personal values; once a session for each question and viewer. To
    /// be called before the values are handed out, and after the question was answered, so that the answer is not about itself.
    ///
    /// Cost: two hashes and a look-up for what is on record.
    ///
    /// # Errors
    /// As [`Log::record_own`]: what cannot be recorded must not be shown.
    pub fn record_search(&self, viewer: &Viewer, filters: &Filters) -> Result<(), SubmitError> {
        let own = Own::Searched { viewer, filters: &filters.given };
        self.once(viewer, Once::Searched(filters.predicate.hash()), || self.record_own(&own)).map(drop)
    }

    /// Records that a feed begins; once a session for each question and viewer. To be called before its first byte.
    /// Returns the id of the entry, for [`Log::record_feed_end`], if it made one.
    ///
    /// # Errors
    /// As [`Log::record_own`]: a feed that cannot be recorded must not begin.
    pub fn record_feed(&self, viewer: &Viewer, filters: &Filters) -> Result<Option<String>, SubmitError> {
        let own = Own::FeedBegun { viewer, filters: &filters.given };
        let made = self.once(viewer, Once::Feed(filters.predicate.hash()), || self.record_own(&own))?;
        Ok(made.map(|receipt| receipt.id))
    }

    /// Records that a feed whose beginning is on record as `begun` ended, after so many entries.
    ///
    /// # Errors
    /// As [`Log::record_own`].
    pub fn record_feed_end(&self, viewer: &Viewer, begun: &str, entries: u64) -> Result<(), SubmitError> {
        self.record_own(&Own::FeedEnded { viewer, begun, entries }).map(drop)
    }

    fn once<T>(
        &self,
        viewer: &Viewer,
        what: Once<'_>,
        record: impl FnOnce() -> Result<T, SubmitError>,
    ) -> Result<Option<T>, SubmitError> {
        self.shared.recorded.once(viewer, what, self.shared.world.clock.now_us(), record)
    }
}

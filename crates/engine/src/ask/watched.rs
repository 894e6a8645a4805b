//! Putting on record who looks at personal values. What cannot be recorded is not shown.

use search::Filters;

use crate::admit::error::SubmitError;
use crate::ask::reader::Reader;
use crate::ask::shown::{RecordReadError, Shown};
use crate::own::Own;
use crate::own::recorded::Once;

impl Reader<'_> {
    /// Records that the caller opened a single entry with personal values to see; once a session for each entry and caller.
    /// To be called before the values are handed out.
    ///
    /// # Errors
    /// As [`Log::record_own`]: what cannot be recorded must not be shown.
    pub fn record_read(&self, shown: &Shown) -> Result<(), RecordReadError> {
        if !shown.shows_somebody()? {
            return Ok(());
        }
        let entry = shown.entry()?;
        let resource_type = entry.resource.as_ref().map(|resource| resource.kind.as_ref());
        self.once(Once::Read(entry.id), || {
            self.log.record_own(&Own::Read { viewer: &self.caller.viewer, entry: entry.id, resource_type })
        })?;
        Ok(())
    }

    /// Records that the answer to a question shows the caller personal values; once a session for each question and caller. To
    /// be called before the values are handed out, and after the question was answered, so that the answer is not about itself.
    ///
    /// Cost: two hashes and a look-up for what is on record.
    ///
    /// # Errors
    /// As [`Log::record_own`]: what cannot be recorded must not be shown.
    pub fn record_search(&self, filters: &Filters) -> Result<(), SubmitError> {
        let own = Own::Searched { viewer: &self.caller.viewer, filters: &filters.given };
        self.once(Once::Searched(filters.predicate.hash()), || self.log.record_own(&own)).map(drop)
    }

    /// Records that a feed begins; once a session for each question and caller. To be called before its first byte.
    /// Returns the id of the entry, for [`Reader::record_feed_end`], if it made one.
    ///
    /// # Errors
    /// As [`Log::record_own`]: a feed that cannot be recorded must not begin.
    pub fn record_feed(&self, filters: &Filters) -> Result<Option<String>, SubmitError> {
        let own = Own::FeedBegun { viewer: &self.caller.viewer, filters: &filters.given };
        let made = self.once(Once::Feed(filters.predicate.hash()), || self.log.record_own(&own))?;
        Ok(made.map(|receipt| receipt.id))
    }

    /// Records that a feed whose beginning is on record as `begun` ended, after so many entries.
    ///
    /// # Errors
    /// As [`Log::record_own`].
    pub fn record_feed_end(&self, begun: &str, entries: u64) -> Result<(), SubmitError> {
        self.log.record_own(&Own::FeedEnded { viewer: &self.caller.viewer, begun, entries }).map(drop)
    }

    fn once<T>(
        &self,
        what: Once<'_>,
        record: impl FnOnce() -> Result<T, SubmitError>,
    ) -> Result<Option<T>, SubmitError> {
        self.log.shared.recorded.once(&self.caller.viewer, what, self.log.shared.world.clock.now_us(), record)
    }
}

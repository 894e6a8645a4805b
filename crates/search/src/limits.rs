//! How much one answer may hold.

/// Most addresses listed: nobody reads more in a menu.
pub const ADDRESSES_MAX: usize = 100;

/// Most values a facet hands out.
pub const FACET_LIMIT_MAX: usize = 1_000;

/// Most bars: more than any screen has pixels, few enough for one answer.
pub const BUCKETS_MAX: usize = 10_000;

/// Most different values beside each other in the bars.
pub const SERIES_MAX: usize = 1_000;

/// Most entries a page: a thousand lines of 256 KiB are the most an answer may hold in memory.
pub const PAGE_ROWS_MAX: usize = 1_000;

/// Most suggestions an answer holds: more than anybody reads below a box.
pub const SUGGESTIONS_MAX: usize = 100;

/// Most values that suggestions are chosen from, so that an answer takes milliseconds: of those that matching entries have, the
/// first by value. One more letter typed narrows them.
pub const SUGGESTION_VALUES_MAX: usize = 1_024;

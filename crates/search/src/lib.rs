//! Questions over a log: query language, plan, pages, counts, facets and histograms over segments and tail.
//!
//! A text in the query language or the parameters of a URL become one [`Predicate`]. A [`Question`] joins it to the
//! caller's [`Scope`] (I-8, in that one place), a [`View`](segment::View) of the log at one tree size, and what the
//! caller may see of identities and addresses. [`page`], [`count`], [`facets`], [`addresses`], [`histogram`], [`heatmap`], [`scan`], [`Feed`] and [`find_id`]
//! answer it: exactly, newest first, each entry once. No I/O of its own; everything is asked of
//! [`Part`](segment::Part)s.
//!
//! The language is specified in `spec/query.md`.

mod addresses;
mod batches;
mod cached;
mod calendar;
mod catalogue;
mod context;
mod count;
mod cursor;
mod error;
mod facets;
mod feed;
mod filters;
mod find;
mod heatmap;
mod histogram;
mod hit;
mod holding;
mod inside;
mod leaves;
mod limits;
mod listed;
mod memory;
mod merge;
mod page;
mod parallel;
mod plan;
mod predicate;
mod query;
mod question;
mod recorded;
mod results;
mod scan;
mod scope;
mod seen;
mod suggest;
mod touches;
mod unseen;
mod when;

pub use addresses::addresses;
pub use batches::{Batches, LeafLine, batches};
pub use calendar::Interval;
pub use catalogue::{Listing, catalogue};
pub use context::{Addresses, Context, Identities, Identity, NoAddresses, NoIdentities};
pub use count::count;
pub use cursor::{CURSOR_KEY_INFO, Cursor};
pub use error::{CursorError, SearchError, Spent};
pub use facets::{Facet, FacetField, facets};
pub use feed::{Feed, Progress};
pub use filters::{FilterError, Filters, Key, ValueError, Written, is_readable};
pub use find::{find_event_id, find_id};
pub use heatmap::{HOURS, Heatmap, WEEKDAYS, heatmap};
pub use histogram::{Bucket, histogram};
pub use hit::Hit;
pub use limits::{
    ADDRESSES_MAX, BUCKETS_MAX, FACET_LIMIT_MAX, PAGE_ROWS_MAX, SERIES_MAX, SUGGESTION_VALUES_MAX, SUGGESTIONS_MAX,
};
pub use memory::Memory;
pub use page::{Page, PageRequest, page};
pub use predicate::{Keyword, Phrase, Predicate, Term};
pub use query::{QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryError, QueryProblem, TERMS_MAX, parse_query};
pub use question::Question;
pub use recorded::Recorded;
pub use results::{ResultCache, Results};
pub use scan::{Order, Scan, scan};
pub use scope::{Scope, ScopeError};
pub use seen::{Seen, Sees};
pub use suggest::{SuggestField, Suggestion, suggest, suggest_keys};
pub use when::{Moment, SINCE_SECONDS_MAX, instant_text, parse_length, parse_moment};

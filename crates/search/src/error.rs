use segment::PartError;

use crate::limits::{ADDRESSES_MAX, BUCKETS_MAX, FACET_LIMIT_MAX, PAGE_ROWS_MAX, SERIES_MAX, SUGGESTIONS_MAX};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A part could not answer. Remedy: as its own error says.
    #[error("the log could not be read")]
    Part(#[source] PartError),
    /// A line is no entry. Remedy: `verify`.
    #[error("the line of leaf {leaf} cannot be read")]
    Line {
        /// Its place in the log.
        leaf: u64,
        /// What is wrong with it.
        source: event::LineError,
    },
    /// The index offered an entry that its line puts outside the caller's scope (I-8). Remedy: rebuild the index.
    #[error("the index and the line of leaf {leaf} disagree; rebuild the index")]
    OutsideScope {
        /// Its place in the log.
        leaf: u64,
    },
    /// Personal values are asked for that the caller may not see. Remedy: leave that out, or get the permission.
    #[error("{asked} asks for personal values, which takes the permission values ({permission})")]
    Unseen {
        /// The filter or field.
        asked: &'static str,
        /// Which part of the permission.
        permission: &'static str,
    },
    /// The cursor cannot be used. Remedy: begin again without one.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// More rows a page than [`PAGE_ROWS_MAX`], or none.
    #[error("limit is {0}; it must be between 1 and {PAGE_ROWS_MAX}")]
    PageLimit(usize),
    /// More values a facet than [`FACET_LIMIT_MAX`], or none.
    #[error("limit is {0}; it must be between 1 and {FACET_LIMIT_MAX}")]
    FacetLimit(usize),
    /// More addresses than [`ADDRESSES_MAX`], or none.
    #[error("limit is {0}; with addresses it must be between 1 and {ADDRESSES_MAX}, since each is opened to be named")]
    AddressLimit(usize),
    /// A facet or histogram is asked by a field that has none.
    #[error("{name:?} is no field to count by; there are {known}")]
    NoFacet {
        /// As asked.
        name: String,
        /// The fields there are.
        known: String,
    },
    /// Suggestions are asked for a field that has none.
    #[error("there are no suggestions for {name:?}; there are for {known}")]
    NoSuggestions {
        /// As asked.
        name: String,
        /// The fields there are.
        known: String,
    },
    /// More suggestions than [`SUGGESTIONS_MAX`], or none.
    #[error("limit is {0}; it must be between 1 and {SUGGESTIONS_MAX}")]
    SuggestionLimit(usize),
    /// A field has too many distinct values to count each: they take more than [`crate::Context::bytes_max`].
    #[error("{field} has more different values here than a question may hold; narrow from and to, or add a filter")]
    FacetValues {
        /// The field.
        field: &'static str,
    },
    /// A histogram has too many bars.
    #[error("more than {BUCKETS_MAX} bars; narrow from and to, or take a longer interval")]
    Buckets,
    /// A histogram has too many values a bar.
    #[error("{field} has more than {SERIES_MAX} different values here; take another field for by, or add a filter")]
    Series {
        /// The field.
        field: &'static str,
    },
    /// The question costs more than it may. Remedy: ask for less.
    #[error("{0}; narrow from and to, or add a filter such as organization, actor or channel")]
    OverBudget(Spent),
    /// Other questions hold the memory that this one needs, for as long as it may take. Remedy: ask again.
    #[error("other questions hold the memory that this one needs; ask again in a moment, or narrow from and to")]
    Busy,
}

/// Why a cursor cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Not a cursor of this log, of this question and order, or altered.
    #[error(
        "this cursor does not belong to this question; begin again without a cursor, or repeat the filters and order that gave it"
    )]
    Foreign,
    /// It knows more entries than the log has.
    #[error("this cursor is of a log with {cursor} entries, and there are {log}; begin again without a cursor")]
    Beyond {
        /// Tree size of the cursor.
        cursor: u64,
        /// Tree size of the log.
        log: u64,
    },
}

/// Which budget of a question is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// Time.
    #[error("the question takes longer than it may")]
    Time,
    /// Lines read.
    #[error(
        "the question would have to read more lines than it may, since no index answers a text with spaces or in exact \
         case, the beginning of an id, or counts by an id"
    )]
    Lines,
    /// Identities opened.
    #[error(
        "the log has more names and addresses of persons than it holds in memory (docs/limits.md, IDENTITIES_BYTES_MAX), and the \
         question would have to open more of the others than it may"
    )]
    Identities,
}

impl From<PartError> for SearchError {
    fn from(error: PartError) -> Self {
        match error {
            // Only the question's own budget stops a part; `Question::spent` says which.
            PartError::Stopped => Self::OverBudget(Spent::Time),
            error => Self::Part(error),
        }
    }
}

//! What a question may cost.

/// Longest that a question may take, in µs: nobody waits longer for an answer, and a longer question would take the machine from
/// others.
pub const QUESTION_TIME_US_MAX: u64 = 10_000_000;

/// Most lines a question may read to decide what the indexes cannot: two to four seconds' worth on one processor.
pub const QUESTION_LINES_MAX: u64 = 1_000_000;

/// Memory for the answers of sealed segments: some thousand questions of a usual kind.
pub const RESULT_BYTES_MAX: usize = 32 << 20;

/// Most bytes of the values that a question counts, such as a quarter of a million ids. While it works it holds four times as
/// much: the sums before and after a part is added, the counts of that part, and what the part reads.
pub const QUESTION_BYTES_MAX: usize = 8 << 20;

/// Memory of all questions together: room for one of the costliest at a time. The others wait, each within its own time.
pub const QUESTIONS_BYTES_MAX: usize = 48 << 20;

// The share of large questions has room for one of the costliest.
const _: () = assert!(4 * QUESTION_BYTES_MAX <= QUESTIONS_BYTES_MAX - QUESTIONS_BYTES_MAX / 3);

/// What one question may cost, and whether it may be answered from what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time, in µs.
    pub time_us: u64,
    /// Lines read to decide what the indexes cannot.
    pub lines: u64,
    /// Bytes of the values that it counts.
    pub bytes: usize,
    /// Whether to work everything out again, past the caches of results.
    pub fresh: bool,
}

impl Default for Limits {
    /// The limits of questions that somebody waits for.
    fn default() -> Self {
        Self { time_us: QUESTION_TIME_US_MAX, lines: QUESTION_LINES_MAX, bytes: QUESTION_BYTES_MAX, fresh: false }
    }
}

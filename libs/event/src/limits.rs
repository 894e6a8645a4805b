//! Every bound on what is accepted, with its reason, and the relations between them. Lengths are bytes of UTF-8.

/// Longest line. Large enough for a vendor's fattest record, small enough that a frame of a sealed segment stays one
/// short read and a thousand lines fit a request's memory.
pub const LINE_BYTES_MAX: usize = 256 * 1024;

/// Most events in one request: bounds one atomic journal frame.
pub const BATCH_EVENTS_MAX: usize = 10_000;

/// Longest request body after decompression.
pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Deepest nesting inside `changes` and `properties`, the object itself counting as 1. Readers in other languages
/// recurse; 64 is safe for all of them, and it is the width of the scanner's one-word stack.
pub const DEPTH_MAX: usize = 64;

/// Most problems named in one answer; a last one says that there are more.
pub const PROBLEMS_MAX: usize = 1_000;

/// `event_id`, `request_id`, `trace_id`, `session_id`: a UUID, a hash or a URN fits.
pub const KEY_BYTES_MAX: usize = 128;
/// `action`.
pub const ACTION_BYTES_MAX: usize = 128;
/// `event`, `channel`, `client.ci` and `sequence.stream`: words shown as badges and facets.
pub const WORD_BYTES_MAX: usize = 64;
/// Identifiers of actors, resources and scopes: the longest cloud resource names are 2048.
pub const ID_BYTES_MAX: usize = 2_048;
/// Types of resources.
pub const TYPE_BYTES_MAX: usize = 256;
/// Display names, e-mail addresses, places.
pub const NAME_BYTES_MAX: usize = 1_024;
/// `description`.
pub const DESCRIPTION_BYTES_MAX: usize = 4 * 1024;
/// `detail`.
pub const DETAIL_BYTES_MAX: usize = 1_024;
/// `reason`: a sentence or two and the number of a ticket.
pub const REASON_BYTES_MAX: usize = 1_024;
/// `sequence.n`: what a double holds exactly, so that readers of JSON in every language compare it rightly. At a million events a
/// second it lasts for 285 years.
pub const SEQUENCE_N_MAX: u64 = (1 << 53) - 1;
/// `http.method`: registered methods have at most 17 letters.
pub const METHOD_BYTES_MAX: usize = 32;
/// `http.path`, query string included: what servers accept as a request line.
pub const PATH_BYTES_MAX: usize = 8 * 1024;
/// `client.user_agent`.
pub const USER_AGENT_BYTES_MAX: usize = 4 * 1024;
/// `targets`.
pub const TARGETS_MAX: usize = 32;
/// Elements of a client's `personal`.
pub const DECLARED_MAX: usize = 32;
/// Paths in one element of `personal`.
pub const PATHS_MAX: usize = 64;

/// Personal values of one entry together, with the pointers of their places: what its disclosures may take. As a pointer may be
/// nearly as long as the event, an event could otherwise make a thousand times its size.
pub const PERSONAL_BYTES_MAX: usize = 1024 * 1024;

/// How far `time` may run ahead of `received` before order, ranges and histograms stop believing it, and how far off
/// either way before the receipt says so. Clocks kept by NTP are within a second; five minutes is what Kerberos allows.
pub const SKEW_US_MAX: i64 = 5 * 60 * 1_000_000;

// Every single text fits a line even if each of its bytes is escaped to six.
const _: () = assert!(
    6 * (DESCRIPTION_BYTES_MAX + DETAIL_BYTES_MAX + REASON_BYTES_MAX + PATH_BYTES_MAX + USER_AGENT_BYTES_MAX)
        < LINE_BYTES_MAX
);
// A body can hold a line of the greatest length, and more than one.
const _: () = assert!(BATCH_BYTES_MAX >= 2 * LINE_BYTES_MAX);
// The scanner keeps one bit a level.
const _: () = assert!(DEPTH_MAX <= u64::BITS as usize);

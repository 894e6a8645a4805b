//! Why nothing of a submission was recorded.

use event::{BodyError, Problem};
use segment::PartError;

/// Why nothing of a submission was recorded.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The body as a whole is beyond a limit. Remedy: smaller batches.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Events are wrong; every problem is listed. Remedy: mend them.
    #[error("{} problems in the events sent", problems.len())]
    Problems {
        /// Each with index, pointer, code and message.
        problems: Vec<Problem>,
    },
    /// An `event_id` stands for another event already. Remedy: a new id for a new event.
    #[error("{} events carry an event_id that stands for another event", problems.len())]
    Conflict {
        /// Each with index, pointer, code and message.
        problems: Vec<Problem>,
    },
    /// No room on the disk, not even in reserve for an entry of the log's own. Remedy: free space, then send again.
    #[error("the disk is full")]
    DiskFull,
    /// Too much is waiting. Remedy: send again a little later.
    #[error("the log is overloaded: {reason}")]
    Overloaded {
        /// What is full.
        reason: String,
    },
    /// The log takes nothing more until it is started afresh. Remedy: the operator's.
    #[error("the log has stopped: {reason}")]
    Stopped {
        /// What happened.
        reason: String,
    },
    /// What was recorded before could not be read, to compare with. Remedy: `verify`.
    #[error("an earlier entry could not be read")]
    Read(#[from] PartError),
}

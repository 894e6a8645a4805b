//! Where the parts meet: one [`Log`] admits, commits, signs, seals, recovers, answers and verifies.
//!
//! Rooms, by the life of an entry:
//!
//! | room | what happens there |
//! |---|---|
//! | `admit` | a request's events are checked, redacted and split on the caller's thread, and handed to the sequencer |
//! | `commit` | the sequencer writes them to journal, ledger and tail; the signer signs checkpoints |
//! | `seal` | the freezer makes runs of the tail, the sealer segments of runs, the joiner large segments of small ones; one publisher |
//! | `ask` | questions over a [`segment::View`] of segments and tail, which see every acknowledged entry (I-1) |
//! | `disclose` | personal values are opened, for whom may see them: the one way there |
//! | `own` | what the log records about itself |
//! | `start` | a log is made, looked at, settled, opened, repaired, indexed anew |
//! | `verify` | everything on the disk is held against the signed tree |
//! | `state` | what the threads share |
//!
//! What goes where on disk: [`Layout`].

mod admit;
mod ask;
mod commit;
mod disclose;
mod log;
mod own;
mod seal;
mod start;
mod state;
pub mod verify;

pub use journal::RESERVE_BYTES_DEFAULT;
pub use ledger::OlderMark;

pub use admit::error::SubmitError;
pub use admit::submission::{Receipt, Submission, Submitted};
pub use admit::submit::{Answer, Done, Sent, Waiting};
pub use ask::caller::Caller;
pub use ask::checkpoints::NotCovered;
pub use ask::inspect;
pub use ask::limits::{
    Limits, QUESTION_BYTES_MAX, QUESTION_LINES_MAX, QUESTION_TIME_US_MAX, QUESTIONS_BYTES_MAX, RESULT_BYTES_MAX,
};
pub use ask::permitted::Permitted;
pub use ask::public_tree::PublicTree;
pub use ask::reach::{ActorId, Place, Reach, Within};
pub use ask::reader::{Entries, Reader};
pub use ask::shown::{RecordReadError, Shown};
pub use disclose::opener::{Opener, PartOpener, Wanted};
pub use disclose::sight::{PersonSet, Persons, Sight};
pub use disclose::texts::{HandedOut, OpenedTexts};
pub use log::Log;
pub use own::Own;
pub use own::changed::Changed;
pub use own::names::OWN_SOURCE;
pub use own::viewer::Viewer;
pub use seal::error::SealingError;
pub use seal::seal_now::{NotSealed, SealAsked};
pub use start::error::OpenLogError;
pub use start::reindex::{Watch, reindex};
pub use start::repair::{Repair, RepairError};
pub use start::stepped::{Role, Steps};
pub use state::config::{
    CHECKPOINT_WAIT_US, Config, GROUP_BYTES_MAX, QUEUE_BYTES_MAX, QUEUE_JOBS_MAX, SEAL_ROWS_DEFAULT, SEAL_ROWS_MAX,
    Stores, UNSEALED_ROWS_MAX, World,
};
pub use state::health::Degraded;
pub use state::layout::Layout;
pub use state::worker::Turn;

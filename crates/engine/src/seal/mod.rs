//! What is committed leaves the journal: the freezer makes runs of the tail, the sealer segments of runs, the joiner large
//! segments of small ones. One publisher makes a finished segment part of the log.

pub(crate) mod error;
pub(crate) mod freezer;
pub(crate) mod joining;
pub(crate) mod joins;
pub(crate) mod merging;
pub(crate) mod own_puts;
pub(crate) mod publisher;
pub(crate) mod seal_now;
pub(crate) mod sealer;
pub(crate) mod sealing;

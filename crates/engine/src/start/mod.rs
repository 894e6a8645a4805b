//! A log is made, looked at, settled and opened; repaired, and indexed anew.

pub(crate) mod create;
pub(crate) mod erased;
pub(crate) mod error;
pub(crate) mod ground;
pub(crate) mod looking;
pub(crate) mod open;
pub(crate) mod recover;
pub(crate) mod reindex;
pub(crate) mod repair;
pub(crate) mod repaired;
pub(crate) mod settling;
pub(crate) mod stepped;
pub(crate) mod unlisted;

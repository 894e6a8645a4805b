//! Why access cannot be read or changed.

use access::{ManageError, RecordError};
use engine::SubmitError;

use crate::store::ControlStoreError;

/// Why what is settled cannot be read. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenControlError {
    /// The store cannot be read. Remedy: as its error says.
    #[error(transparent)]
    Store(#[from] ControlStoreError),
    /// A row is no record. Remedy: restore `control.db` from a copy.
    #[error("what is settled about access cannot be read")]
    Record(#[from] RecordError),
    /// A change that was cut off cannot be read. Remedy: restore `control.db` from a copy.
    #[error("a change of access that was cut off cannot be read")]
    Pending(#[source] serde_json::Error),
    /// The log does not say whether a change that was cut off is on record. Remedy: as its error says.
    #[error("the log does not say whether a change of access that was cut off is on record")]
    Log(#[source] Box<SubmitError>),
}

/// Why a change was not made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] ManageError),
    /// It could not be put on record, and what cannot be recorded does not happen. Remedy: as its error says.
    #[error("the change could not be put on record, so it was not made")]
    Unrecorded(#[source] Box<SubmitError>),
    /// The store cannot be written. Remedy: as its error says.
    #[error("the change could not be kept, so it was not made")]
    Store(#[from] ControlStoreError),
}

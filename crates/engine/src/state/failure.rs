//! What an error comes of, and how it is told.

use vault::{StoreError, VaultError};

use crate::admit::error::SubmitError;

/// Whether an error comes of a full disk.
pub(crate) fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let said = error.downcast_ref::<std::io::Error>().is_some_and(env::is_disk_full)
            || matches!(error.downcast_ref(), Some(ledger::SignError::DiskFull))
            || matches!(error.downcast_ref(), Some(journal::OpenJournalError::DiskFull))
            || matches!(error.downcast_ref(), Some(StoreError::DiskFull { .. }))
            || matches!(error.downcast_ref(), Some(VaultError::DiskFull { .. }))
            || error.downcast_ref::<Box<SubmitError>>().is_some_and(|error| matches!(**error, SubmitError::DiskFull));
        if said {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Whether an error comes of a file that could not be read as it was written.
pub(crate) fn is_unread(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| cause.is::<journal::ReadError>() || cause.is::<segment::PartError>())
}

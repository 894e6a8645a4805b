use super::{Entry, LineError};

pub(super) fn entry(_line: &[u8]) -> Result<Entry<'_>, LineError> {
    panic!("being written")
}

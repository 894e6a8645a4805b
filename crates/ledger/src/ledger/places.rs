//! Where in `tree/checkpoints` the record of a size stands, without reading all before it.

use std::sync::{PoisonError, RwLock};

use proof::TreeSize;

/// One record in this many is remembered, with 16 bytes: two megabytes for a year of a checkpoint a second. The records between
/// two of them are read at once.
const RECORDS_BETWEEN: u64 = 256;

/// Size and offset of some of the records, ascending. Grown by whoever opens the ledger, then by the signer.
#[derive(Default)]
pub(super) struct Places {
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    known: Vec<(TreeSize, u64)>,
    records: u64,
}

impl Places {
    /// Notes the next record, which covers `size` and stands at `offset`.
    pub(super) fn add(&self, size: TreeSize, offset: u64) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.records.is_multiple_of(RECORDS_BETWEEN) {
            state.known.push((size, offset));
        }
        state.records += 1;
    }

    /// The offset of a record at most [`RECORDS_BETWEEN`] before the first that covers at least `size`.
    pub(super) fn before(&self, size: TreeSize) -> u64 {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let behind = state.known.partition_point(|(known, _)| *known <= size);
        let place = behind.checked_sub(1).and_then(|at| state.known.get(at));
        place.map_or(0, |(_, offset)| *offset)
    }
}

/// The size that the note of a checkpoint names, its signature unchecked: the second line.
pub(super) fn size_of(note: &[u8]) -> Option<TreeSize> {
    let line = note.split(|byte| *byte == b'\n').nth(1)?;
    std::str::from_utf8(line).ok()?.parse().ok().map(TreeSize)
}

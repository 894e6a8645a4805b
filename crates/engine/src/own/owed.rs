//! Entries of a start that found no room: on a disk that is full beyond what own entries may take of the reserve, a start serves
//! all the same, and its entries are recorded before the next event that is taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::own::Own;

/// What is to be recorded, in its order. At most what one start records; in memory alone, so of several starts without room only
/// the last one is.
#[derive(Clone, Default)]
pub(crate) struct Owed(Arc<Mutex<VecDeque<Own<'static>>>>);

impl Owed {
    /// What is owed now.
    pub(crate) fn lock(&self) -> MutexGuard<'_, VecDeque<Own<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

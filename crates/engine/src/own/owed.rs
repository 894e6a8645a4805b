//! Entries of a start that found no room: on a disk that is full beyond what own entries may take of the reserve, a start serves
//! all the same, and its entries are recorded before the next event that is taken.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::admit::error::SubmitError;
use crate::admit::submit::Answer;
use crate::log::Log;
use crate::own::Own;
use crate::own::names::OWN_SOURCE;

/// What is to be recorded, in its order. At most what one start records; in memory alone, so of several starts without room only
/// the last one is.
#[derive(Clone, Default)]
pub(crate) struct Owed(Arc<Mutex<VecDeque<Own<'static>>>>);

impl Owed {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Own<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    /// Records an entry of the start now or, where the disk has no room for it, once it has.
    pub(crate) fn record_or_owe(&self, own: Own<'static>) -> Result<(), SubmitError> {
        let mut owed = self.owed.lock();
        match if owed.is_empty() { self.record_own(&own).map(drop) } else { Err(SubmitError::DiskFull) } {
            Err(SubmitError::DiskFull) => {
                tracing::warn!(
                    "the disk is full beyond what own entries may use: this start is recorded once there is room"
                );
                owed.push_back(own);
                Ok(())
            }
            other => other,
        }
    }

    /// Sends what is owed on its way to the sequencer, without waiting; what does not arrive is owed again. Cost: a lock.
    pub(crate) fn pay(&self) {
        let mut due = std::mem::take(&mut *self.owed.lock());
        while let Some(own) = due.pop_front() {
            let (again, returned) = (self.owed.clone(), own.clone());
            let done = Box::new(move |answer: Answer| {
                if answer.is_refused() {
                    again.lock().push_back(returned);
                }
            });
            if self.push(&[Some(&own.to_event())], Vec::new(), OWN_SOURCE, false, false, done).is_err() {
                self.owed.lock().push_back(own);
            }
        }
    }
}

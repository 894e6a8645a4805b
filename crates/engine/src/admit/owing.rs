//! Entries of a start are recorded now, or owed and sent on their way before the next event.

use crate::admit::error::SubmitError;
use crate::admit::submit::Answer;
use crate::log::Log;
use crate::own::Own;
use crate::own::names::OWN_SOURCE;

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
            let again = self.owed.clone();
            let returned = own.clone();
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

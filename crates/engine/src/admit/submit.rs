//! Submission: a request's events are admitted, handed to the sequencer, and answered once they are durable and searchable.

use crate::admit::admitting::{Plan, Prepared, receipts};
use crate::admit::error::SubmitError;
use crate::admit::outside;
use crate::admit::queue::{CommitJob, Refused};
use crate::admit::submission::{Receipt, Submission, Submitted};
use crate::log::Log;
use crate::own::Own;
use crate::own::names::OWN_SOURCE;
use crate::state::config::{STALE_ROUNDS_MAX, UNSEALED_ROWS_MAX};
use std::sync::mpsc;

use event::{Event, Problem};

/// What the sequencer says of lines sent to it.
pub struct Answer(Result<u64, Refused>);

impl Answer {
    pub(crate) fn is_refused(&self) -> bool {
        self.0.is_err()
    }
}

/// Lines that wait for the sequencer, and what their client will be told.
pub struct Waiting {
    plans: Vec<Plan>,
    fresh: Vec<Receipt>,
    problems: Vec<Problem>,
}

/// How far a submission has come.
pub enum Sent {
    /// The sequencer has its lines, and will call back.
    Waiting(Waiting),
    /// It holds nothing new; `done` will not be called.
    Done(Submitted),
}

/// Takes the sequencer's answer, on the sequencer's thread: it must not wait for anything.
pub type Done = Box<dyn FnOnce(Answer) + Send>;

impl Waiting {
    /// Says what became of the submission. `None`: an `event_id` of it came in meanwhile; submit it again.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing was recorded then.
    pub fn finish(self, answer: Answer) -> Result<Option<Submitted>, SubmitError> {
        let Self { plans, fresh, problems } = self;
        match answer.0 {
            Ok(first) => Ok(Some(Submitted { receipts: receipts(plans, fresh, first), problems })),
            Err(Refused::Stale) => Ok(None),
            Err(Refused::DiskFull) => Err(SubmitError::DiskFull),
            Err(Refused::Overloaded(reason)) => Err(SubmitError::Overloaded { reason: reason.to_owned() }),
            Err(Refused::Stopped(reason)) => Err(SubmitError::Stopped { reason }),
        }
    }
}

impl Log {
    /// Records the events of a request: parsed, checked, redacted, split, written, durable and searchable when it returns.
    ///
    /// Blocks until the group commit that took them; any number of threads may call it.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing was recorded then.
    pub fn submit(&self, submission: &Submission<'_>) -> Result<Submitted, SubmitError> {
        let batch = event::parse_batch(submission.body, submission.kind)?;
        let (events, problems) = accept(submission, &batch)?;
        self.record(&events, &problems, submission.source, submission.partial)
    }

    /// As [`Log::submit`], but does not wait: the events are durable and searchable when `done` is called.
    ///
    /// Cost: some 10 µs an event on the caller's thread, and look-ups in segments for those with an `event_id`.
    ///
    /// # Errors
    /// [`SubmitError`]; nothing was recorded then, and nobody will call.
    pub fn send(&self, submission: &Submission<'_>, done: Done) -> Result<Sent, SubmitError> {
        let batch = event::parse_batch(submission.body, submission.kind)?;
        let (events, problems) = accept(submission, &batch)?;
        self.push(&events, problems, submission.source, submission.partial, false, done)
    }

    /// Records an entry of the log's own.
    ///
    /// # Errors
    /// As [`Log::submit`]: where it cannot be written, what it would record must not happen.
    pub fn record_own(&self, own: &Own<'_>) -> Result<Receipt, SubmitError> {
        let event = own.to_event();
        let submitted = self.record(&[Some(&event)], &[], OWN_SOURCE, false)?;
        let receipt = submitted.receipts.into_iter().flatten().next();
        Ok(receipt.unwrap_or_else(|| panic!("one event, one receipt")))
    }

    fn record(
        &self,
        events: &[Option<&Event<'_>>],
        problems: &[Problem],
        source: &str,
        partial: bool,
    ) -> Result<Submitted, SubmitError> {
        for _ in 0..STALE_ROUNDS_MAX {
            let (done, answer) = mpsc::sync_channel(1);
            let done = Box::new(move |answer| {
                // The receiver is still there: its thread does nothing but wait.
                let _ = done.send(answer);
            });
            let waiting = match self.push(events, problems.to_vec(), source, partial, true, done)? {
                Sent::Done(submitted) => return Ok(submitted),
                Sent::Waiting(waiting) => waiting,
            };
            let gone = || Answer(Err(Refused::Stopped("the sequencer is gone".to_owned())));
            if let Some(submitted) = waiting.finish(self.threads.receive(&answer).unwrap_or_else(|_| gone()))? {
                return Ok(submitted);
            }
        }
        let reason = "the same event_id is being sent by too many clients at once".to_owned();
        Err(SubmitError::Overloaded { reason })
    }

    /// Admits events and hands them to the sequencer, unless there is nothing new among them. `may_wait`: the caller's
    /// thread may wait for the disk.
    pub(crate) fn push(
        &self,
        events: &[Option<&Event<'_>>],
        mut problems: Vec<Problem>,
        source: &str,
        partial: bool,
        may_wait: bool,
        done: Done,
    ) -> Result<Sent, SubmitError> {
        let own = source == OWN_SOURCE;
        self.refuse_overload(own)?;
        let prepared = self.prepare(events, source)?;
        if !partial && !prepared.refused.is_empty() {
            return Err(SubmitError::Problems { problems: prepared.refused });
        }
        if !partial && !prepared.conflicts.is_empty() {
            return Err(SubmitError::Conflict { problems: prepared.conflicts });
        }
        let Prepared { plans, receipts: fresh, lines, digests, rows, records, .. } = prepared;
        let Prepared { received_us, identities, keys, seen, refused, conflicts, .. } = prepared;
        problems.extend(refused);
        problems.extend(conflicts);
        problems.sort_by_key(|problem| problem.index);
        if fresh.is_empty() {
            return Ok(Sent::Done(Submitted { receipts: receipts(plans, fresh, 0), problems }));
        }
        if !own {
            self.pay();
        }
        let keys_made = self.shared.vault.made();
        if may_wait {
            // Done here rather than on the sequencer, for which everybody waits. If it fails, the sequencer meets the same
            // failure and answers.
            let _ = self.shared.vault.make_durable(keys_made);
        }
        let done = Box::new(move |answer| done(Answer(answer)));
        self.shared.queue.push(CommitJob {
            lines,
            digests,
            rows,
            records,
            received_us,
            identities,
            keys,
            seen,
            keys_made,
            own,
            done,
        });
        Ok(Sent::Waiting(Waiting { plans, fresh, problems }))
    }

    fn refuse_overload(&self, own: bool) -> Result<(), SubmitError> {
        if let Some(reason) = self.shared.queue.closed() {
            return Err(SubmitError::Stopped { reason });
        }
        let sealed = self.shared.parts().tail.first().map_or(0, crate::state::parts::TailPart::first_leaf);
        if !own && self.size() - sealed.min(self.size()) > UNSEALED_ROWS_MAX {
            let reason = "sealing has fallen behind".to_owned();
            return Err(SubmitError::Overloaded { reason });
        }
        Ok(())
    }
}

/// The events of a body that can be taken, and what is wrong with the others, if that is allowed.
fn accept<'b, 'a>(
    submission: &Submission<'a>,
    batch: &'b event::Batch<'a>,
) -> Result<(Vec<Option<&'b Event<'a>>>, Vec<Problem>), SubmitError> {
    let mut events: Vec<Option<&Event<'_>>> = batch.events.iter().map(|event| event.as_ref().ok()).collect();
    let mut problems = batch.problems();
    if let Some(reach) = submission.reach {
        problems.extend(outside::take_out(&mut events, reach));
        problems.sort_by_key(|problem| (problem.index.is_none(), problem.index));
    }
    if batch.broken.is_some() || !(submission.partial || problems.is_empty()) {
        return Err(SubmitError::Problems { problems });
    }
    Ok((events, problems))
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::BodyKind;

    use crate::{Config, World};

    #[test]
    fn keys_are_durable_before_the_answer_whether_the_request_waits_or_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(&dir.path().join("data"));
        config.marks = dir.path().join("marks");
        let log = Log::open(config, World::system()).unwrap();
        let vault = &log.shared.vault;
        let body =
            |who: &str| format!(r#"{{"action":"door.open","actor":{{"type":"user","id":"{who}","name":"Ann"}}}}"#);
        let submission =
            |body| Submission { body, kind: BodyKind::Ndjson, source: "test", reach: None, partial: false };

        let waits = body("1");
        log.submit(&submission(waits.as_bytes())).unwrap();
        let made = vault.made();
        assert_eq!((made, vault.make_durable(made).unwrap()), (1, 0));

        let (done, told) = mpsc::sync_channel(1);
        let does_not = body("2");
        let done = Box::new(move |answer| done.send(answer).unwrap());
        let Sent::Waiting(waiting) = log.send(&submission(does_not.as_bytes()), done).unwrap() else { panic!("new") };
        waiting.finish(told.recv().unwrap()).unwrap().unwrap();
        let made = vault.made();
        assert_eq!(
            (made, vault.make_durable(made).unwrap()),
            (2, 0),
            "no thread of the request waited, so the sequencer did"
        );
    }
}

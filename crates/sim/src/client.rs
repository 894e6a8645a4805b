//! The clients of the log: what they send, and what they are answered.

use std::sync::{Arc, Mutex, PoisonError};

use engine::{Answer, Log, Sent, Submission, SubmitError, Waiting};
use env::fake::SeededRandom;
use event::BodyKind;

use crate::event::{Event, SOURCE, body};
use crate::model::{Broken, Known, Model, Request};

/// Requests that wait at once.
const WAITING_MAX: usize = 8;

/// A request that waits for its answer.
struct Outstanding {
    request: Request,
    waiting: Waiting,
    answer: Arc<Mutex<Option<Answer>>>,
}

/// Requests on their way.
#[derive(Default)]
pub(crate) struct Clients {
    outstanding: Vec<Outstanding>,
}

impl Clients {
    /// Sends some events: new ones, and now and then some that came before. Does not wait.
    pub(crate) fn send(
        &mut self,
        log: &Log,
        model: &mut Model,
        random: &SeededRandom,
        large: bool,
    ) -> Result<(), Broken> {
        if self.outstanding.len() >= WAITING_MAX {
            return Ok(());
        }
        let chosen = self.choose(model, random, large);
        let request = model.send(&chosen);
        let body = body(chosen.iter().filter_map(|event| model.events.get(*event)));
        let answer = Arc::new(Mutex::new(None));
        let told = Arc::clone(&answer);
        let done = Box::new(move |answer| *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer));
        match log.send(&submission(&body), done) {
            Ok(Sent::Waiting(waiting)) => {
                self.outstanding.push(Outstanding { request, waiting, answer });
                Ok(())
            }
            Ok(Sent::Done(submitted)) => model.answer(log, &request, &Ok(Some(submitted))),
            Err(error) => model.answer(log, &request, &Err(error)),
        }
    }

    /// Sends some events and waits for the answer.
    pub(crate) fn submit(&mut self, log: &Log, model: &mut Model, random: &SeededRandom) -> Result<(), Broken> {
        let chosen = self.choose(model, random, false);
        let request = model.send(&chosen);
        let body = body(chosen.iter().filter_map(|event| model.events.get(*event)));
        let answer = log.submit(&submission(&body)).map(Some);
        model.answer(log, &request, &answer)?;
        self.hear(log, model)
    }

    /// Sends another event under the `event_id` of one that is there: it must be refused.
    pub(crate) fn contradict(&self, log: &Log, model: &Model, random: &SeededRandom) -> Result<(), Broken> {
        let there: Vec<&Event> = model.there().map(|(event, _)| event).filter(|event| event.has_id).collect();
        let Some(event) = there.get(below(random, there.len())) else { return Ok(()) };
        let body = event.json(true);
        match log.submit(&submission(&body)) {
            Ok(_) => Err(format!("another event was taken under the event_id of event {}", event.number)),
            Err(SubmitError::Conflict { .. } | SubmitError::Stopped { .. } | SubmitError::Read(_)) => Ok(()),
            Err(SubmitError::DiskFull | SubmitError::Overloaded { .. }) => Ok(()),
            Err(error) => {
                Err(format!("another event under the event_id of event {} was refused: {error}", event.number))
            }
        }
    }

    /// Takes the answers that have come.
    pub(crate) fn hear(&mut self, log: &Log, model: &mut Model) -> Result<(), Broken> {
        for outstanding in std::mem::take(&mut self.outstanding) {
            let answer = outstanding.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
            match answer {
                Some(answer) => model.answer(log, &outstanding.request, &outstanding.waiting.finish(answer))?,
                None => self.outstanding.push(outstanding),
            }
        }
        Ok(())
    }

    /// New events, and some that came before and are on their way nowhere.
    fn choose(&self, model: &mut Model, random: &SeededRandom, large: bool) -> Vec<usize> {
        let mut chosen = Vec::new();
        let count = if random.below(8) == 0 { 1 + random.below(40) } else { 1 + random.below(4) };
        for _ in 0..count {
            let again = below(random, model.events.len());
            let is_free = |event: &usize| {
                let on_its_way = self.outstanding.iter().any(|waiting| waiting.request.events.contains(event));
                !on_its_way && !chosen.contains(event) && model.events.get(*event).is_some_and(|event| event.has_id)
            };
            if random.below(5) == 0 && Some(again).filter(is_free).is_some() {
                chosen.push(again);
                continue;
            }
            let number = model.events.len();
            model.events.push(Event::draw(number, large, random));
            model.known.push(Known::Absent);
            chosen.push(number);
        }
        chosen
    }
}

fn submission(body: &str) -> Submission<'_> {
    Submission { body: body.as_bytes(), kind: BodyKind::Ndjson, source: SOURCE, reach: None, partial: false }
}

/// A place in a list of so many; 0 in an empty one.
fn below(random: &SeededRandom, len: usize) -> usize {
    usize::try_from(random.below(len.max(1) as u64)).unwrap_or(0)
}

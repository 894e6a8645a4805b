//! What the clients of the log know: what they sent, what was acknowledged, which checkpoints they saw.

use std::collections::BTreeMap;

use engine::{Log, Receipt, SubmitError, Submitted};
use proof::{Digest, Hash};

use crate::event::Event;

/// A promise that was broken, in words.
pub(crate) type Broken = String;

/// What is known of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Never sent, or always refused for certain: it must not be there.
    Absent,
    /// Sent, and not answered: it may be there or not.
    Unsure,
    /// Acknowledged, or seen after a start: it is there, at this leaf.
    There(u64),
}

/// All that is known of one log.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) events: Vec<Event>,
    pub(crate) known: Vec<Known>,
    /// Digests of lines that are known to be there, also of the log's own.
    pub(crate) digests: BTreeMap<u64, Digest>,
    /// Events that were first sent in one request since the start: all of them are there, or none.
    pub(crate) requests: Vec<Vec<usize>>,
    /// Checkpoints that were published.
    pub(crate) checkpoints: BTreeMap<u64, Hash>,
    /// Signed receipts and the leaves they are of, some of all.
    pub(crate) receipts: Vec<(String, Vec<(u64, Digest)>)>,
}

/// Receipts that are kept.
const RECEIPTS_MAX: usize = 64;

impl Model {
    /// Notes a request that is about to be sent: from now on its new events may be there.
    pub(crate) fn send(&mut self, events: &[usize]) -> Request {
        let is_new = |event: &&usize| self.known.get(**event) == Some(&Known::Absent);
        let new: Vec<usize> = events.iter().filter(is_new).copied().collect();
        for event in &new {
            self.set(*event, Known::Unsure);
        }
        if new.len() > 1 {
            self.requests.push(new.clone());
        }
        Request { events: events.to_vec(), new }
    }

    /// Notes what became of a request. `None`: the log asks to send it again.
    pub(crate) fn answer(
        &mut self,
        log: &Log,
        request: &Request,
        answer: &Result<Option<Submitted>, SubmitError>,
    ) -> Result<(), Broken> {
        match answer {
            Ok(Some(submitted)) => self.acknowledge(log, request, submitted),
            // Nothing was recorded, it says, and nothing may be.
            Ok(None) | Err(SubmitError::DiskFull | SubmitError::Overloaded { .. } | SubmitError::Read(_)) => {
                self.retract(request);
                Ok(())
            }
            Err(SubmitError::Stopped { .. }) => Ok(()),
            Err(error) => Err(format!("events {:?} were refused: {error}", request.events)),
        }
    }

    fn acknowledge(&mut self, log: &Log, request: &Request, submitted: &Submitted) -> Result<(), Broken> {
        let receipts: Vec<&Receipt> = submitted.receipts.iter().flatten().collect();
        if receipts.len() != request.events.len() {
            return Err(format!("{} receipts for events {:?}", receipts.len(), request.events));
        }
        for (event, receipt) in request.events.iter().zip(&receipts) {
            self.found(*event, receipt.leaf_index, receipt.digest)?;
        }
        if self.receipts.len() < RECEIPTS_MAX {
            let note = log.signed_receipt(submitted).map_err(|error| format!("no receipt: {error}"))?;
            let leaves = receipts.iter().map(|receipt| (receipt.leaf_index, receipt.digest)).collect();
            self.receipts.extend(note.map(|note| (note, leaves)));
        }
        Ok(())
    }

    /// Notes that an event is there at a leaf.
    pub(crate) fn found(&mut self, event: usize, leaf: u64, digest: Digest) -> Result<(), Broken> {
        if let Some(Known::There(before)) = self.known.get(event)
            && *before != leaf
        {
            return Err(format!("event {event} is at leaf {leaf}, and was at leaf {before}"));
        }
        self.set(event, Known::There(leaf));
        self.line(leaf, digest)
    }

    /// Notes that a line is there.
    pub(crate) fn line(&mut self, leaf: u64, digest: Digest) -> Result<(), Broken> {
        match self.digests.insert(leaf, digest) {
            Some(before) if before != digest => Err(format!("leaf {leaf} has another line than it had")),
            _ => Ok(()),
        }
    }

    /// Notes the newest checkpoint.
    pub(crate) fn publish(&mut self, log: &Log) -> Result<(), Broken> {
        let newest = log.checkpoint();
        let (size, root) = (newest.checkpoint.size.0, newest.checkpoint.root);
        if self.checkpoints.last_key_value().is_some_and(|(last, _)| *last > size) {
            return Err(format!("the newest checkpoint is of {size} entries, and there was a larger one"));
        }
        match self.checkpoints.insert(size, root) {
            Some(before) if before != root => Err(format!("two roots of {size} entries were signed")),
            _ => Ok(()),
        }
    }

    /// Events that are there.
    pub(crate) fn there(&self) -> impl Iterator<Item = (&Event, u64)> {
        self.events.iter().zip(&self.known).filter_map(|(event, known)| match known {
            Known::There(leaf) => Some((event, *leaf)),
            _ => None,
        })
    }

    pub(crate) fn set(&mut self, event: usize, known: Known) {
        if let Some(slot) = self.known.get_mut(event) {
            *slot = known;
        }
    }

    /// What was new in it is not there.
    fn retract(&mut self, request: &Request) {
        for event in &request.new {
            self.set(*event, Known::Absent);
        }
        self.requests.retain(|new| *new != request.new);
    }
}

/// A request that was sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) events: Vec<usize>,
    /// Those that were not there, for all that was known.
    new: Vec<usize>,
}

//! Admission of a request's events, on the request's own thread: finds those that are known already, and makes lines, rows and
//! records for the others.

use std::sync::Arc;

use event::personal::PersonalParts;
use event::{Admission, AdmitError, Admitted, Entry, Event, KeyError, Problem, ReadmitError};
use index::{Field, RowExtra, Wanted};
use journal::Packed;
use proof::{Digest, DigestMap};
use segment::PartError;
use segment::tail::Row;

use crate::admit::dedup::{EventKey, Seen};
use crate::admit::error::SubmitError;
use crate::admit::queue::{Element, Records};
use crate::admit::submission::Receipt;
use crate::commit::tail::UNPLACED;
use crate::disclose::Disclosing;
use crate::disclose::named::must_name;
use crate::disclose::sight::Sight;
use crate::disclose::texts::OpenedTexts;
use crate::log::Log;
use crate::own::names::OWN_SOURCE;
use env::with_causes;

/// Stands in a receipt until the sequencer has said where the line is.
const UNPLACED_LEAF: u64 = u64::MAX;

/// Most lines fit into this.
const LINE_BYTES_USUAL: usize = 1_024;

/// What is to become of one event of the batch.
pub(crate) enum Plan {
    /// The next line of the job.
    Fresh,
    /// It is an entry already.
    Known(Receipt),
    /// It is the same as line `n` of the job.
    Again(usize),
    Refused,
}

/// Everything prepared for one try at the sequencer.
pub(crate) struct Prepared {
    pub(crate) plans: Vec<Plan>,
    /// One for each line in `lines`; their places in the tree are not known yet.
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) lines: Packed,
    pub(crate) digests: Vec<Digest>,
    pub(crate) rows: Vec<Row>,
    pub(crate) records: Records,
    /// When all of them were received.
    pub(crate) received_us: i64,
    pub(crate) identities: Vec<(event::PersonId, Arc<event::Disclosure>)>,
    pub(crate) keys: Vec<Option<EventKey>>,
    pub(crate) seen: Seen,
    pub(crate) refused: Vec<Problem>,
    pub(crate) conflicts: Vec<Problem>,
}

impl Log {
    /// Looks every `event_id` up and admits what is new. On a full disk what is new is refused before a key is made for it: keys
    /// that wait are written with the next own entry's, in the reserve.
    pub(crate) fn prepare(&self, events: &[Option<&Event<'_>>], source: &str) -> Result<Prepared, SubmitError> {
        let key = |event: &Event<'_>| event.event_id.as_deref().map(|id| self.shared.recent.key(source, id));
        let (recent, seen) = self.shared.recent.look_up(events.iter().map(|event| event.and_then(key)));
        let sealed = self.in_segments(events)?;
        let now_us = self.received.now_us(&*self.shared.world.clock);
        let mut prepared = Prepared {
            plans: Vec::with_capacity(events.len()),
            receipts: Vec::with_capacity(events.len()),
            lines: Packed::with_capacity(events.len(), events.len() * LINE_BYTES_USUAL),
            digests: Vec::with_capacity(events.len()),
            rows: Vec::with_capacity(events.len()),
            records: Records::default(),
            received_us: now_us,
            identities: Vec::new(),
            keys: Vec::with_capacity(events.len()),
            seen,
            refused: Vec::new(),
            conflicts: Vec::new(),
        };
        // The event and the line under each event_id.
        let mut in_batch: DigestMap<EventKey, (&Event<'_>, usize)> = DigestMap::default();
        // One draw for the whole batch: each draw costs a system call.
        let mut randoms = vec![[0; 10]; events.len()];
        self.shared.world.random.fill(randoms.as_flattened_mut());
        let takes = source == OWN_SOURCE || self.shared.takes_events();
        for (index, ((event, recent), id_random)) in events.iter().zip(recent).zip(randoms).enumerate() {
            let Some(event) = *event else {
                prepared.plans.push(Plan::Refused);
                continue;
            };
            let admission = self.admission(now_us, source, id_random);
            let key = key(event);
            let found = recent.into_iter().chain(leaves_of(&sealed, index));
            if let Some(plan) =
                self.known(event, &admission, found, key.and_then(|key| in_batch.get(&key)), &prepared.lines)?
            {
                if let Plan::Refused = plan {
                    prepared.conflicts.push(conflict(index));
                }
                prepared.plans.push(plan);
                continue;
            }
            if !takes {
                return Err(SubmitError::DiskFull);
            }
            let row = |entry: &Entry<'_>, personal: &[PersonalParts]| self.row(event, entry, personal);
            match event::admit_seen(event, &admission, row) {
                Ok((admitted, row)) => {
                    in_batch.extend(key.map(|key| (key, (event, prepared.receipts.len()))));
                    prepared.plans.push(Plan::Fresh);
                    self.add(&mut prepared, admitted, row, key);
                }
                Err(AdmitError::Key(error)) => return Err(no_key(&error)),
                Err(error @ (AdmitError::LineTooLong { .. } | AdmitError::TooMuchPersonal)) => {
                    prepared.plans.push(Plan::Refused);
                    let personal = matches!(error, AdmitError::TooMuchPersonal);
                    let code = if personal { "too_much_personal" } else { "line_too_long" };
                    let message = format!("{error}: send less of it");
                    prepared.refused.push(Problem { index: Some(index), pointer: String::new(), code, message });
                }
            }
        }
        Ok(prepared)
    }

    /// The leaves in segments that may have an event's `event_id`, as (number of the event, leaf), ordered by the event's number.
    pub(crate) fn in_segments(&self, events: &[Option<&Event<'_>>]) -> Result<Vec<(usize, u64)>, SubmitError> {
        let ids = events.iter().enumerate();
        let ids = ids.filter_map(|(index, event)| Some((index, (*event)?.event_id.as_deref()?.as_bytes())));
        let wanted = Wanted::new(ids, self.shared.vault.index_seed());
        let mut found = Vec::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        for segment in &self.shared.parts().segments {
            let before = segment.failed_reads();
            let rows = segment.rows_of_each(Field::EventId, &wanted)?;
            found.extend(rows.into_iter().map(|(index, row)| (index, segment.leaf(row))));
            if segment.failed_reads() != before {
                return Err(segment.last_failure().map_or(PartError::IndexUnread, PartError::from).into());
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// What the tail keeps of an entry for questions.
    fn row(&self, event: &Event<'_>, entry: &Entry<'_>, personal: &[PersonalParts]) -> Row {
        let identities = personal.iter().flat_map(|parts| &parts.disclosures);
        let identities = identities.filter(|disclosure| disclosure.kind == event::Kind::Identity);
        let connection = |parts: &&PersonalParts| {
            parts.disclosures.iter().any(|disclosure| disclosure.kind == event::Kind::Connection)
        };
        let vault = &self.shared.vault;
        let address = |ip| match personal.iter().find(connection) {
            Some(parts) => vault.address_under(&parts.key, ip),
            None => vault.address_in_line(ip),
        };
        let extra = RowExtra {
            address: event.client.ip.as_deref().and_then(address),
            identity: identities.map(|disclosure| disclosure.digest).collect(),
        };
        Row::new(entry, &extra, UNPLACED)
    }

    /// Keeps what is needed of an admitted event. The rest is freed at once, so that the next event uses the same memory while it
    /// is in the processor's cache.
    fn add(&self, prepared: &mut Prepared, admitted: Admitted, row: Row, key: Option<EventKey>) {
        let Admitted { id, line, digest, personal, warnings, .. } = admitted;
        prepared.lines.push(&line);
        prepared.digests.push(digest);
        prepared.receipts.push(Receipt { id, leaf_index: UNPLACED_LEAF, digest, duplicate: false, warnings });
        let vault = &self.shared.vault;
        let Prepared { identities, records, .. } = prepared;
        records.push(personal.iter().map(|parts| {
            let mut element = Element::default();
            for disclosure in &parts.disclosures {
                if disclosure.kind == event::Kind::Identity && !vault.has_identity(&disclosure.digest) {
                    identities.push((parts.key.id(), Arc::clone(disclosure)));
                }
                if let Some(slot) = element.get_mut(usize::from(disclosure.kind.as_byte())) {
                    *slot = Some(vault.seal_record(&parts.key, disclosure));
                }
            }
            element
        }));
        prepared.rows.push(row);
        prepared.keys.push(key);
    }

    /// Whether the event was recorded before, or stands earlier in its batch. `found`: the leaves that may have its `event_id`.
    fn known(
        &self,
        event: &Event<'_>,
        admission: &Admission<'_>,
        found: impl Iterator<Item = u64>,
        earlier: Option<&(&Event<'_>, usize)>,
        lines: &Packed,
    ) -> Result<Option<Plan>, SubmitError> {
        let Some(event_id) = event.event_id.as_deref() else { return Ok(None) };
        if let Some(&(first, at)) = earlier {
            let Some(line) = lines.get(at) else { return Ok(None) };
            // The first one's personal values were not kept, since repetitions within a batch are rare: it is admitted again.
            let same = match event::admit(first, admission) {
                Ok(first) => self.is_same(event, line, &OpenedTexts::of_parts(&first.personal), admission)?,
                Err(AdmitError::Key(error)) => return Err(no_key(&error)),
                Err(AdmitError::LineTooLong { .. } | AdmitError::TooMuchPersonal) => return Ok(None),
            };
            return Ok(Some(if same { Plan::Again(at) } else { Plan::Refused }));
        }
        let mut found = found.peekable();
        if found.peek().is_none() {
            return Ok(None);
        }
        let oldest_us = admission.now_us.saturating_sub(self.shared.config.deduplication_window_us);
        let Some(first) = self.first_entry(admission.source, event_id, oldest_us, found)? else { return Ok(None) };
        let disclosed = first.part.disclosures(first.row)?;
        must_name(&first.line, first.receipt.leaf_index, &disclosed)?;
        // Compared with what the sender has sent, and shown to nobody.
        let sight = Sight::of_everything();
        let disclosing = Disclosing::new(&self.shared.vault, &sight);
        let opened = OpenedTexts::open(disclosing, &self.shared.opened, &disclosed)?;
        let same = self.is_same(event, &first.line, &opened, admission)?;
        Ok(Some(if same { Plan::Known(first.receipt) } else { Plan::Refused }))
    }

    /// Writes the new event's line with the first one's id and times, and compares. Where a person's key is gone this cannot be
    /// done: the `event_id` alone decides.
    fn is_same(
        &self,
        event: &Event<'_>,
        first: &[u8],
        opened: &OpenedTexts,
        admission: &Admission<'_>,
    ) -> Result<bool, SubmitError> {
        if !opened.is_whole() {
            return Ok(true);
        }
        match event::readmit(event, first, &opened.opened()?, admission) {
            Ok(digest) => Ok(digest == Digest::of(first)),
            Err(ReadmitError::Admit(AdmitError::LineTooLong { .. } | AdmitError::TooMuchPersonal)) => Ok(false),
            Err(ReadmitError::Admit(AdmitError::Key(error))) => Err(no_key(&error)),
            Err(error @ ReadmitError::First(_)) => Err(SubmitError::Read(PartError::Store(Box::new(error)))),
        }
    }

    fn admission<'a>(&'a self, now_us: i64, source: &'a str, id_random: [u8; 10]) -> Admission<'a> {
        Admission {
            now_us,
            source,
            id_random,
            keys: &self.shared.vault,
            places: &self.places,
            agents: &self.agents,
            rules: &self.rules,
        }
    }
}

/// The receipts of a job, in the order of its plans. `first`: the leaf that the sequencer gave the first line.
pub(crate) fn receipts(plans: Vec<Plan>, fresh: Vec<Receipt>, first: u64) -> Vec<Option<Receipt>> {
    let mut lines = fresh.into_iter().zip(first..).map(|(receipt, leaf_index)| Receipt { leaf_index, ..receipt });
    let mut receipts: Vec<Option<Receipt>> = Vec::with_capacity(plans.len());
    // Where the receipt of each line is.
    let mut places = Vec::with_capacity(plans.len());
    for plan in plans {
        let receipt = match plan {
            Plan::Fresh => {
                places.push(receipts.len());
                lines.next()
            }
            Plan::Again(line) => {
                let first = places.get(line).and_then(|&place| receipts.get(place).cloned().flatten());
                first.map(|first| Receipt { duplicate: true, warnings: Vec::new(), ..first })
            }
            Plan::Known(receipt) => Some(receipt),
            Plan::Refused => None,
        };
        receipts.push(receipt);
    }
    receipts
}

/// Why a person has no key: for now, or until the vault was mended.
fn no_key(error: &KeyError) -> SubmitError {
    let reason = with_causes(error);
    match error {
        KeyError::Unavailable { .. } => SubmitError::Overloaded { reason },
        KeyError::Damaged { .. } => SubmitError::Stopped { reason },
    }
}

fn conflict(index: usize) -> Problem {
    let message = "this event_id stands for another event of this source: give a new event a new event_id".to_owned();
    Problem { index: Some(index), pointer: "/event_id".to_owned(), code: "event_id_conflict", message }
}

/// The leaves of one event, out of pairs (number of the event, leaf) ordered by number.
fn leaves_of(found: &[(usize, u64)], index: usize) -> impl Iterator<Item = u64> + '_ {
    let start = found.partition_point(|(of, _)| *of < index);
    found.iter().skip(start).take_while(move |(of, _)| *of == index).map(|(_, leaf)| *leaf)
}

//! The one thread that orders everything: it takes admitted lines, makes them durable in groups, adds them to ledger and tail,
//! and answers. This order is what keeps I-1.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use event::personal::SealedDisclosure;
use journal::{AppendError, Batch, BatchHandle, Book, Packed, PackedRef, SignedTree, Span};
use proof::{Checkpoint, DigestMap};
use segment::tail::Buffer;

use crate::admit::queue::{CommitJob, PerLine, Popped, Records, Refused};
use crate::commit::record::write_numbers;
use crate::commit::tail::{Chunk, Spans, TailLine};
use crate::state::shared::Shared;
use crate::state::worker::{Turn, Worker, run};

/// How long the sequencer sleeps when nobody rings. A ring is never lost, so it does not matter.
const NAP_US: u64 = 3_600_000_000;

/// What only the sequencer touches.
pub(crate) struct Sequencer {
    pub(crate) shared: Arc<Shared>,
    pub(crate) active: Active,
    pub(crate) book: BookRecords,
}

/// The buffer that takes rows now.
pub(crate) struct Active {
    pub(crate) buffer: Arc<Buffer>,
    pub(crate) chunk: Arc<Chunk>,
}

/// The disclosure records that the journal's current book holds, by digest and by number.
pub(crate) struct BookRecords {
    book: Book,
    numbers: DigestMap<[u8; 32], u32>,
    spans: Vec<Span>,
}

impl BookRecords {
    pub(crate) fn new(book: Book) -> Self {
        Self { book, numbers: DigestMap::default(), spans: Vec::new() }
    }

    pub(crate) fn book(&self) -> Book {
        self.book
    }

    /// Notes the records that a batch brought into its book, in their order.
    pub(crate) fn add(&mut self, handle: &BatchHandle, records: PackedRef<'_>) {
        if handle.book != self.book {
            *self = Self::new(handle.book);
        }
        for (at, record) in records.iter().enumerate() {
            let number = self.spans.len() as u32;
            if let Some(digest) = SealedDisclosure::digest_of_record(record) {
                self.numbers.insert(digest, number);
            }
            self.spans.push(handle.record(records, at).map_or_else(Span::default, |record| record.span));
        }
    }

    /// Where the records of a line lie.
    pub(crate) fn spans(&self, numbers: &[[Option<u32>; 3]]) -> Spans {
        let span = |number: Option<u32>| number.and_then(|number| self.spans.get(number as usize)).copied();
        numbers.iter().map(|element| element.map(|number| span(number).unwrap_or_default())).collect()
    }

    /// Numbers the records of a job's lines. Records that the book lacks go into `batch`, with the next numbers. Writes each
    /// line's numbers into the batch and returns them, line after line.
    fn number(&self, records: &Records, fresh: &mut DigestMap<[u8; 32], u32>, batch: &mut Batch) -> Numbers {
        let mut all = Numbers::default();
        let mut refs = Vec::new();
        for line in records.lines() {
            let mut number = |record: &Arc<[u8]>| self.number_of(record, fresh, batch);
            let elements = line.iter().map(|element| element.each_ref().map(|r| r.as_ref().map(&mut number)));
            refs.clear();
            write_numbers(all.push(elements), &mut refs);
            batch.refs.push(&refs);
        }
        all
    }

    fn number_of(&self, record: &[u8], fresh: &mut DigestMap<[u8; 32], u32>, batch: &mut Batch) -> u32 {
        let Some(digest) = SealedDisclosure::digest_of_record(record) else {
            panic!("a record begins with its digest")
        };
        if let Some(&known) = self.numbers.get(&digest) {
            return known;
        }
        let next = (self.spans.len() + fresh.len()) as u32;
        *fresh.entry(digest).or_insert_with(|| {
            batch.disclosures.push(record);
            next
        })
    }
}

/// The numbers of the records behind consecutive lines.
type Numbers = PerLine<[Option<u32>; 3]>;

impl Worker for Sequencer {
    /// Commits one group.
    fn step(&mut self) -> Turn {
        match self.shared.queue.pop_group() {
            Popped::Group(group) => {
                if group.rotate && !self.active.buffer.is_empty() {
                    next_buffer(&self.shared, &mut self.active);
                }
                self.commit(group.jobs);
                Turn::Worked
            }
            Popped::Nothing => Turn::Idle(NAP_US),
            Popped::Closed => Turn::Ended,
        }
    }

    fn wait(&mut self, at_most_us: u64) {
        self.shared.queue.wait(at_most_us);
    }
}

impl Sequencer {
    /// Works until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        if let Err(error) = env::be_prompt() {
            tracing::debug!(%error, "the sequencer waits for its turn like everything else");
        }
        run(&mut self);
    }

    fn commit(&mut self, group: Vec<CommitJob>) {
        let mut accepted: Vec<CommitJob> = Vec::with_capacity(group.len());
        let mut keys = DigestMap::default();
        for job in group {
            let own_keys = || job.keys.iter().flatten().copied();
            let stale = !self.shared.recent.unchanged_since(job.seen, own_keys())
                || own_keys().any(|key| keys.contains_key(&key))
                // The job waited so long that its time would not fit those around it.
                || !self.shared.ledger.announce(job.received_us);
            if stale {
                (job.done)(Err(Refused::Stale));
            } else {
                keys.extend(own_keys().map(|key| (key, ())));
                accepted.push(job);
            }
        }
        // The server's own entries may use the reserve, so they never share a group with others.
        let (own, clients): (Vec<_>, Vec<_>) = accepted.into_iter().partition(|job| job.own);
        self.record(clients, false);
        self.record(own, true);
        // What failed may lie in the journal all the same: a checkpoint that is signed yet must not be dated long after it, or a start
        // would take it for forged.
        if self.shared.goes_on().is_ok() {
            self.shared.ledger.withdraw();
        }
    }

    /// Order (docs/reliability.md, "Acknowledge"): new keys, frame, sync, ledger and tail, answer.
    fn record(&mut self, jobs: Vec<CommitJob>, own: bool) {
        if jobs.is_empty() {
            return;
        }
        if let Err(stopped) = self.shared.goes_on() {
            return answer_all(jobs, &stopped);
        }
        if !own && !self.shared.takes_events() {
            return answer_all(jobs, &Refused::DiskFull);
        }
        // Durable already, except for jobs whose thread was not allowed to wait.
        let keys_made = jobs.iter().map(|job| job.keys_made).max().unwrap_or(0);
        if let Err(refused) = self.begin_book_if_due().and_then(|()| self.shared.make_keys_durable(keys_made, own)) {
            return answer_all(jobs, &refused);
        }
        let mut fresh = DigestMap::default();
        let mut numbers = Vec::with_capacity(jobs.len());
        let mut batches = Vec::with_capacity(jobs.len());
        let mut jobs = jobs;
        for job in &mut jobs {
            let mut batch = Batch {
                lines: std::mem::take(&mut job.lines),
                digests: std::mem::take(&mut job.digests),
                refs: Packed::new(),
                disclosures: Packed::new(),
            };
            numbers.push(self.book.number(&job.records, &mut fresh, &mut batch));
            batches.push(batch);
        }
        let journal = &self.shared.journal;
        let recorded = if own { journal.append_reserved(&batches) } else { journal.append(&batches) };
        let handles = match recorded {
            Ok(handles) => handles,
            Err(error) => {
                let refused = self.shared.append_failed(&error);
                self.sign_if_full();
                return answer_all(jobs, &refused);
            }
        };
        for (((job, batch), handle), numbers) in jobs.into_iter().zip(batches).zip(handles).zip(numbers) {
            self.grow(job, &batch, &handle, &numbers);
        }
        // Now and not with the next group: a start writes the last book once more, and on a full disk there is no next group. Where
        // it fails it is tried again then.
        let _ = self.begin_book_if_due();
    }

    fn grow(&mut self, job: CommitJob, batch: &Batch, recorded: &BatchHandle, numbers: &Numbers) {
        let first = recorded.first_leaf.0;
        self.book.add(recorded, batch.disclosures.as_ref());
        self.shared.ledger.note_received(job.received_us);
        if let Err(error) = self.shared.ledger_append(first, &batch.digests) {
            return (job.done)(Err(error));
        }
        for (person, disclosure) in &job.identities {
            let remembered = self.shared.vault.remember_identity(disclosure.digest, *person, &disclosure.json);
            assert!(remembered.is_ok(), "what admission wrote as an identity is one");
        }
        assert_eq!(job.rows.len(), batch.digests.len(), "I-1: every row of the batch has a digest");
        for ((at, row), digest) in job.rows.into_iter().enumerate().zip(&batch.digests) {
            let Some(handle) = recorded.line(batch.lines.as_ref(), at) else {
                panic!("I-1: the journal recorded every line of the batch");
            };
            let records = self.book.spans(numbers.of(at));
            push_row(&self.shared, &mut self.active, row, TailLine { handle, digest: *digest, records });
        }
        let size = first + batch.digests.len() as u64;
        let keys = job.keys.iter().enumerate().filter_map(|(at, key)| Some(((*key)?, first + at as u64)));
        // The rows become visible before the table knows them: whoever finds an event in the table finds its line.
        self.shared.committed.store(size, Ordering::Release);
        self.shared.recent.add(keys, size);
        self.shared.listeners.tell(size);
        (job.done)(Ok(first));
    }

    /// On a full disk signs at once: what no checkpoint covers, a start after a kill writes again, and there must be room for that.
    /// Cost: nothing where there is room.
    fn sign_if_full(&self) {
        if self.shared.health.is_disk_full()
            && let Err(error) = self.shared.sign()
        {
            tracing::debug!(%error, "the signer will meet the same, and say so");
        }
    }

    fn begin_book_if_due(&mut self) -> Result<(), Refused> {
        if !self.shared.journal.book_is_full() {
            return Ok(());
        }
        self.sign_if_full();
        match self.shared.journal.begin_book(signed_tree(&self.shared.ledger.newest().checkpoint)) {
            Ok(book) => {
                self.book = BookRecords::new(book);
                self.active.chunk.set_reader(&self.shared.journal.reader());
                Ok(())
            }
            // The current book goes on serving; whether there is room will show when the group is appended.
            Err(AppendError::DiskFull | AppendError::OutOfFiles) => Ok(()),
            Err(error) => Err(self.shared.append_failed(&error)),
        }
    }
}

/// A checkpoint as the journal names it.
pub(crate) fn signed_tree(checkpoint: &Checkpoint) -> SignedTree {
    SignedTree { size: checkpoint.size, root: checkpoint.root }
}

/// Puts a row into the tail.
fn push_row(shared: &Shared, active: &mut Active, row: segment::tail::Row, line: TailLine) {
    if active.buffer.len() == segment::tail::BUFFER_ROWS_MAX {
        next_buffer(shared, active);
    }
    active.push(row, line);
}

/// Publishes a new buffer behind the active one, which is the freezer's from then on.
fn next_buffer(shared: &Shared, active: &mut Active) {
    let first = active.buffer.first_leaf() + u64::from(active.buffer.len());
    *active = Active::with_reader(first, &shared.journal.reader());
    shared.change(|parts| parts.tail.push(active.part()));
    shared.wake.notify();
}

fn answer_all(jobs: Vec<CommitJob>, refused: &Refused) {
    for job in jobs {
        (job.done)(Err(refused.clone()));
    }
}

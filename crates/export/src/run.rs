//! The work behind an export: batches of entries are written side by side, and sent in their order.
//!
//! Memory: each worker holds at most two chunks that wait, what it gathers for the next ones (a batch, at most 8 MiB) and
//! what it keeps of blocks and opened texts, so that an export takes some 20 MiB at most in the usual log, however large that
//! is and however slow its reader.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Builder};

use engine::Reader;
use search::{Order, Predicate, Question, SearchError, batches};
use segment::PartError;

use crate::Writer;
use crate::batch::BatchWriter;

/// Threads that read and write entries. More than one, as opening personal values takes several times as long as sending them;
/// two, as the other cores are for questions and ingest.
const WORKERS: usize = 2;

/// Entries that a worker takes at a time: some hundred kilobytes of text, so that handing over costs nothing beside the work, and
/// the text is still in the processor's cache when it is put in order.
const BATCH_LEAVES: usize = 256;

/// The same where times are not in leaf order: each batch then reads most frames of all segments, so fewer batches are better.
const BATCH_LEAVES_SCATTERED: usize = 64 * BATCH_LEAVES;

/// Batches that wait for a worker beside the one in its hands.
const BATCHES_WAITING: usize = 1;

/// Chunks of a worker that wait for their turn.
const CHUNKS_WAITING: usize = 2;

/// What is exported, and how.
pub struct Export<'a> {
    /// On whose behalf.
    pub reader: Reader<'a>,
    /// In which form.
    pub writer: Writer<'a>,
    /// In which order.
    pub order: Order,
    /// Which entries.
    pub predicate: &'a Predicate,
}

/// Why an export is not whole.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The client went away, or takes nothing.
    #[error("nobody reads the export")]
    Gone,
    /// An entry cannot be read. Remedy: `verify`.
    #[error("the export cannot be read")]
    Read(#[from] PartError),
    /// The question has no answer.
    #[error("the export cannot be read")]
    Search(#[from] SearchError),
}

/// What a worker hands on.
enum Written {
    Chunk(Vec<u8>),
    /// The batch is whole: so many entries.
    Batch(u64),
}

/// A worker as the collector sees it.
struct Hand {
    batches: SyncSender<(Vec<u64>, bool)>,
    written: Receiver<Result<Written, Broken>>,
    given: usize,
}

impl Export<'_> {
    /// Hands the bytes of every entry to `send`, in order; returns how many entries there were.
    ///
    /// # Errors
    /// [`Broken`]; what was handed out stands.
    pub fn run(&self, send: &mut dyn FnMut(Vec<u8>) -> Result<(), Broken>) -> Result<u64, Broken> {
        let mut entries = Ok(0);
        self.reader.ask_at_leisure(self.predicate, |question| {
            entries = thread::scope(|scope| {
                let hands = (0..WORKERS).map_while(|_| {
                    let (batches, given) = sync_channel(BATCHES_WAITING);
                    let (hand_on, written) = sync_channel(CHUNKS_WAITING);
                    let worker = Builder::new().spawn_scoped(scope, move || self.work(question, &given, &hand_on));
                    worker.is_ok().then_some(Hand { batches, written, given: 0 })
                });
                let hands: Vec<_> = hands.collect();
                if hands.is_empty() { self.alone(question, send) } else { self.collect(question, hands, send) }
            });
            Ok(())
        })?;
        entries
    }

    /// Writes batch after batch where the system gives no thread for a worker.
    fn alone(
        &self,
        question: &Question<'_>,
        send: &mut dyn FnMut(Vec<u8>) -> Result<(), Broken>,
    ) -> Result<u64, Broken> {
        let mut all = batches(question, self.order, BATCH_LEAVES);
        let mut writer = BatchWriter::new(question, self.writer, self.reader.opener());
        let mut entries = 0;
        while let Some(batch) = all.next()? {
            entries += writer.write(&batch, entries == 0, send)?;
        }
        Ok(entries)
    }

    /// Gives batch n to worker n modulo their number, and takes what they wrote in the same turns.
    fn collect(
        &self,
        question: &Question<'_>,
        mut hands: Vec<Hand>,
        send: &mut dyn FnMut(Vec<u8>) -> Result<(), Broken>,
    ) -> Result<u64, Broken> {
        let mut all = batches(question, self.order, BATCH_LEAVES);
        let mut entries = 0;
        let mut first = true;
        let mut leaves_max = BATCH_LEAVES;
        let mut give = |hand: &mut Hand| -> Result<(), Broken> {
            if let Some(batch) = all.next()? {
                let fitting = if question.are_scattered(&batch) { leaves_max * 2 } else { leaves_max / 2 };
                leaves_max = fitting.clamp(BATCH_LEAVES, BATCH_LEAVES_SCATTERED);
                all.set_leaves_max(leaves_max);
                hand.batches.send((batch, std::mem::take(&mut first))).map_err(|_| Broken::Gone)?;
                hand.given += 1;
            }
            Ok(())
        };
        for _ in 0..=BATCHES_WAITING {
            hands.iter_mut().try_for_each(&mut give)?;
        }
        loop {
            for hand in &mut hands {
                if hand.given == 0 {
                    return Ok(entries);
                }
                loop {
                    match hand.written.recv().map_err(|_| Broken::Gone)?? {
                        Written::Chunk(bytes) => send(bytes)?,
                        Written::Batch(count) => break entries += count,
                    }
                }
                hand.given -= 1;
                give(hand)?;
            }
        }
    }

    /// Writes batches until there are no more, or nobody takes them.
    fn work(
        &self,
        question: &Question<'_>,
        given: &Receiver<(Vec<u64>, bool)>,
        hand_on: &SyncSender<Result<Written, Broken>>,
    ) {
        let mut batches = BatchWriter::new(question, self.writer, self.reader.opener());
        let mut chunk = |bytes| hand_on.send(Ok(Written::Chunk(bytes))).map_err(|_| Broken::Gone);
        while let Ok((batch, first)) = given.recv() {
            let written = batches.write(&batch, first, &mut chunk);
            if hand_on.send(written.map(Written::Batch)).is_err() {
                return;
            }
        }
    }
}

//! One batch of entries: read in the order of leaves, so that each frame and block is read once; written in the order asked.

use engine::{Opener, PartOpener};
use event::Entry;
use search::{LeafLine, Question};
use segment::PartError;

use crate::Writer;
use crate::run::Broken;

/// Bytes of entries that are gathered before they are put in order. One entry may overshoot it by the length of its own;
/// a batch that would take more is taken in pieces.
const GATHERED_BYTES_MAX: usize = 8 << 20;

/// Bytes of a chunk that is handed on. One entry may overshoot it by the length of its own.
const CHUNK_BYTES: usize = 256 * 1024;

/// Where chunks go.
pub(crate) type HandOn<'a> = dyn FnMut(Vec<u8>) -> Result<(), Broken> + 'a;

/// Writes batches; owned by one worker. Memory: [`GATHERED_BYTES_MAX`], a chunk, and what the opener keeps.
pub(crate) struct BatchWriter<'a> {
    question: &'a Question<'a>,
    writer: Writer<'a>,
    opener: Opener<'a>,
    /// How many entries can probably be gathered within the bound.
    leaves_max: usize,
    gathered: Gathered,
}

/// Entries as they are written, by leaf.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    /// Begin and end of each entry in `bytes`, in the order asked.
    spans: Vec<(usize, usize)>,
}

impl<'a> BatchWriter<'a> {
    pub(crate) fn new(question: &'a Question<'a>, writer: Writer<'a>, opener: Opener<'a>) -> Self {
        Self { question, writer, opener, leaves_max: usize::MAX, gathered: Gathered::default() }
    }

    /// Hands on the text of a batch; returns how many entries there were. `first`: no batch came before.
    pub(crate) fn write(&mut self, batch: &[u64], first: bool, hand_on: &mut HandOn<'_>) -> Result<u64, Broken> {
        let mut rest = batch;
        let mut first = first;
        while !rest.is_empty() {
            // Pieces are of one size, since a small one would read as many frames as the others.
            let pieces = rest.len().div_ceil(self.leaves_max);
            let (leaves, later) = rest.split_at(rest.len().div_ceil(pieces));
            let gathered = self.gather(leaves)?;
            if gathered < leaves.len() {
                self.leaves_max = (gathered / 8 * 7).max(1);
                continue;
            }
            // Lines differ in length: try larger pieces again.
            if self.gathered.bytes.len() < GATHERED_BYTES_MAX / 4 {
                self.leaves_max = self.leaves_max.saturating_mul(2);
            }
            self.hand_on(first, hand_on)?;
            (rest, first) = (later, false);
        }
        Ok(batch.len() as u64)
    }

    /// Reads and writes the entries of `leaves`; returns how many fitted.
    fn gather(&mut self, leaves: &[u64]) -> Result<usize, Broken> {
        let Gathered { bytes, spans } = &mut self.gathered;
        bytes.clear();
        spans.clear();
        spans.resize(leaves.len(), (0, 0));
        let mut done = 0;
        let mut broken = None;
        let writer = self.writer;
        let opener = &mut self.opener;
        self.question.lines(leaves, &mut |LeafLine { place, part, leaf, line }| {
            if broken.is_some() || bytes.len() >= GATHERED_BYTES_MAX {
                return;
            }
            let begin = bytes.len();
            broken = write(writer, &mut opener.of_part(part), leaf, line, bytes).err();
            if let Some(span) = spans.get_mut(place) {
                *span = (begin, bytes.len());
            }
            done += 1;
        })?;
        broken.map_or(Ok(done), |error| Err(Broken::Read(error)))
    }

    /// Hands on what was gathered, in the order asked.
    fn hand_on(&self, mut first: bool, hand_on: &mut HandOn<'_>) -> Result<(), Broken> {
        let Gathered { bytes, spans, .. } = &self.gathered;
        // With room for the entry that overshoots, so that a chunk hardly ever has to grow.
        let room = || Vec::with_capacity(bytes.len().min(CHUNK_BYTES) + CHUNK_BYTES / 8);
        let mut chunk = room();
        for &(begin, end) in spans {
            self.writer.separator(std::mem::take(&mut first), &mut chunk);
            chunk.extend_from_slice(bytes.get(begin..end).unwrap_or_default());
            if chunk.len() >= CHUNK_BYTES {
                hand_on(std::mem::replace(&mut chunk, room()))?;
            }
        }
        if chunk.is_empty() { Ok(()) } else { hand_on(chunk) }
    }
}

fn write(
    writer: Writer<'_>,
    opener: &mut PartOpener<'_, '_, '_>,
    leaf: u64,
    line: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), PartError> {
    let Some(wanted) = writer.wanted(line) else {
        Writer::line(line, out);
        return Ok(());
    };
    let opened = opener.open(leaf, line, wanted)?;
    let entry = Entry::parse(line).map_err(|error| PartError::Store(Box::new(error)))?;
    writer.entry(leaf, &entry, &opened, out);
    Ok(())
}

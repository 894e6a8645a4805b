//! The same entries as every kind of part there is.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use event::Entry;
use index::{Index, IndexBuilder, Indexed, Lines};
use segment::tail::{Buffer, LineAt, LineSource, Row, freeze};
use segment::{Disclosed, Part, PartError, PartLines};

use crate::entries::Made;
use crate::naive_part::NaivePart;

/// Lines in memory, by leaf.
#[derive(Clone)]
struct Memory {
    first_leaf: u64,
    lines: Arc<Vec<Vec<u8>>>,
}

impl Memory {
    fn of(made: &[Made]) -> Self {
        Self { first_leaf: made[0].leaf, lines: Arc::new(made.iter().map(|made| made.line.clone()).collect()) }
    }
}

impl Lines for Memory {
    type Error = PartError;

    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError> {
        Ok(self.lines[(leaf - self.first_leaf) as usize].clone())
    }

    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        for (at, leaf) in leaves.iter().enumerate() {
            each(at, &Lines::line(self, *leaf)?);
        }
        Ok(())
    }
}

impl PartLines for Memory {
    fn disclosures(&self, _leaf: u64) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

impl LineSource for Memory {
    fn line(&self, at: LineAt) -> Result<Vec<u8>, PartError> {
        Lines::line(self, at.0)
    }

    fn disclosures(&self, _at: LineAt) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

fn buffer(made: &[Made]) -> Arc<Buffer> {
    let buffer = Buffer::new(made[0].leaf, Arc::new(Memory::of(made)));
    for Made { line, extra, leaf, .. } in made {
        let entry = Entry::parse(line).unwrap();
        buffer.push(Row::new(&entry, extra, LineAt(*leaf, 0))).unwrap();
    }
    buffer
}

fn indexed(made: &[Made]) -> Arc<dyn Part> {
    let mut builder = IndexBuilder::new(made[0].leaf, 7);
    for Made { line, extra, leaf, .. } in made {
        builder.push(*leaf, &Entry::parse(line).unwrap(), extra);
    }
    let index = Index::open(Path::new("memory.idx"), Arc::new(builder.finish())).unwrap();
    Arc::new(Indexed::new(index, Memory::of(made)))
}

/// Makes the entries of `range` a part of the kind that `kind` picks.
pub fn part(entries: &[Made], range: Range<usize>, kind: usize) -> Arc<dyn Part> {
    let made = &entries[range];
    match kind % 4 {
        0 => indexed(made),
        1 => Arc::new(freeze(&buffer(made), 7).unwrap().0),
        2 => {
            let buffer = buffer(made);
            buffer.snapshot(buffer.len())
        }
        _ => Arc::new(NaivePart::new(made)),
    }
}

#![allow(clippy::indexing_slicing, reason = "sections and kinds are arrays indexed by their own constants")]
//! Writes a disclosure file leaf by leaf.

use env::put_varint;
use std::io;
use std::path::Path;

use env::Disk;
use event::PersonId;
use event::personal::SealedDisclosure;
use proof::{Digest, DigestMap};

use super::layout::{BLOCK_ITEMS, Entry, Footer, KINDS, PERSONS, REFERENCES, SECTIONS, section_of};
use super::references::{Counter, Ordinals};
use crate::file::Output;

/// A disclosure file being written. Memory: one block a section, and about 60 bytes for each distinct disclosure
/// and person so that each is stored once.
pub(crate) struct DisclosureWriter {
    output: Output,
    first_leaf: u64,
    sections: [Section; SECTIONS],
    /// Per kind: digest → ordinal.
    records: [DigestMap<[u8; 32], u32>; KINDS],
    /// Person handle → ordinal.
    persons: DigestMap<[u8; 16], u32>,
    counter: Counter,
}

/// A section's block in the making, and the table of those done.
#[derive(Default)]
struct Section {
    block: Vec<u8>,
    items: u32,
    table: Vec<Entry>,
}

impl DisclosureWriter {
    pub(crate) fn create(disk: &dyn Disk, path: &Path, first_leaf: u64) -> io::Result<Self> {
        Ok(Self {
            output: Output::create(disk, path)?,
            first_leaf,
            sections: Default::default(),
            records: Default::default(),
            persons: DigestMap::default(),
            counter: Counter::default(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.output.path()
    }

    /// Appends the next leaf: per element of its line's `personal` the numbers of its disclosures, as
    /// [`Self::record`] gave them.
    pub(crate) fn push(&mut self, personal: &[Ordinals]) -> io::Result<()> {
        let counter = &mut self.counter;
        let [.., references] = &mut self.sections;
        if references.block.is_empty() {
            counter.next.iter().for_each(|next| put_varint(&mut references.block, *next));
        }
        counter.encode(personal, &mut references.block);
        references.end_item(&mut self.output)
    }

    /// Closes all blocks, writes tables and footer, syncs; returns length and SHA-256 of the file.
    pub(crate) fn finish(mut self) -> io::Result<(u64, Digest)> {
        let mut tables = Vec::new();
        let mut items = [0; SECTIONS];
        for (section, count) in self.sections.iter_mut().zip(&mut items) {
            section.close_block(&mut self.output)?;
            section.table.iter().for_each(|entry| entry.encode(&mut tables));
            *count = section.items;
        }
        let footer = Footer { first_leaf: self.first_leaf, items, tables_crc: crc32c::crc32c(&tables) };
        self.output.append(&tables)?;
        self.output.append(&footer.encode())?;
        self.output.finish()
    }

    /// Returns the record's number within its kind, storing it if it is new. A leaf must refer to it before a later one
    /// is put in: references say how far back a record lies in the order of their first appearance.
    pub(crate) fn record(&mut self, record: SealedDisclosure<&[u8]>) -> io::Result<u32> {
        let section = section_of(record.kind);
        let known = &mut self.records[section];
        if let Some(ordinal) = known.get(&record.digest) {
            return Ok(*ordinal);
        }
        known.insert(record.digest, self.sections[section].items);
        self.put(record)
    }

    /// Puts a record in that is not there, and its person unless it is; returns the record's number within its kind.
    pub(super) fn put(&mut self, record: SealedDisclosure<&[u8]>) -> io::Result<u32> {
        let section = section_of(record.kind);
        let ordinal = self.items(section);
        let person = self.person(record.person)?;
        self.put_record(section, &record.digest, person, record.ciphertext)?;
        Ok(ordinal)
    }

    /// How many items a section has so far.
    pub(super) fn items(&self, section: usize) -> u32 {
        self.sections[section].items
    }

    /// Puts a record behind those of its kind.
    pub(super) fn put_record(
        &mut self,
        kind: usize,
        digest: &[u8; 32],
        person: u32,
        ciphertext: &[u8],
    ) -> io::Result<()> {
        let len = u32::try_from(ciphertext.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let section = &mut self.sections[kind];
        section.block.extend_from_slice(digest);
        put_varint(&mut section.block, person);
        put_varint(&mut section.block, len);
        section.block.extend_from_slice(ciphertext);
        section.end_item(&mut self.output)
    }

    /// Puts a person's handle behind the others.
    pub(super) fn put_person(&mut self, handle: &[u8]) -> io::Result<()> {
        let section = &mut self.sections[PERSONS];
        section.block.extend_from_slice(handle);
        section.end_item(&mut self.output)
    }

    fn person(&mut self, PersonId(handle): PersonId) -> io::Result<u32> {
        let next = self.items(PERSONS);
        let ordinal = *self.persons.entry(handle).or_insert(next);
        if ordinal == next {
            self.put_person(&handle)?;
        }
        Ok(ordinal)
    }
}

impl Section {
    fn end_item(&mut self, output: &mut Output) -> io::Result<()> {
        self.items = self.items.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        if self.items.is_multiple_of(BLOCK_ITEMS) { self.close_block(output) } else { Ok(()) }
    }

    fn close_block(&mut self, output: &mut Output) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let len = u32::try_from(self.block.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        self.table.push(Entry { offset: output.position(), len, crc: crc32c::crc32c(&self.block) });
        output.append(&self.block)?;
        self.block.clear();
        Ok(())
    }
}

// `let [.., references]` above takes the last section.
const _: () = assert!(REFERENCES == SECTIONS - 1);

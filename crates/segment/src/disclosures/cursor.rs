//! Reads the disclosures of many leaves, one after the other.

use super::layout::{BLOCK_ITEMS, KINDS, PERSONS, REFERENCES};
use super::reader::{DisclosureFile, person_of, read_counter};
use super::references::Ordinals;
use crate::cache::Block;
use crate::file::Fields;
use crate::{DisclosureRecordRef, PartError};

/// Blocks of records or persons kept of each section, some 16 KiB each: those of a batch of leaves that lie together, and
/// those that many leaves refer to.
const BLOCKS_KEPT: u32 = 32;

/// Reads the disclosures of many leaves of a file, past the shared cache, which stays for those who ask questions.
///
/// Leaves may come in any order; ascending, each block of references is read and taken apart once.
/// Memory: one block of references, and per section [`BLOCKS_KEPT`] blocks of 64 items, each about 16 KiB.
pub struct DisclosureCursor<'f> {
    file: &'f DisclosureFile,
    references: Option<Taken>,
    /// Identity, connection and fields records, then person handles.
    sections: [Kept; KINDS + 1],
}

/// A block of references, taken apart.
struct Taken {
    number: u32,
    elements: Vec<Ordinals>,
    /// Where each leaf's elements end.
    ends: Vec<u32>,
}

/// The blocks of a section that were read last, each in the one place it may have.
#[derive(Default)]
struct Kept(Vec<Option<(u32, Block)>>);

impl<'f> DisclosureCursor<'f> {
    pub(crate) fn new(file: &'f DisclosureFile) -> Self {
        Self { file, references: None, sections: Default::default() }
    }

    /// Appends which disclosures the line of `leaf` stands for. Cost: a copy within a block; the first of its block one
    /// read.
    ///
    /// # Errors
    /// As [`DisclosureFile::refs`].
    pub fn refs(&mut self, leaf: u64, into: &mut Vec<Ordinals>) -> Result<(), PartError> {
        let item = self.file.item_of(leaf)?;
        let (number, at) = (item / BLOCK_ITEMS, (item % BLOCK_ITEMS) as usize);
        let held = self.references.take().filter(|taken| taken.number == number);
        let taken = match held {
            Some(taken) => taken,
            None => Taken::read(self.file, number)?,
        };
        let elements = taken.of(at).ok_or_else(|| self.file.misfit(REFERENCES, item))?;
        into.extend_from_slice(elements);
        self.references = Some(taken);
        Ok(())
    }

    /// Returns one disclosure by kind and ordinal. Cost: at most two blocks; nothing is copied.
    ///
    /// # Errors
    /// As [`DisclosureFile::record`].
    pub fn record(&mut self, kind: u8, ordinal: u32) -> Result<DisclosureRecordRef<'_>, PartError> {
        let (file, section) = (self.file, usize::from(kind));
        if section >= KINDS || ordinal >= file.items(section) {
            return Err(PartError::NoSuchRow(u64::from(ordinal)));
        }
        let misfit = || file.misfit(section, ordinal);
        let [records @ .., persons] = &mut self.sections;
        let item = records.get_mut(section).ok_or_else(misfit)?.item(file, section, ordinal)?.ok_or_else(misfit)?;
        let person = person_of(item).filter(|person| *person < file.items(PERSONS)).ok_or_else(misfit)?;
        let person = persons.item(file, PERSONS, person)?.and_then(|handle| handle.first_chunk()).ok_or_else(misfit)?;
        let mut fields = Fields(item);
        let parts = || Some((fields.chunk()?, fields.varint()?, fields.varint()?, fields.0));
        let (digest, _, len, ciphertext) = { parts }().ok_or_else(misfit)?;
        if ciphertext.len() != len as usize {
            return Err(misfit());
        }
        Ok(DisclosureRecordRef { digest, person, kind, ciphertext })
    }
}

impl Taken {
    fn read(file: &DisclosureFile, number: u32) -> Result<Self, PartError> {
        let block = file.read_block(REFERENCES, number)?;
        let mut taken = Self { number, elements: Vec::new(), ends: Vec::new() };
        let mut fields = Fields(&block.bytes);
        let mut counter = read_counter(&mut fields);
        for _ in 0..file.items_in(REFERENCES, number) {
            let read = counter.as_mut().and_then(|counter| counter.decode_into(&mut fields, &mut taken.elements));
            read.ok_or_else(|| file.misfit(REFERENCES, number * BLOCK_ITEMS))?;
            taken.ends.push(taken.elements.len() as u32);
        }
        Ok(taken)
    }

    fn of(&self, at: usize) -> Option<&[Ordinals]> {
        let begin = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.elements.get(begin as usize..*self.ends.get(at)? as usize)
    }
}

impl Kept {
    /// The bytes of `item`, which the section has.
    fn item(&mut self, file: &DisclosureFile, section: usize, item: u32) -> Result<Option<&[u8]>, PartError> {
        let number = item / BLOCK_ITEMS;
        if self.0.is_empty() {
            self.0.resize_with(BLOCKS_KEPT as usize, || None);
        }
        let Some(place) = self.0.get_mut((number % BLOCKS_KEPT) as usize) else { return Ok(None) };
        if place.as_ref().is_none_or(|(held, _)| *held != number) {
            *place = Some((number, file.read_block(section, number)?));
        }
        Ok(place.as_ref().and_then(|(_, block)| block.item((item % BLOCK_ITEMS) as usize)))
    }
}

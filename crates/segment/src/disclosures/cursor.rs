//! Reads the disclosures of many leaves, one after the other.

use event::personal::SealedDisclosure;
use event::{Kind, PersonId};

use super::layout::{BLOCK_ITEMS, KINDS, PERSONS, REFERENCES, section_of};
use super::reader::{DisclosureFile, Record, read_counter};
use super::references::Ordinals;
use crate::PartError;
use crate::cache::Block;
use crate::file::Fields;

/// Blocks kept of identities, connections, fields and person handles: those of leaves that lie together, and those that
/// many leaves refer to. A block of handles is a kibibyte, one of records about 16.
const BLOCKS_KEPT: [u32; KINDS + 1] = [32, 16, 16, 1024];

/// The longest block that is kept beside others. Of longer ones only the last is.
const BLOCK_KEPT_BYTES_MAX: usize = 64 << 10;

/// Reads the disclosures of many leaves, of one file after the other and past the shared cache, which stays for those who
/// ask questions.
///
/// Leaves may come in any order; ascending, each block of references is read and taken apart once.
/// Memory: at most about 6 MiB and the longest block of each section, usually 2 MiB.
#[derive(Default)]
pub struct DisclosureCursor {
    /// Number of the file whose blocks are kept.
    file: Option<u64>,
    references: Option<References>,
    /// Identity, connection and fields records, then person handles.
    sections: [RecentBlocks; KINDS + 1],
}

/// A block of references, taken apart.
struct References {
    number: u32,
    elements: Vec<Ordinals>,
    /// Where each leaf's elements end.
    ends: Vec<u32>,
}

/// The blocks of a section that were read last, each in the one place it may have.
#[derive(Default)]
struct RecentBlocks {
    places: Vec<Option<(u32, Block)>>,
    long: Option<(u32, Block)>,
}

impl DisclosureCursor {
    /// Appends which disclosures the line of `leaf` stands for. Cost: a copy; the first leaf of a block one read.
    ///
    /// # Errors
    /// As [`DisclosureFile::refs`].
    pub fn refs(&mut self, file: &DisclosureFile, leaf: u64, into: &mut Vec<Ordinals>) -> Result<(), PartError> {
        self.turn_to(file);
        let item = file.item_of(leaf)?;
        let number = item / BLOCK_ITEMS;
        let at = (item % BLOCK_ITEMS) as usize;
        let references = match self.references.take().filter(|kept| kept.number == number) {
            Some(kept) => self.references.insert(kept),
            None => self.references.insert(References::read(file, number)?),
        };
        into.extend_from_slice(references.of(at).ok_or_else(|| file.misfit(REFERENCES, item))?);
        Ok(())
    }

    /// Returns one disclosure by kind and ordinal. Cost: at most two blocks; nothing is copied.
    ///
    /// # Errors
    /// As [`DisclosureFile::record`].
    pub fn record(
        &mut self,
        file: &DisclosureFile,
        kind: Kind,
        ordinal: u32,
    ) -> Result<SealedDisclosure<&[u8]>, PartError> {
        self.turn_to(file);
        let section = section_of(kind);
        if ordinal >= file.items(section) {
            return Err(PartError::NoSuchRow(u64::from(ordinal)));
        }
        let misfit = || file.misfit(section, ordinal);
        let [records @ .., persons] = &mut self.sections;
        let item = records.get_mut(section).ok_or_else(misfit)?.item(file, section, ordinal)?.ok_or_else(misfit)?;
        let Record { digest, person, ciphertext } = file.take_apart(item).ok_or_else(misfit)?;
        let handle = persons.item(file, PERSONS, person)?.and_then(|handle| handle.first_chunk()).ok_or_else(misfit)?;
        Ok(SealedDisclosure { digest: *digest, person: PersonId(*handle), kind, ciphertext })
    }

    /// Returns the digest of one disclosure by kind and ordinal. Cost: at most one block.
    ///
    /// # Errors
    /// As [`DisclosureFile::record`].
    pub fn digest(&mut self, file: &DisclosureFile, kind: Kind, ordinal: u32) -> Result<[u8; 32], PartError> {
        self.turn_to(file);
        let section = section_of(kind);
        if ordinal >= file.items(section) {
            return Err(PartError::NoSuchRow(u64::from(ordinal)));
        }
        let misfit = || file.misfit(section, ordinal);
        let kept = self.sections.get_mut(section).ok_or_else(misfit)?;
        let item = kept.item(file, section, ordinal)?.ok_or_else(misfit)?;
        file.take_apart(item).map(|record| *record.digest).ok_or_else(misfit)
    }

    /// What is kept of another file is of no use any more.
    fn turn_to(&mut self, file: &DisclosureFile) {
        if self.file != Some(file.id()) {
            *self = Self { file: Some(file.id()), ..Self::default() };
        }
    }
}

impl References {
    fn read(file: &DisclosureFile, number: u32) -> Result<Self, PartError> {
        let block = file.read_block(REFERENCES, number)?;
        let mut references = Self { number, elements: Vec::new(), ends: Vec::new() };
        let mut fields = Fields(&block.bytes);
        let mut counter = read_counter(&mut fields);
        for _ in 0..file.items_in(REFERENCES, number) {
            let read = counter.as_mut().and_then(|counter| counter.decode_into(&mut fields, &mut references.elements));
            read.ok_or_else(|| file.misfit(REFERENCES, number * BLOCK_ITEMS))?;
            references.ends.push(references.elements.len() as u32);
        }
        Ok(references)
    }

    fn of(&self, at: usize) -> Option<&[Ordinals]> {
        let begin = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.elements.get(begin as usize..*self.ends.get(at)? as usize)
    }
}

impl RecentBlocks {
    /// The bytes of `item`, which the section has.
    fn item(&mut self, file: &DisclosureFile, section: usize, item: u32) -> Result<Option<&[u8]>, PartError> {
        let number = item / BLOCK_ITEMS;
        let at = (item % BLOCK_ITEMS) as usize;
        let places = BLOCKS_KEPT.get(section).copied().unwrap_or(1);
        if self.places.is_empty() {
            self.places.resize_with(places as usize, || None);
        }
        let is_it = |place: &Option<(u32, Block)>| place.as_ref().is_some_and(|(held, _)| *held == number);
        let Some(mut place) = self.places.get_mut((number % places) as usize) else { return Ok(None) };
        if !is_it(place) {
            if is_it(&self.long) {
                place = &mut self.long;
            } else {
                let block = file.read_block(section, number)?;
                if block.bytes.len() > BLOCK_KEPT_BYTES_MAX {
                    place = &mut self.long;
                }
                *place = Some((number, block));
            }
        }
        Ok(place.as_ref().and_then(|(_, block)| block.item(at)))
    }
}

//! Reads a disclosure file: what a leaf refers to, one record, or all identities.

use std::path::Path;
use std::sync::Arc;

use env::{BlobStore, Disk};
use event::personal::SealedDisclosure;
use event::{Kind, PersonId};
use index::LeafSet;
use proof::Digest;

use super::Disclosed;
use super::layout::{
    BLOCK_BYTES_MAX, BLOCK_ITEMS, ENTRY_BYTES, Entry, FOOTER_BYTES, Footer, KINDS, PERSON_BYTES, PERSONS, REFERENCES,
    SECTIONS, section_of,
};
use super::references::Counter;
use crate::PartError;
use crate::cache::{Block, BlockCache, BlockKey};
use crate::file::{Fields, Source};

/// Section number under which blocks are cached: apart from the frames of data files, which have their own file number.
const CACHED_FROM: u8 = 1;

/// Bytes of tables read at a time while their checksum is taken.
const TABLE_STEP: usize = 1 << 20;

/// Entries of tables read at a time where blocks are read one after the other: 16 KiB.
const ENTRIES_READ: usize = 1 << 10;

/// Per element of a line's `personal`: the ordinals of its disclosures, each counted within its kind
/// (identity, connection, fields).
pub type References = Vec<[Option<u32>; 3]>;

/// The disclosures of one sealed segment. Cheap to share between threads; keeps only counts in memory.
pub struct DisclosureFile {
    source: Source,
    cache: Arc<BlockCache>,
    id: u64,
    footer: Footer,
    leaves: LeafSet,
    tables_at: u64,
}

impl DisclosureFile {
    /// Opens a disclosure file and checks its tables. Cost: reads the tables, a quarter of a byte an item.
    ///
    /// # Errors
    /// `Read` if the disk fails, `Damaged` if footer or tables are not what was written.
    pub fn open(store: &dyn BlobStore, name: &str, cache: &Arc<BlockCache>) -> Result<Self, PartError> {
        Self::of(Source::stored(store, name)?, cache)
    }

    /// Opens a draft as [`Self::open`] does what it becomes.
    pub(crate) fn draft(disk: &dyn Disk, path: &Path, cache: &Arc<BlockCache>) -> Result<Self, PartError> {
        Self::of(Source::open(disk, path)?, cache)
    }

    fn of(source: Source, cache: &Arc<BlockCache>) -> Result<Self, PartError> {
        let footer_at = source.len().saturating_sub(FOOTER_BYTES as u64);
        let footer = Footer::decode(&source.read(footer_at, FOOTER_BYTES)?)
            .ok_or_else(|| source.damaged(footer_at, "its footer is not that of a disclosure file"))?;
        let tables_at = footer_at
            .checked_sub(footer.tables_bytes())
            .ok_or_else(|| source.damaged(footer_at, "its tables are longer than the file"))?;
        let mut at = tables_at;
        let mut crc = 0;
        while at < footer_at {
            let step = usize::try_from(footer_at - at).map_or(TABLE_STEP, |left| left.min(TABLE_STEP));
            crc = crc32c::crc32c_append(crc, &source.read(at, step)?);
            at += step as u64;
        }
        if crc != footer.tables_crc {
            return Err(source.damaged(tables_at, "the checksum of its tables does not match"));
        }
        let id = cache.register();
        let count = u64::from(footer.items.last().copied().unwrap_or(0));
        let leaves = LeafSet::from(footer.first_leaf..footer.first_leaf.saturating_add(count));
        Ok(Self { source, cache: Arc::clone(cache), id, footer, leaves, tables_at })
    }

    /// The same file, as that of these leaves: it says which is the first and how many there are, not which were removed. `None` if
    /// that does not fit.
    #[must_use]
    pub fn of_leaves(mut self, leaves: &LeafSet) -> Option<Self> {
        let fits = (leaves.start(), leaves.len()) == (self.leaves.start(), u64::from(self.items(REFERENCES)));
        self.leaves = leaves.clone();
        fits.then_some(self)
    }

    /// Returns the file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.source.path()
    }

    /// Returns the leaves whose disclosures are here.
    #[must_use]
    pub fn leaves(&self) -> &LeafSet {
        &self.leaves
    }

    /// Returns the file's length in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.source.len()
    }

    /// Returns how many distinct disclosures of `kind` (0 identity, 1 connection, 2 fields) there are.
    #[must_use]
    pub fn records(&self, kind: Kind) -> u32 {
        self.items(section_of(kind))
    }

    /// Returns which disclosures the line of `leaf` stands for. Cost: one block of 64 leaves.
    ///
    /// # Errors
    /// `NoSuchRow` if the leaf is not here, `Read` if the disk fails, `Damaged` if the block is.
    pub fn refs(&self, leaf: u64) -> Result<References, PartError> {
        let item = self.item_of(leaf)?;
        let (block, at) = self.item_block(REFERENCES, item)?;
        let mut fields = Fields(&block.bytes);
        let read = |fields: &mut Fields<'_>| {
            let mut counter = read_counter(fields)?;
            for _ in 0..at {
                counter.skip(fields)?;
            }
            counter.decode(fields)
        };
        read(&mut fields).ok_or_else(|| self.misfit(REFERENCES, item))
    }

    /// Returns one disclosure by kind and ordinal. Cost: at most two blocks.
    ///
    /// # Errors
    /// `NoSuchRow` if there is none, `Read` if the disk fails, `Damaged` if a block is.
    pub fn record(&self, kind: Kind, ordinal: u32) -> Result<SealedDisclosure, PartError> {
        let section = section_of(kind);
        let (block, at) = self.item_block(section, ordinal)?;
        let item = block.item(at).ok_or_else(|| self.misfit(section, ordinal))?;
        self.decode_record(kind, item)?.ok_or_else(|| self.misfit(section, ordinal))
    }

    /// Returns everything the line of `leaf` stands for, one element per element of its `personal`.
    ///
    /// # Errors
    /// As [`DisclosureFile::refs`] and [`DisclosureFile::record`].
    pub fn disclosed(&self, leaf: u64) -> Result<Disclosed, PartError> {
        let mut disclosed = Vec::new();
        for ordinals in self.refs(leaf)? {
            let mut element = [None, None, None];
            for ((kind, place), ordinal) in Kind::ALL.into_iter().zip(&mut element).zip(ordinals) {
                *place = ordinal.map(|ordinal| self.record(kind, ordinal)).transpose()?;
            }
            disclosed.push(element);
        }
        Ok(disclosed)
    }

    /// Hands out every distinct disclosure of `kind`, by ordinal, past the cache, until `each` fails.
    ///
    /// # Errors
    /// `Read` if the disk fails, `Damaged` if a block is, and what `each` says; what was handed out before stands.
    pub fn each_record(
        &self,
        kind: Kind,
        each: &mut dyn FnMut(u32, SealedDisclosure) -> Result<(), PartError>,
    ) -> Result<(), PartError> {
        let section = section_of(kind);
        for number in 0..self.records(kind).div_ceil(BLOCK_ITEMS) {
            let block = self.read_block(section, number)?;
            for (ordinal, at) in (number * BLOCK_ITEMS..).zip(0..block.spans.len()) {
                let record = match block.item(at) {
                    Some(item) => self.decode_record(kind, item)?,
                    None => None,
                };
                each(ordinal, record.ok_or_else(|| self.misfit(section, ordinal))?)?;
            }
        }
        Ok(())
    }

    /// Reads and checks every block: that blocks fill the file, that every item can be read, and that
    /// every reference and every person handle named exists.
    ///
    /// # Errors
    /// `Read` if the disk fails, `Damaged` for the first thing that does not fit.
    pub fn check(&self) -> Result<(), PartError> {
        self.check_each(&mut |_, _| {})
    }

    /// As [`Self::check`], handing out kind and digest of every disclosure, by ordinal.
    pub(crate) fn check_each(&self, each: &mut dyn FnMut(usize, &[u8; 32])) -> Result<(), PartError> {
        let mut filled = 0;
        let mut counter = Counter::default();
        for section in 0..SECTIONS {
            self.each_block(section, &mut |number, block| {
                filled += block.bytes.len() as u64;
                if section == REFERENCES {
                    let mut fields = Fields(&block.bytes);
                    let follows = read_counter(&mut fields) == Some(counter);
                    let read = (0..self.items_in(section, number)).all(|_| counter.skip(&mut fields).is_some());
                    return if follows && read { Ok(()) } else { Err(self.misfit(section, number * BLOCK_ITEMS)) };
                }
                let items = (number * BLOCK_ITEMS..).zip((0..block.spans.len()).filter(|_| section < KINDS));
                for (item, at) in items {
                    let record = block.item(at).and_then(|record| self.take_apart(record));
                    each(section, record.ok_or_else(|| self.misfit(section, item))?.digest);
                }
                Ok(())
            })?;
        }
        if filled != self.tables_at {
            return Err(self.source.damaged(filled, "its blocks do not fill the file"));
        }
        let counted = counter.next.iter().enumerate().all(|(kind, next)| *next == self.items(kind));
        if counted {
            Ok(())
        } else {
            Err(self.source.damaged(self.tables_at, "a disclosure is referred to by no leaf"))
        }
    }

    /// Hands out the blocks of a section in their order. Cost: a read each, and one for every [`ENTRIES_READ`].
    fn each_block(
        &self,
        section: usize,
        each: &mut dyn FnMut(u32, &Block) -> Result<(), PartError>,
    ) -> Result<(), PartError> {
        let blocks = self.items(section).div_ceil(BLOCK_ITEMS);
        let mut block = Block::default();
        for first in (0..blocks).step_by(ENTRIES_READ) {
            let count = ENTRIES_READ.min((blocks - first) as usize);
            let at = self.entry_at(section, first);
            let entries = self.source.read(at, count * ENTRY_BYTES)?;
            for (number, entry) in (first..).zip(entries.as_chunks::<ENTRY_BYTES>().0) {
                let entry =
                    Entry::decode(entry).ok_or_else(|| self.source.damaged(at, "a table ends inside an entry"))?;
                self.read_into(section, number, entry, &mut block)?;
                each(number, &block)?;
            }
        }
        Ok(())
    }

    /// Returns the SHA-256 of the whole file. Cost: reads all of it.
    ///
    /// # Errors
    /// `Read` if the disk fails.
    pub fn sha256(&self) -> Result<Digest, PartError> {
        self.source.sha256()
    }

    /// As [`Self::sha256`]; `None` if `go_on` said no meanwhile.
    pub(crate) fn sha256_while(&self, go_on: &dyn Fn() -> bool) -> Result<Option<Digest>, PartError> {
        self.source.sha256_while(go_on)
    }

    /// The number of this open file: no other of the same cache has or had it.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// The place of a leaf's references in their section.
    pub(super) fn item_of(&self, leaf: u64) -> Result<u32, PartError> {
        let item = self.leaves.place_of(leaf).and_then(|item| u32::try_from(item).ok());
        item.filter(|item| *item < self.items(REFERENCES)).ok_or(PartError::NoSuchRow(leaf))
    }

    pub(super) fn items(&self, section: usize) -> u32 {
        self.footer.items.get(section).copied().unwrap_or(0)
    }

    pub(super) fn items_in(&self, section: usize, number: u32) -> u32 {
        (self.items(section) - number * BLOCK_ITEMS).min(BLOCK_ITEMS)
    }

    /// Returns the block that holds `item`, and the item's place in it.
    fn item_block(&self, section: usize, item: u32) -> Result<(Arc<Block>, usize), PartError> {
        if item >= self.items(section) {
            return Err(PartError::NoSuchRow(u64::from(item)));
        }
        let number = item / BLOCK_ITEMS;
        let key = BlockKey { file: self.id, section: CACHED_FROM + section as u8, block: u64::from(number) };
        let block = self.cache.get(key, || self.read_block(section, number))?;
        Ok((block, (item % BLOCK_ITEMS) as usize))
    }

    /// Reads a block, checks it against its table entry, and cuts it into items.
    pub(super) fn read_block(&self, section: usize, number: u32) -> Result<Block, PartError> {
        let mut block = Block::default();
        self.read_into(section, number, self.entry(section, number)?, &mut block)?;
        Ok(block)
    }

    fn read_into(&self, section: usize, number: u32, entry: Entry, block: &mut Block) -> Result<(), PartError> {
        let Block { bytes, spans, .. } = block;
        if entry.len > BLOCK_BYTES_MAX {
            return Err(self.source.damaged(entry.offset, "a block is longer than one may be"));
        }
        self.source.read_to(entry.offset, entry.len as usize, bytes)?;
        if crc32c::crc32c(bytes) != entry.crc {
            return Err(self.source.damaged(entry.offset, "the checksum of a block does not match"));
        }
        spans.clear();
        let mut fields = Fields(bytes);
        if section != REFERENCES {
            for _ in 0..self.items_in(section, number) {
                let begin = (bytes.len() - fields.0.len()) as u32;
                skip_item(section, &mut fields)
                    .ok_or_else(|| self.source.damaged(entry.offset, "a block ends inside an item"))?;
                spans.push((begin, (bytes.len() - fields.0.len()) as u32));
            }
            if !fields.0.is_empty() {
                return Err(self.source.damaged(entry.offset, "a block is longer than its items"));
            }
        }
        Ok(())
    }

    /// Where a block's entry stands in the tables.
    fn entry_at(&self, section: usize, number: u32) -> u64 {
        self.tables_at + (self.footer.blocks_before(section) + u64::from(number)) * ENTRY_BYTES as u64
    }

    fn entry(&self, section: usize, number: u32) -> Result<Entry, PartError> {
        let at = self.entry_at(section, number);
        let bytes = self.source.read(at, ENTRY_BYTES)?;
        Entry::decode(&bytes).ok_or_else(|| self.source.damaged(at, "a table ends inside an entry"))
    }

    fn decode_record(&self, kind: Kind, item: &[u8]) -> Result<Option<SealedDisclosure>, PartError> {
        let Some(Record { digest, person, ciphertext }) = self.take_apart(item) else { return Ok(None) };
        let (block, at) = self.item_block(PERSONS, person)?;
        let handle = block.item(at).and_then(|handle| <[u8; PERSON_BYTES]>::try_from(handle).ok()).map(PersonId);
        Ok(handle.map(|person| SealedDisclosure { digest: *digest, person, kind, ciphertext: ciphertext.to_vec() }))
    }

    /// Takes a record apart; `None` if it is none, or of a person that the file does not have.
    pub(super) fn take_apart<'b>(&self, item: &'b [u8]) -> Option<Record<'b>> {
        let mut fields = Fields(item);
        let digest = fields.chunk()?;
        let person = fields.varint()?;
        let len = fields.varint()?;
        let ciphertext = fields.bytes(len as usize)?;
        (person < self.items(PERSONS)).then_some(Record { digest, person, ciphertext })
    }

    /// Something that the checksums let pass but that cannot be: a writer's mistake, or a forgery.
    pub(super) fn misfit(&self, section: usize, item: u32) -> PartError {
        let offset = self.entry(section, item / BLOCK_ITEMS).map_or(self.tables_at, |entry| entry.offset);
        self.source.damaged(offset, "an item does not fit its section")
    }
}

impl Drop for DisclosureFile {
    fn drop(&mut self) {
        self.cache.forget(self.id);
    }
}

/// A record taken apart.
pub(super) struct Record<'b> {
    pub(super) digest: &'b [u8; 32],
    /// The number of its person's handle.
    pub(super) person: u32,
    pub(super) ciphertext: &'b [u8],
}

/// A block of references begins with the counts before it.
pub(super) fn read_counter(fields: &mut Fields<'_>) -> Option<Counter> {
    Some(Counter { next: [fields.varint()?, fields.varint()?, fields.varint()?] })
}

fn skip_item(section: usize, fields: &mut Fields<'_>) -> Option<()> {
    if section == PERSONS {
        fields.bytes(PERSON_BYTES)?;
    } else {
        fields.bytes(32)?;
        fields.varint()?;
        let len = fields.varint()?;
        fields.bytes(len as usize)?;
    }
    Some(())
}

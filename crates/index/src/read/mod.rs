//! Reading an index out of bytes that may be damaged: every offset is checked, nothing panics.

mod check;
mod dictionary;
mod ids;
mod pairs;
mod tokens;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use self::check::check;
pub(super) use self::dictionary::Dictionary;
pub(super) use self::ids::Ids;
pub(super) use self::pairs::{PairCursor, Pairs};
pub(super) use self::tokens::{Edge, TokenCursor, TokenList};
use super::bytes::{Bytes, u32_at, u64_at};
use super::fold::FOLD_VERSION;
use super::format::{
    ALIGN, HEADER_BYTES, HEADER_CRC_AT, INDEX_ROWS_MAX, Kind, MAGIC, SECTIONS_MAX, SectionName, TABLE_ENTRY_BYTES,
    VERSION,
};
use super::packed::Packed;
use super::region::{IndexBlocks, IndexBytes, Region};
use super::sets::Sets;
use crate::error::FileError;

/// Why bytes are no usable index. Remedy for all: rebuild it from the lines (`indelible reindex`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Not what the builder wrote.
    #[error("{} is damaged at byte {offset}: {what}", file.display())]
    Damaged {
        /// The index file.
        file: PathBuf,
        /// Where, in bytes.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// Written by another version of the format, or with another version of the folding table.
    #[error("{} is an index of another version", file.display())]
    Version {
        /// The index file.
        file: PathBuf,
    },
}

/// An opened index.
pub struct Index {
    file: PathBuf,
    region: Region,
    first_leaf: u64,
    rows: u32,
    seed: u64,
    sections: Vec<Section>,
    times: (usize, Packed),
    leaf_of_row: Option<(usize, Packed)>,
    row_of_leaf: Option<(usize, Packed)>,
}

struct Section {
    name: SectionName,
    start: usize,
    len: usize,
    crc: u32,
    /// Whether the checksum is right; unknown until first used.
    sound: OnceLock<bool>,
}

impl Index {
    /// Opens an index in memory. `file` is named in errors only. Header, section table, times and order are verified here,
    /// every other section at its first use.
    ///
    /// # Errors
    /// [`IndexError`]; foreign bytes never panic.
    pub fn open(file: &Path, bytes: IndexBytes) -> Result<Self, IndexError> {
        Self::of_region(file, Region::Whole(bytes))
    }

    /// As [`Self::open`], of an index in a file. Its blocks are checked as they are read, sections are not.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn open_blocks(blocks: IndexBlocks) -> Result<Self, IndexError> {
        let file = blocks.path().to_owned();
        Self::of_region(&file, Region::File(blocks))
    }

    /// As [`Self::open`], of bytes wherever they are.
    fn of_region(file: &Path, region: Region) -> Result<Self, IndexError> {
        let damaged = |offset, what| IndexError::Damaged { file: file.to_owned(), offset, what };
        let whole_len = region.len();
        let header = region.get(0..HEADER_BYTES.min(whole_len)).filter(|header| header.len() == HEADER_BYTES);
        let header = header.ok_or_else(|| damaged(0, "its header cannot be read"))?;
        if !header.starts_with(&MAGIC) {
            return Err(damaged(0, "no index"));
        }
        if u32_at(header, 8) != Some(VERSION) {
            return Err(IndexError::Version { file: file.to_owned() });
        }
        let table = region.get(whole_len.saturating_sub(table_bytes(header))..whole_len).unwrap_or_default();
        let sections = read_table(header, table, whole_len as u64).map_err(|what| damaged(0, what))?;
        if u32_at(header, 28) != Some(FOLD_VERSION) {
            return Err(IndexError::Version { file: file.to_owned() });
        }
        let first_leaf = u64_at(header, 16).unwrap_or(0);
        let rows = u32_at(header, 24).unwrap_or(0);
        let seed = u64_at(header, 32).unwrap_or(0);
        let mut index = Self {
            file: file.to_owned(),
            first_leaf,
            rows,
            seed,
            sections,
            times: Default::default(),
            leaf_of_row: None,
            row_of_leaf: None,
            region,
        };
        if index.rows > INDEX_ROWS_MAX || index.first_leaf.checked_add(u64::from(index.rows)).is_none() {
            return Err(damaged(24, "too many rows"));
        }
        index.times = index.packed(Kind::Times)?.ok_or_else(|| damaged(0, "no times"))?;
        index.leaf_of_row = index.packed(Kind::LeafOfRow)?;
        index.row_of_leaf = index.packed(Kind::RowOfLeaf)?;
        if index.leaf_of_row.is_some() != index.row_of_leaf.is_some() {
            return Err(damaged(0, "half an order"));
        }
        Ok(index)
    }

    /// Verifies every section's checksum now. Cost: reads the whole file, a mebibyte at a time; keeps nothing of it.
    ///
    /// # Errors
    /// [`IndexError::Damaged`], naming the first damaged section.
    pub fn verify(&self) -> Result<(), IndexError> {
        self.sections.iter().try_for_each(|section| {
            let mut crc = 0;
            let read = self.region.stream(section.start..section.start + section.len, &mut |bytes| {
                crc = crc32c::crc32c_append(crc, bytes);
            });
            if read.is_some() && crc == section.crc { Ok(()) } else { Err(self.differs(section)) }
        })
    }

    /// The same index with nothing of its file in memory yet: for one reader, who may forget what it read.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn afresh(&self) -> Result<Self, IndexError> {
        let region = self.region.afresh().map_err(|_| self.lacks_memory())?;
        Self::of_region(&self.file, region)
    }

    /// Gives back the memory of what was read of its file. Nothing happens where the system has no memory for the rest.
    pub(crate) fn forget(&mut self) {
        if self.region.in_memory() > 0
            && let Ok(region) = self.region.afresh()
        {
            self.region = region;
        }
    }

    /// Bytes of its file that are in memory.
    pub(crate) fn in_memory(&self) -> usize {
        self.region.in_memory()
    }

    /// How many reads of its file have failed.
    pub(crate) fn failures(&self) -> u64 {
        self.region.failures()
    }

    /// Takes the last failure, if nobody took it yet.
    pub(crate) fn last_failure(&self) -> Option<FileError> {
        self.region.last_failure()
    }

    /// Returns the file the index came from, for messages.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns the lowest leaf.
    #[must_use]
    pub fn first_leaf(&self) -> u64 {
        self.first_leaf
    }

    /// Returns how many rows there are.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Returns the length of its file in bytes, without what follows it there.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.region.len() as u64
    }

    /// Returns the name, class and length in bytes of every section, for measuring.
    pub fn section_sizes(&self) -> impl Iterator<Item = (String, u64)> {
        self.sections.iter().map(|section| {
            let SectionName { kind, number, class } = section.name;
            (format!("{kind:?}/{number}/{class}"), section.len as u64)
        })
    }

    /// Returns the seed of its hashes.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    #[inline]
    pub(super) fn time_us(&self, row: u32) -> Option<i64> {
        self.times.1.get(self.at(self.times.0), row as usize)
    }

    /// How many rows are earlier than `time_us`.
    pub(super) fn rows_before(&self, time_us: i64) -> u32 {
        self.times.1.count_below(self.at(self.times.0), time_us) as u32
    }

    #[inline]
    pub(super) fn leaf(&self, row: u32) -> Option<u64> {
        self.mapped(self.leaf_of_row, row).map(|offset| self.first_leaf + u64::from(offset))
    }

    /// Whether no permutation is stored, since rows and leaves have one order.
    #[inline]
    pub(super) fn rows_are_leaves(&self) -> bool {
        self.leaf_of_row.is_none()
    }

    #[inline]
    pub(super) fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        self.mapped(self.row_of_leaf, u32::try_from(leaf.checked_sub(self.first_leaf)?).ok()?)
    }

    pub(super) fn sets(&self) -> Result<Sets<'_>, IndexError> {
        Ok(Sets::new(self.section(Kind::Sets.alone())?.unwrap_or_default(), self.rows))
    }

    /// A dictionary; one without values is absent from the file.
    pub(super) fn dictionary(&self, name: SectionName) -> Result<Dictionary<'_>, IndexError> {
        self.parse(name, Dictionary::parse).map(Option::unwrap_or_default)
    }

    pub(super) fn pairs(&self, name: SectionName) -> Result<Option<Pairs<'_>>, IndexError> {
        self.parse(name, |bytes| Pairs::parse(bytes, self.rows))
    }

    pub(super) fn tokens(&self, name: SectionName) -> Result<Option<TokenList<'_>>, IndexError> {
        self.parse(name, |bytes| TokenList::parse(bytes, name.kind == Kind::SingleTokens, self.rows))
    }

    pub(super) fn ids(&self) -> Result<Option<Ids<'_>>, IndexError> {
        self.parse(Kind::Ids.alone(), |bytes| Ids::parse(bytes, self.first_leaf, self.rows))
    }

    /// The error for a section that cannot be read, or whose checksum is right but whose content is not.
    pub(super) fn damaged(&self, name: SectionName) -> IndexError {
        match self.last_failure() {
            Some(FileError::Damaged { file, offset, what }) => return IndexError::Damaged { file, offset, what },
            Some(FileError::Read { file, offset, .. }) => {
                return IndexError::Damaged {
                    file,
                    offset,
                    what: "the file has no such bytes any more, or the disk failed",
                };
            }
            None => {}
        }
        let offset = self.find(name).map_or(0, |section| section.start as u64);
        IndexError::Damaged { file: self.file.clone(), offset, what: "a section of the index contradicts itself" }
    }

    fn parse<'i, T>(
        &'i self,
        name: SectionName,
        parse: impl FnOnce(Bytes<'i>) -> Option<T>,
    ) -> Result<Option<T>, IndexError> {
        let Some(bytes) = self.section(name)? else { return Ok(None) };
        parse(bytes).map(Some).ok_or_else(|| self.damaged(name))
    }

    fn packed(&self, kind: Kind) -> Result<Option<(usize, Packed)>, IndexError> {
        let Some(bytes) = self.section(kind.alone())? else { return Ok(None) };
        let packed = Packed::check(bytes, self.rows as usize).ok_or_else(|| self.damaged(kind.alone()))?;
        Ok(self.sections.iter().position(|section| section.name == kind.alone()).map(|at| (at, packed)))
    }

    #[inline]
    fn mapped(&self, packed: Option<(usize, Packed)>, from: u32) -> Option<u32> {
        if from >= self.rows {
            return None;
        }
        let Some((section, packed)) = packed else { return Some(from) };
        let to = u32::try_from(packed.get(self.at(section), from as usize)?).ok()?;
        (to < self.rows).then_some(to)
    }

    #[inline]
    fn at(&self, section: usize) -> Bytes<'_> {
        self.sections.get(section).map(|section| self.bytes_of(section)).unwrap_or_default()
    }

    pub(super) fn section(&self, name: SectionName) -> Result<Option<Bytes<'_>>, IndexError> {
        self.find(name).map(|section| self.sound(section)).transpose()
    }

    fn find(&self, name: SectionName) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The section, if its checksum is right. If blocks are checked as they are read, no checksum is needed.
    fn sound(&self, section: &Section) -> Result<Bytes<'_>, IndexError> {
        let bytes = self.bytes_of(section);
        let right = || bytes.all().is_some_and(|bytes| crc32c::crc32c(bytes) == section.crc);
        if self.region.checks_blocks() || *section.sound.get_or_init(right) {
            return Ok(bytes);
        }
        Err(self.differs(section))
    }

    fn differs(&self, section: &Section) -> IndexError {
        let offset = section.start as u64;
        IndexError::Damaged { file: self.file.clone(), offset, what: "checksum of a section differs" }
    }

    fn lacks_memory(&self) -> IndexError {
        IndexError::Damaged { file: self.file.clone(), offset: 0, what: "the system has no memory to read it into" }
    }

    #[inline]
    fn bytes_of(&self, section: &Section) -> Bytes<'_> {
        Bytes::new(&self.region, section.start, section.len)
    }
}

/// How long the table of a file with this header is.
fn table_bytes(header: &[u8]) -> usize {
    u32_at(header, 12).map_or(0, |count| count.min(SECTIONS_MAX) as usize * TABLE_ENTRY_BYTES)
}

/// Reads header checksum and table; sections must follow each other and end where the table begins, which ends the file.
fn read_table(header: &[u8], table: &[u8], file_bytes: u64) -> Result<Vec<Section>, &'static str> {
    let count = u32_at(header, 12).filter(|&count| count <= SECTIONS_MAX).ok_or("too many sections")? as usize;
    let sections_end = usize::try_from(file_bytes).ok().and_then(|bytes| bytes.checked_sub(table.len()));
    let sections_end = sections_end.filter(|&end| end >= HEADER_BYTES && table.len() == count * TABLE_ENTRY_BYTES);
    let sections_end = sections_end.ok_or("section table is cut off")?;
    let before = header.get(..HEADER_CRC_AT).ok_or("header is cut off")?;
    let crc = crc32c::crc32c_append(crc32c::crc32c(before), table);
    if u32_at(header, HEADER_CRC_AT) != Some(crc) || u32_at(header, HEADER_CRC_AT + 4) != Some(0) {
        return Err("checksum of the header differs");
    }
    let mut end = HEADER_BYTES;
    let sections = table.chunks(TABLE_ENTRY_BYTES).map(|entry| {
        let &[kind, number, class, 0, ..] = entry else { return None };
        let start = usize::try_from(u64_at(entry, 8)?).ok()?;
        let len = usize::try_from(u64_at(entry, 16)?).ok()?;
        if start != end || !len.is_multiple_of(ALIGN) {
            return None;
        }
        end = start.checked_add(len).filter(|&end| end <= sections_end)?;
        let name = SectionName { kind: Kind::from_number(kind)?, number, class };
        Some(Section { name, start, len, crc: u32_at(entry, 4)?, sound: OnceLock::new() })
    });
    let sections = sections.collect::<Option<Vec<_>>>().ok_or("section table makes no sense")?;
    if end != sections_end {
        return Err("the sections do not end where the table begins");
    }
    Ok(sections)
}

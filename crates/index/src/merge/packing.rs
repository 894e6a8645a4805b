//! Packed numbers as streams; the bytes are those of [`crate::packed`].

use super::error::IndexMergeError;
use super::output::IndexOutput;
use super::spool::{Scratch, Spool};
use crate::format::{BLOCK, SectionName};
use crate::packed::append_words;

/// Numbers of one width.
pub(super) struct BitsOutput<'s> {
    spool: Spool<'s>,
    width: u32,
    word: u128,
    filled: u32,
}

impl<'s> BitsOutput<'s> {
    pub(super) fn new(scratch: &'s Scratch<'_>, width: u32) -> Self {
        Self { spool: scratch.spool(), width, word: 0, filled: 0 }
    }

    pub(super) fn push(&mut self, value: u64) -> Result<(), IndexMergeError> {
        self.word |= u128::from(value) << self.filled;
        self.filled += self.width;
        if self.filled >= u64::BITS { self.put_word() } else { Ok(()) }
    }

    fn put_word(&mut self) -> Result<(), IndexMergeError> {
        let word = self.word as u64;
        self.word >>= u64::BITS;
        self.filled = self.filled.saturating_sub(u64::BITS);
        self.spool.append(&word.to_le_bytes())
    }

    /// The list, with the word of zeroes at its end.
    pub(super) fn finish(mut self) -> Result<Spool<'s>, IndexMergeError> {
        if self.filled > 0 {
            self.put_word()?;
        }
        self.spool.append(&[0; 8])?;
        Ok(self.spool)
    }
}

/// Numbers in blocks.
pub(super) struct PackedOutput<'s> {
    count: u64,
    block: Vec<i64>,
    directory: Spool<'s>,
    words: Spool<'s>,
    packed: Vec<u8>,
}

impl<'s> PackedOutput<'s> {
    pub(super) fn new(scratch: &'s Scratch<'_>) -> Self {
        let directory = scratch.spool();
        let words = scratch.spool();
        Self { count: 0, block: Vec::with_capacity(BLOCK), directory, words, packed: Vec::new() }
    }

    pub(super) fn push(&mut self, value: i64) -> Result<(), IndexMergeError> {
        self.count += 1;
        self.block.push(value);
        if self.block.len() == BLOCK { self.close_block() } else { Ok(()) }
    }

    fn close_block(&mut self) -> Result<(), IndexMergeError> {
        let Some((base, top)) = self.block.iter().copied().min().zip(self.block.iter().copied().max()) else {
            return Ok(());
        };
        let width = (top.wrapping_sub(base) as u64).checked_ilog2().map_or(0, |log| log + 1);
        self.directory.append(&base.to_le_bytes())?;
        self.directory.append(&((self.words.len() / 8) as u32).to_le_bytes())?;
        self.directory.append(&width.to_le_bytes())?;
        self.packed.clear();
        append_words(self.block.iter().map(|value| value.wrapping_sub(base) as u64), width, &mut self.packed);
        self.block.clear();
        self.words.append(&self.packed)
    }

    pub(super) fn write(mut self, name: SectionName, output: &mut IndexOutput) -> Result<(), IndexMergeError> {
        self.close_block()?;
        self.words.append(&[0; 8])?;
        output.section(name, &self.count.to_le_bytes(), [self.directory, self.words])
    }
}

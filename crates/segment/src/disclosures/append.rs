//! Appending all of another file: its blocks are cut anew, and what is numbered within it is numbered on.

use std::io;

use super::layout::{BLOCK_ITEMS, KINDS, PERSONS, REFERENCES};
use super::reader::{DisclosureFile, read_counter};
use super::references::Ordinals;
use super::writer::DisclosureWriter;
use crate::PartError;
use crate::file::Fields;

/// Why a file was not appended.
pub(crate) enum AppendError {
    /// It cannot be read.
    Read(PartError),
    /// The other one cannot be written.
    Write(io::Error),
}

impl DisclosureWriter {
    /// Appends every leaf of `file` with its disclosures, block by block; `false` if `go_on` said no. A disclosure that both
    /// files have is kept twice, as looking for it would cost memory. Memory: a block.
    pub(crate) fn append(&mut self, file: &DisclosureFile, go_on: &dyn Fn() -> bool) -> Result<bool, AppendError> {
        let persons = self.items(PERSONS);
        let mut before = [0; KINDS];
        for (kind, before) in before.iter_mut().enumerate() {
            *before = self.items(kind);
            for number in 0..file.items(kind).div_ceil(BLOCK_ITEMS) {
                if !go_on() {
                    return Ok(false);
                }
                let block = file.read_block(kind, number).map_err(AppendError::Read)?;
                for (item, at) in (number * BLOCK_ITEMS..).zip(0..block.spans.len()) {
                    let record = block.item(at).and_then(|item| file.take_apart(item));
                    let record = record.ok_or_else(|| AppendError::Read(file.misfit(kind, item)))?;
                    let person = persons.checked_add(record.person).ok_or_else(too_large)?;
                    self.put_record(kind, record.digest, person, record.ciphertext).map_err(AppendError::Write)?;
                }
            }
        }
        for number in 0..file.items(PERSONS).div_ceil(BLOCK_ITEMS) {
            let block = file.read_block(PERSONS, number).map_err(AppendError::Read)?;
            for item in (0..block.spans.len()).filter_map(|at| block.item(at)) {
                self.put_person(item).map_err(AppendError::Write)?;
            }
        }
        let mut elements: Vec<Ordinals> = Vec::new();
        for number in 0..file.items(REFERENCES).div_ceil(BLOCK_ITEMS) {
            if !go_on() {
                return Ok(false);
            }
            let misfit = || AppendError::Read(file.misfit(REFERENCES, number * BLOCK_ITEMS));
            let block = file.read_block(REFERENCES, number).map_err(AppendError::Read)?;
            let mut fields = Fields(&block.bytes);
            let mut counter = read_counter(&mut fields).ok_or_else(misfit)?;
            for _ in 0..file.items_in(REFERENCES, number) {
                elements.clear();
                counter.decode_into(&mut fields, &mut elements).ok_or_else(misfit)?;
                for (ordinal, before) in elements.iter_mut().flat_map(|element| element.iter_mut().zip(before)) {
                    *ordinal = ordinal.map(|ordinal| ordinal + before);
                }
                self.push(&elements).map_err(AppendError::Write)?;
            }
        }
        Ok(true)
    }
}

fn too_large() -> AppendError {
    AppendError::Write(io::ErrorKind::FileTooLarge.into())
}

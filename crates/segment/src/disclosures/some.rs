//! Appending some of the leaves of another file, with the disclosures that they refer to and no others.

use event::Kind;
use index::LeafSet;

use super::append::AppendError;
use super::cursor::DisclosureCursor;
use super::layout::section_of;
use super::reader::DisclosureFile;
use super::references::Ordinals;
use super::writer::DisclosureWriter;

/// Leaves between two looks at whether to go on.
const LEAVES_A_LOOK: usize = 1 << 10;

impl DisclosureWriter {
    /// Appends leaves of `file`, all of which it must hold; `false` if `go_on` said no. What was stored once there is stored once
    /// here, unless no leaf refers to it. Memory: eight bytes for each disclosure of the file, and some for each person.
    pub(crate) fn append_some(
        &mut self,
        file: &DisclosureFile,
        leaves: &LeafSet,
        go_on: &dyn Fn() -> bool,
    ) -> Result<bool, AppendError> {
        let mut cursor = DisclosureCursor::default();
        let mut numbers = Kind::ALL.map(|kind| vec![None; file.records(kind) as usize]);
        let mut elements: Vec<Ordinals> = Vec::new();
        for (nth, leaf) in leaves.leaves(0..leaves.len()).enumerate() {
            if nth.is_multiple_of(LEAVES_A_LOOK) && !go_on() {
                return Ok(false);
            }
            elements.clear();
            cursor.refs(file, leaf, &mut elements).map_err(AppendError::Read)?;
            for element in &mut elements {
                for ((kind, place), numbers) in Kind::ALL.into_iter().zip(element).zip(&mut numbers) {
                    let Some(old) = *place else { continue };
                    let number = numbers.get_mut(old as usize);
                    let number = number.ok_or_else(|| AppendError::Read(file.misfit(section_of(kind), old)))?;
                    if number.is_none() {
                        let record = cursor.record(file, kind, old).map_err(AppendError::Read)?;
                        *number = Some(self.put(record).map_err(AppendError::Write)?);
                    }
                    *place = *number;
                }
            }
            self.push(&elements).map_err(AppendError::Write)?;
        }
        Ok(true)
    }
}

//! How a leaf names its disclosures in a byte or three.
//!
//! Ordinals are given in order of first appearance, so a reference is either to the next new record of its kind,
//! written 0, or to one of the `next` records before, written as the distance back.

use crate::file::Fields;
use env::put_varint;

use super::layout::KINDS;

/// Ordinals of one element of `personal`: identity, connection, fields.
pub type Ordinals = [Option<u32>; KINDS];

/// Set in an element's head byte when another element follows.
const MORE: u8 = 0b0000_1000;
/// The whole item of a leaf without personal values.
const NOTHING: u8 = 0b0001_0000;

/// Writes or reads references in order, keeping count of the records seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counter {
    /// Per kind: the ordinal that the next new record gets.
    pub(super) next: [u32; KINDS],
}

impl Counter {
    /// Appends one leaf's item. Panics if an ordinal skips one: they are given in order of first appearance.
    pub(super) fn encode(&mut self, personal: &[Ordinals], out: &mut Vec<u8>) {
        if personal.is_empty() {
            out.push(NOTHING);
        }
        for (at, ordinals) in personal.iter().enumerate() {
            let mut head = if at + 1 < personal.len() { MORE } else { 0 };
            for (kind, ordinal) in ordinals.iter().enumerate() {
                head |= u8::from(ordinal.is_some()) << kind;
            }
            out.push(head);
            for (next, ordinal) in self.next.iter_mut().zip(ordinals) {
                let Some(ordinal) = ordinal else { continue };
                assert!(ordinal <= next, "ordinals are given in order of first appearance");
                let distance = *next - ordinal;
                put_varint(out, distance);
                *next += u32::from(distance == 0);
            }
        }
    }

    /// Reads one leaf's item off the front of `fields`; `None` if it is none.
    pub(super) fn decode(&mut self, fields: &mut Fields<'_>) -> Option<Vec<Ordinals>> {
        let mut personal = Vec::new();
        self.decode_into(fields, &mut personal)?;
        Some(personal)
    }

    /// As [`Self::decode`], appending to `personal`.
    pub(super) fn decode_into(&mut self, fields: &mut Fields<'_>, personal: &mut Vec<Ordinals>) -> Option<()> {
        self.read(fields, |ordinals| personal.push(ordinals))
    }

    /// Passes over one leaf's item. Reading one leaf of a block mostly costs passing over those before it, so this allocates
    /// nothing.
    pub(super) fn skip(&mut self, fields: &mut Fields<'_>) -> Option<()> {
        self.read(fields, |_| {})
    }

    fn read(&mut self, fields: &mut Fields<'_>, mut element: impl FnMut(Ordinals)) -> Option<()> {
        let mut head = fields.u8()?;
        if head == NOTHING {
            return Some(());
        }
        loop {
            if head & !(MORE | 0b111) != 0 {
                return None;
            }
            let mut ordinals = [None; KINDS];
            for (kind, (next, ordinal)) in self.next.iter_mut().zip(&mut ordinals).enumerate() {
                if head & (1 << kind) != 0 {
                    let distance = fields.varint()?;
                    *ordinal = Some(next.checked_sub(distance)?);
                    *next = next.checked_add(u32::from(distance == 0))?;
                }
            }
            element(ordinals);
            if head & MORE == 0 {
                return Some(());
            }
            head = fields.u8()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_back_as_written() {
        let leaves = [
            vec![],
            vec![[Some(0), Some(0), None]],
            vec![[Some(0), Some(1), None], [None, None, Some(0)], [None; 3]],
            vec![[Some(1), Some(1), Some(1)]],
            vec![[Some(0), None, Some(0)]],
        ];
        let mut bytes = Vec::new();
        let mut writer = Counter::default();
        leaves.iter().for_each(|leaf| writer.encode(leaf, &mut bytes));
        let mut reader = Counter::default();
        let mut fields = Fields(&bytes);
        for leaf in &leaves {
            assert_eq!(reader.decode(&mut fields).as_ref(), Some(leaf));
        }
        assert!(fields.0.is_empty());
        assert_eq!(reader, writer);
        assert_eq!(bytes.len(), 1 + 3 + 3 + 2 + 1 + 4 + 3);
    }
}

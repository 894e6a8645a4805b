//! Whether two indexes of the same rows say the same.
//!
//! The same rows give the same bytes, with one exception: in a merged index, a value of a field kept as pairs may stand in the
//! dictionary for some rows and as pairs for others (spec/index.md, "Merging"). So sections are compared as they stand, row sets
//! as sets, and such a field by every hash and row of dictionary and pairs together.

use std::hash::{BuildHasher, RandomState};

use super::format::{Keeping, Kind, SectionName, hash, pair_hash};
use super::read::Dictionary;
use super::sets::{SetRef, Sets};
use super::{Index, IndexError};
use crate::field::{Field, Text};

/// Classes of tokens.
const CLASSES: u8 = 3;

/// How an index differs from the one that its lines give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It answers alike, but no merging makes such bytes: somebody changed it, to no effect.
    Bytes,
    /// It answers otherwise: what differs, in words.
    Answers(String),
}

/// Says in words what differs between two indexes; `None` if they answer every question alike. `leave_out` names a field that is
/// not compared.
///
/// Cost: decodes both wholly. Memory: the rows of a value.
///
/// # Errors
/// [`IndexError`] where a section is damaged.
pub fn difference(a: &Index, b: &Index, leave_out: Option<Field>) -> Result<Option<String>, IndexError> {
    if (a.first_leaf(), a.rows(), a.seed()) != (b.first_leaf(), b.rows(), b.seed()) {
        return Ok(Some("rows or seed".to_owned()));
    }
    for kind in [Kind::Times, Kind::LeafOfRow, Kind::RowOfLeaf, Kind::Ids] {
        if !same_section(a, b, kind.alone())? {
            return Ok(Some("the times, order or ids of its rows".to_owned()));
        }
    }
    let compared = Compared { a, b, a_sets: a.sets()?, b_sets: b.sets()? };
    for field in Field::ALL.into_iter().filter(|field| Some(*field) != leave_out) {
        let alike = match Keeping::of(field) {
            Keeping::Dictionary | Keeping::Paths => compared.dictionary(Kind::Dictionary.of_field(field))?,
            Keeping::Pairs => same_pairs(a, b, field)?,
            Keeping::Id | Keeping::Tokens(_) => true,
        };
        if !alike {
            return Ok(Some(format!("the values of {field:?}")));
        }
    }
    for text in Text::ALL {
        let mut alike = compared.dictionary(Kind::TextFacts.of_text(text, 0))?;
        for class in 0..CLASSES {
            alike = alike && compared.tokens(Kind::Tokens.of_text(text, class))?;
            let single = Kind::SingleTokens.of_text(text, class);
            alike = alike && same_section(a, b, single)?;
        }
        if !alike {
            return Ok(Some(format!("the words of {text:?}")));
        }
    }
    Ok(None)
}

/// Whether two indexes that answer alike must have the same bytes: for fields kept as pairs, both have the same values in their
/// dictionaries. Merging leaves nothing else open.
///
/// Cost: reads the values of these dictionaries.
///
/// # Errors
/// [`IndexError`] where a section is damaged.
pub fn keep_the_same_values(a: &Index, b: &Index) -> Result<bool, IndexError> {
    for field in Field::ALL.into_iter().filter(|field| matches!(Keeping::of(*field), Keeping::Pairs)) {
        let name = Kind::Dictionary.of_field(field);
        if !a.dictionary(name)?.has_the_values_of(&b.dictionary(name)?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether both have the section with the same bytes, or neither has it.
fn same_section(a: &Index, b: &Index, name: SectionName) -> Result<bool, IndexError> {
    Ok(match (a.section(name)?, b.section(name)?) {
        (Some(a), Some(b)) => a.is_same_as(&b),
        (a, b) => a.is_none() && b.is_none(),
    })
}

/// Two indexes, and their row sets.
struct Compared<'i> {
    a: &'i Index,
    b: &'i Index,
    a_sets: Sets<'i>,
    b_sets: Sets<'i>,
}

impl Compared<'_> {
    /// Whether both have the same values, each with the same rows.
    fn dictionary(&self, name: SectionName) -> Result<bool, IndexError> {
        let a = self.a.dictionary(name)?;
        let b = self.b.dictionary(name)?;
        let rows = |of: Dictionary<'_>, at: usize| of.get(at).map(|(_, set)| set);
        Ok(a.has_the_values_of(&b) && (0..a.len()).all(|at| self.same_rows(rows(a, at), rows(b, at))))
    }

    /// Whether both have the same tokens in several rows, each with the same rows.
    fn tokens(&self, name: SectionName) -> Result<bool, IndexError> {
        let of_a = self.a.tokens(name)?;
        let of_b = self.b.tokens(name)?;
        let Some((a, b)) = of_a.zip(of_b) else { return Ok(of_a.is_none() && of_b.is_none()) };
        Ok(a.has_the_tokens_of(&b) && (0..a.len()).all(|at| self.same_rows(a.set(at), b.set(at))))
    }

    /// Whether two sets have the same rows; not, where one cannot be read.
    fn same_rows(&self, a: Option<SetRef>, b: Option<SetRef>) -> bool {
        let Some((a, b)) = a.zip(b) else { return false };
        if a.rows != b.rows {
            return false;
        }
        match (self.a_sets.read(a), self.b_sets.read(b)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        }
    }
}

/// Sums over every hash and row of a field kept as pairs, whatever their order. Each is hashed under keys made for this
/// comparison, so that nobody can have prepared others with the same sum.
struct Pairs<'k> {
    keys: &'k [RandomState; 2],
    sums: [u64; 2],
    count: u64,
}

impl Pairs<'_> {
    fn add(&mut self, hash: u32, row: u32) {
        for (sum, key) in self.sums.iter_mut().zip(self.keys) {
            *sum = sum.wrapping_add(key.hash_one((hash, row)));
        }
        self.count += 1;
    }
}

/// Whether both have the same pairs of hash and row, from dictionary and pairs together. What cannot be read is not the same.
fn same_pairs(a: &Index, b: &Index, field: Field) -> Result<bool, IndexError> {
    let keys = [RandomState::new(), RandomState::new()];
    let of_a = sum_of(a, field, &keys)?;
    Ok(of_a.is_some() && of_a == sum_of(b, field, &keys)?)
}

/// The sums and number of pairs; `None` where a section contradicts itself.
fn sum_of(index: &Index, field: Field, keys: &[RandomState; 2]) -> Result<Option<([u64; 2], u64)>, IndexError> {
    let mut pairs = Pairs { keys, sums: [0; 2], count: 0 };
    let dictionary = index.dictionary(Kind::Dictionary.of_field(field))?;
    let sets = index.sets()?;
    let mut before: Option<&[u8]> = None;
    for at in 0..dictionary.len() {
        let Some((value, set)) = dictionary.get(at) else { return Ok(None) };
        // A value out of order would not be found by a search.
        if before.is_some_and(|before| before >= value) {
            return Ok(None);
        }
        before = Some(value);
        let Some(rows) = sets.read(set).filter(|rows| rows.len() == u64::from(set.rows)) else { return Ok(None) };
        let hash = pair_hash(hash(value, index.seed()));
        rows.iter().for_each(|row| pairs.add(hash, row));
    }
    if let Some(list) = index.pairs(Kind::Pairs.of_field(field))? {
        let mut cursor = list.cursor();
        loop {
            match cursor.next() {
                Some(Some((hash, row))) => pairs.add(hash, row),
                Some(None) => break,
                None => return Ok(None),
            }
        }
    }
    Ok(Some((pairs.sums, pairs.count)))
}

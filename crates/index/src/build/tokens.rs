//! The tokens of a text: by class, those of a single row apart from the others.

use super::column::Column;
use super::file::FileWriter;
use super::order::Order;
use crate::bytes::pad;
use crate::field::Text;
use crate::fold::Class;
use crate::format::{Kind, TOKENS_PER_STEP, bits_below};
use crate::packed::append_bits;
use crate::sets::SetsWriter;

pub(super) fn write(text: Text, column: &Column, order: &Order, sets: &mut SetsWriter, file: &mut FileWriter) {
    let buckets = column.buckets(order);
    let mut codes: [Vec<u32>; Class::ALL.len()] = Default::default();
    for code in column.values.sorted() {
        codes[Class::of(column.values.get(code)) as usize].push(code);
    }
    let row_bits = bits_below(order.rows() as u64);
    for (class, codes) in Class::ALL.into_iter().zip(codes) {
        let mut singles = List::default();
        let mut rows = Vec::new();
        let mut others = List::default();
        let mut refs = Vec::new();
        for code in codes {
            let token = column.values.get(code);
            match buckets.of(code) {
                [row] => {
                    singles.push(token);
                    rows.push(u64::from(*row));
                }
                rows => {
                    others.push(token);
                    sets.add(rows).append(&mut refs);
                }
            }
        }
        let mut packed = Vec::new();
        append_bits(rows.into_iter(), row_bits, &mut packed);
        file.add(Kind::SingleTokens.of_text(text, class as u8), singles.into_section(row_bits, packed));
        file.add(Kind::Tokens.of_text(text, class as u8), others.into_section(0, refs));
    }
}

/// Tokens one after another, a line feed before, between and behind them; no token holds one.
#[derive(Default)]
struct List {
    count: u32,
    steps: Vec<u8>,
    blob: Vec<u8>,
}

impl List {
    fn push(&mut self, token: &[u8]) {
        if self.blob.is_empty() {
            self.blob.push(b'\n');
        }
        if (self.count as usize).is_multiple_of(TOKENS_PER_STEP) {
            self.steps.extend_from_slice(&(self.blob.len() as u32).to_le_bytes());
        }
        self.blob.extend_from_slice(token);
        self.blob.push(b'\n');
        self.count += 1;
    }

    fn into_section(self, row_bits: u32, rows: Vec<u8>) -> Vec<u8> {
        if self.count == 0 {
            return Vec::new();
        }
        let mut section = Vec::with_capacity(24 + self.steps.len() + rows.len() + self.blob.len());
        section.extend_from_slice(&self.count.to_le_bytes());
        section.extend_from_slice(&(self.blob.len() as u32).to_le_bytes());
        section.extend_from_slice(&u64::from(row_bits).to_le_bytes());
        section.extend_from_slice(&self.steps);
        section.extend_from_slice(&rows);
        section.extend_from_slice(&self.blob);
        pad(&mut section, 8);
        section
    }
}

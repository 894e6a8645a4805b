//! Index, frozen run and buffer answer every question as a naive scan of the lines does.

mod damage;
mod draft;
mod golden;
mod merged;
mod naive;
mod work;

use std::path::Path;
use std::sync::Arc;

use event::Entry;
use indelible_segment::tail::{Buffer, LineAt, LineSource, Row, freeze};
use indelible_segment::{Disclosed, Part, PartError, PartLines};
use index::{Ask, Field, Index, IndexBuilder, Indexed, Lines, Needle, Text};
use proptest::prelude::*;
use roaring::RoaringBitmap;

use self::draft::{Dice, Draft, WORDS, draft};
use self::naive::Naive;

/// Lines in memory, as a segment's data file or the journal would give them.
#[derive(Clone)]
pub struct MemoryLines {
    first_leaf: u64,
    lines: Arc<Vec<Vec<u8>>>,
}

impl Lines for MemoryLines {
    type Error = PartError;

    fn line(&self, leaf: u64) -> Result<Vec<u8>, PartError> {
        let nth = leaf.wrapping_sub(self.first_leaf) as usize;
        self.lines.get(nth).cloned().ok_or(PartError::NoSuchRow(leaf))
    }

    fn lines(&self, leaves: &[u64], each: &mut dyn FnMut(usize, &[u8])) -> Result<(), PartError> {
        leaves.iter().enumerate().try_for_each(|(nth, &leaf)| {
            each(nth, &Lines::line(self, leaf)?);
            Ok(())
        })
    }

    fn lasting(&self) -> Option<u64> {
        Some(7)
    }
}

impl PartLines for MemoryLines {
    fn disclosures(&self, _leaf: u64) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

impl LineSource for MemoryLines {
    fn line(&self, at: LineAt) -> Result<Vec<u8>, PartError> {
        Lines::line(self, at.0)
    }

    fn disclosures(&self, _at: LineAt) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

pub const FIRST_LEAF: u64 = 1_000_003;
pub const SEED: u64 = 7;

pub fn drafts(seed: u64, rows: u64, variety: u64) -> Vec<Draft> {
    let mut dice = Dice(seed);
    (0..rows).map(|nth| draft(nth, variety, &mut dice)).collect()
}

pub fn memory(drafts: &[Draft]) -> MemoryLines {
    let lines = drafts.iter().map(|draft| draft.line.clone()).collect();
    MemoryLines { first_leaf: FIRST_LEAF, lines: Arc::new(lines) }
}

pub fn index_bytes(drafts: &[Draft]) -> Vec<u8> {
    let mut builder = IndexBuilder::new(FIRST_LEAF, SEED);
    for (leaf, draft) in (FIRST_LEAF..).zip(drafts) {
        builder.push(leaf, &Entry::parse(&draft.line).unwrap(), &draft.extra);
    }
    builder.finish()
}

pub fn indexed(drafts: &[Draft]) -> Indexed<MemoryLines> {
    let index = Index::open(Path::new("test.idx"), Arc::new(index_bytes(drafts))).unwrap();
    Indexed::new(index, memory(drafts))
}

fn buffer(drafts: &[Draft]) -> Arc<Buffer> {
    let buffer = Buffer::new(FIRST_LEAF, Arc::new(memory(drafts)));
    for (leaf, draft) in (FIRST_LEAF..).zip(drafts) {
        let row = Row::new(&Entry::parse(&draft.line).unwrap(), &draft.extra, LineAt(leaf, 0));
        buffer.push(row).unwrap();
    }
    buffer
}

fn check_order(part: &dyn Part, naive: &Naive<'_>) {
    assert_eq!(part.rows() as usize, naive.rows.len());
    assert_eq!(part.first_leaf(), FIRST_LEAF);
    for (number, row) in naive.rows.iter().enumerate() {
        let number = number as u32;
        assert_eq!((part.leaf(number), part.time_us(number)), (row.leaf, row.time_us));
        assert_eq!(part.row_of_leaf(row.leaf), Some(number));
        assert_eq!(part.line(number).unwrap(), naive.line(number as usize));
    }
    assert_eq!(part.row_of_leaf(FIRST_LEAF - 1), None);
    assert_eq!(part.row_of_leaf(FIRST_LEAF + u64::from(part.rows())), None);
    assert!(part.line(part.rows()).is_err());
    let mut times: Vec<i64> = naive.rows.iter().map(|row| row.time_us).chain([i64::MIN, i64::MAX, 0]).collect();
    times.dedup();
    for window in times.windows(2).chain([[i64::MIN, i64::MAX].as_slice(), &[5, 1]]) {
        let range = part.rows_between(window[0], window[1]);
        let naive: Vec<usize> =
            (0..naive.rows.len()).filter(|&row| (window[0]..window[1]).contains(&naive.rows[row].time_us)).collect();
        assert_eq!(range.len(), naive.len());
        assert!(naive.first().is_none_or(|&first| first == range.start as usize));
    }
}

fn check_fields(part: &dyn Part, naive: &Naive<'_>, dice: &mut Dice) {
    let all = 0..naive.rows.len();
    for field in Field::ALL {
        let mut known: Vec<Vec<u8>> = all.clone().flat_map(|row| naive.values(row, field)).collect();
        known.sort();
        known.dedup();
        let values = part.values(field).unwrap();
        assert_eq!(values.iter().map(|(value, _)| value.clone()).collect::<Vec<_>>(), known, "values of {field:?}");
        let mut asked: Vec<Vec<u8>> = (0..6).filter(|_| !known.is_empty()).map(|_| dice.pick(&known).clone()).collect();
        asked.extend([b"no such value".to_vec(), Vec::new(), vec![0xFF], b"/".to_vec(), b"/v1/".to_vec()]);
        let any: RoaringBitmap = asked.iter().flat_map(|value| part.equal(field, value).unwrap()).collect();
        let borrowed: Vec<&[u8]> = asked.iter().map(Vec::as_slice).collect();
        assert_eq!(part.equal_any(field, &borrowed).unwrap(), any, "any of {field:?}");
        for value in asked {
            let naive_rows: RoaringBitmap =
                all.clone().filter(|&row| naive.values(row, field).contains(&value)).map(|row| row as u32).collect();
            assert_eq!(
                part.equal(field, &value).unwrap(),
                naive_rows,
                "{field:?} = {:?}",
                String::from_utf8_lossy(&value)
            );
            if let Some((_, rows)) = values.iter().find(|(found, _)| *found == value) {
                assert_eq!(*rows, naive_rows, "values of {field:?}");
            }
            let cut = &value[..dice.below(value.len() as u64 + 1) as usize];
            let begins = |row: &usize| naive.values(*row, field).iter().any(|value| value.starts_with(cut));
            let naive_rows: RoaringBitmap = all.clone().filter(begins).map(|row| row as u32).collect();
            assert_eq!(
                part.prefix(field, cut, &Ask::ALL).unwrap(),
                naive_rows,
                "{field:?} = {:?}*",
                String::from_utf8_lossy(cut)
            );
        }
        for (value, rows) in part.values(Field::Outcome).unwrap() {
            let where_so = Ask { within: Some(&rows), ..Ask::ALL };
            let counts = part.count_values(field, 0..part.rows(), &where_so).unwrap();
            let at_hand = part.count_values_where(field, Field::Outcome, &value).unwrap();
            assert!(at_hand.is_none_or(|at_hand| at_hand == counts), "counts of {field:?} beside an outcome");
        }
        let within: RoaringBitmap = (0..part.rows()).filter(|_| dice.one_in(2)).collect();
        let limit = |dice: &mut Dice| dice.below(u64::from(part.rows()) + 1) as u32;
        let range = limit(dice)..limit(dice);
        for (within, range) in
            [(None, 0..part.rows()), (Some(&within), 0..part.rows()), (None, range.clone()), (Some(&within), range)]
        {
            let mut counts: std::collections::BTreeMap<Vec<u8>, u64> = Default::default();
            for row in all.clone().filter(|&row| range.contains(&(row as u32))) {
                if within.is_none_or(|within| within.contains(row as u32)) {
                    naive.values(row, field).into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
                }
            }
            let counts: Vec<(Vec<u8>, u64)> = counts.into_iter().collect();
            let found = part.count_values(field, range, &Ask { within, ..Ask::ALL }).unwrap();
            let found: Vec<(Vec<u8>, u64)> = found.iter().map(|(value, count)| (value.to_vec(), count)).collect();
            assert_eq!(found, counts, "counts of {field:?}");
        }
    }
}

fn check_texts(part: &dyn Part, naive: &Naive<'_>, dice: &mut Dice) {
    let all = 0..naive.rows.len();
    let mut needles: Vec<String> =
        ["", " ", "  ", "e", "142", "assigned to", "Assigned To ", " to", "{", "}", "\u{2003}", "\u{ff}"]
            .map(str::to_owned)
            .into();
    needles.extend(WORDS.iter().map(|word| word.to_string()));
    for _ in 0..20 {
        let text = draft::text(dice);
        let cut: String = text.chars().skip(dice.below(4) as usize).take(1 + dice.below(12) as usize).collect();
        needles.push(cut.to_lowercase());
        needles.push(cut);
    }
    for text in Text::ALL {
        for needle in &needles {
            for fold in [false, true] {
                let needle = Needle { text: needle.clone(), fold };
                let rows = all.clone().filter(|&row| naive.contains(row, text, &needle));
                let rows: RoaringBitmap = rows.map(|row| row as u32).collect();
                assert_eq!(part.text_contains(text, &needle, &Ask::ALL).unwrap(), rows, "{text:?} contains {needle:?}");
            }
        }
        for pointer in ["", "/actor/name", "/actor/email", "/resource/name", "/properties/a}b", "/none"] {
            let rows = all.clone().filter(|&row| naive.has_placeholder(row, text, pointer));
            let rows: RoaringBitmap = rows.map(|row| row as u32).collect();
            assert_eq!(part.with_placeholder(text, pointer).unwrap(), rows, "{text:?} has {pointer}");
        }
    }
}

fn check(part: &dyn Part, drafts: &[Draft], seed: u64) {
    let naive = Naive::new(FIRST_LEAF, drafts);
    let mut dice = Dice(seed ^ 0xABCD);
    check_order(part, &naive);
    check_fields(part, &naive, &mut dice);
    check_texts(part, &naive, &mut dice);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_part_answers_as_a_naive_scan(seed: u64, rows in 0_u64..80, variety in 1_u64..60, earlier in 0_u64..80) {
        let drafts = drafts(seed, rows, variety);
        check(&indexed(&drafts), &drafts, seed);
        let buffer = buffer(&drafts);
        let earlier = earlier.min(rows);
        check(&*buffer.snapshot(earlier as u32), &drafts[..earlier as usize], seed);
        check(&*buffer.snapshot(rows as u32), &drafts, seed);
        check(&freeze(&buffer, SEED).unwrap().0, &drafts, seed);
    }
}

#[test]
fn a_large_index_answers_as_a_naive_scan() {
    // Enough rows for roaring sets, pairs with heavy values beside them, and paths cut to heads.
    let drafts = drafts(7, 3000, 800);
    check(&indexed(&drafts), &drafts, 7);
}

#[test]
fn the_same_rows_give_the_same_bytes_from_lines_and_from_a_buffer() {
    let drafts = drafts(3, 300, 20);
    assert_eq!(index_bytes(&drafts), index_bytes(&drafts));
    let (run, _) = freeze(&buffer(&drafts), SEED).unwrap();
    let sizes: Vec<_> = run.index().section_sizes().collect();
    assert_eq!(sizes, indexed(&drafts).index().section_sizes().collect::<Vec<_>>());
}

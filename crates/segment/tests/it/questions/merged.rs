//! An index merged from others is the one that the builder makes of all rows at once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use env::Disk;
use env::fake::FaultyDisk;
use event::Entry;
use index::{
    Field, Index, IndexBuilder, IndexKey, IndexMergeError, Indexed, MergeInto, RowExtra, SPOOL_BYTES, Wanted,
    merge_indexes,
};
use proptest::prelude::*;

use super::draft::{Dice, Draft};
use super::naive::Naive;
use super::{FIRST_LEAF, SEED, check, drafts, memory};

/// The fields whose values are kept as pairs.
const PAIRS: [Field; 5] = [Field::EventId, Field::ResourceId, Field::RequestId, Field::TraceId, Field::SessionId];
/// Rows from which on their values are kept.
const HEAVY: usize = 16;

fn build(first: u64, drafts: &[Draft]) -> Vec<u8> {
    let mut builder = IndexBuilder::new(first, SEED);
    for (leaf, draft) in (first..).zip(drafts) {
        builder.push(leaf, &Entry::parse(&draft.line).unwrap(), &draft.extra);
    }
    builder.finish()
}

fn open(bytes: Vec<u8>) -> Index {
    let index = Index::open(Path::new("test.idx"), Arc::new(bytes)).unwrap();
    index.verify().unwrap();
    index
}

fn merge(disk: &FaultyDisk, pieces: &[Index], spool_bytes: usize) -> Result<Vec<u8>, IndexMergeError> {
    let file = Path::new("/segments/merged");
    let sources = pieces.iter().collect::<Vec<_>>();
    let into = MergeInto { disk, file, lines: None, key: IndexKey::default(), spool_bytes, go_on: &|| true };
    merge_indexes(&sources, &into)?;
    let bytes = disk.read(file).unwrap();
    assert_eq!(disk.list(Path::new("/segments")).unwrap(), [file], "temporary files are gone");
    Ok(bytes)
}

fn disk() -> FaultyDisk {
    let disk = FaultyDisk::new();
    disk.create_dir_all(Path::new("/segments")).unwrap();
    disk
}

/// Cuts the drafts behind these rows and indexes each piece.
fn pieces(drafts: &[Draft], mut cuts: Vec<usize>) -> Vec<Index> {
    cuts.extend([0, drafts.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let bounds = cuts.windows(2).map(|pair| pair[0]..pair[1]);
    bounds.map(|rows| open(build(FIRST_LEAF + rows.start as u64, &drafts[rows]))).collect()
}

/// Whether a value of a field kept as pairs has enough rows to be kept.
fn has_heavy_values(drafts: &[Draft]) -> bool {
    let naive = Naive::new(FIRST_LEAF, drafts);
    PAIRS.into_iter().any(|field| {
        let mut rows: HashMap<Vec<u8>, usize> = HashMap::new();
        for value in (0..drafts.len()).flat_map(|row| naive.values(row, field)) {
            *rows.entry(value).or_default() += 1;
        }
        rows.into_values().any(|rows| rows >= HEAVY)
    })
}

/// As few lines are read as if each value had been asked for by itself.
#[test]
fn many_values_looked_for_at_once_are_those_found_one_by_one() {
    let mut dice = Dice(11);
    let drafts = drafts(7, 600, 5);
    for pieces in [pieces(&drafts, Vec::new()), pieces(&drafts, vec![200, 450])] {
        let index = open(merge(&disk(), &pieces, SPOOL_BYTES).unwrap());
        let naive = Naive::new(FIRST_LEAF, &drafts);
        let lines = memory(&drafts);
        let part = Indexed::new(index, lines);
        for field in PAIRS.into_iter().chain([Field::Actor, Field::Id]) {
            let mut known: Vec<Vec<u8>> = (0..drafts.len()).flat_map(|row| naive.values(row, field)).collect();
            known.push(b"no such value".to_vec());
            let asked: Vec<&[u8]> = (0..200).map(|_| dice.pick(&known).as_slice()).collect();
            let before = part.lines_confirmed();
            let mut one_by_one = Vec::new();
            for (place, value) in asked.iter().enumerate() {
                one_by_one.extend(part.equal(field, value).unwrap().into_iter().map(|row| (place, row)));
            }
            let cost = part.lines_confirmed() - before;
            let mut found = part.rows_of_each(field, &Wanted::new(asked.iter().copied().enumerate(), SEED)).unwrap();
            found.sort_unstable();
            assert_eq!(found, one_by_one, "{field:?}");
            assert_eq!(part.lines_confirmed() - before - cost, cost, "{field:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_merged_index_answers_as_a_naive_scan_and_is_what_the_builder_makes(
        seed: u64,
        rows in 1_usize..200,
        variety in 1_u64..150,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..9),
        spool_bytes in prop_oneof![Just(SPOOL_BYTES), 0_usize..200],
    ) {
        let drafts = drafts(seed, rows as u64, variety);
        let pieces = pieces(&drafts, cuts.iter().map(|cut| cut.index(rows)).collect());
        let merged = merge(&disk(), &pieces, spool_bytes).unwrap();
        if !has_heavy_values(&drafts) {
            prop_assert_eq!(&merged, &build(FIRST_LEAF, &drafts));
        }
        check(&Indexed::new(open(merged), memory(&drafts)), &drafts, seed);
    }
}

#[test]
fn large_indexes_merge_and_merged_ones_merge_again() {
    // Enough rows for roaring sets, and for values that are kept in one index and pairs in another.
    let drafts = drafts(7, 3000, 100);
    assert!(has_heavy_values(&drafts));
    let mut pieces = pieces(&drafts, vec![1, 2, 700, 1000, 1024, 1900]);
    let later = pieces.split_off(3);
    let halves = [pieces, later].map(|pieces| open(merge(&disk(), &pieces, 1000).unwrap()));
    check(&Indexed::new(open(merge(&disk(), &halves, 1000).unwrap()), memory(&drafts)), &drafts, 7);
}

/// Rows whose times follow one another, and rows where every piece has some of each time.
#[test]
fn order_is_kept_in_turn_and_among_one_another() {
    for step in [7, 0, -3, 601] {
        let drafts: Vec<Draft> = (0..600).map(|row| plain(row, (row as i64 * step).rem_euclid(600), "/a")).collect();
        let merged = merge(&disk(), &pieces(&drafts, vec![200, 328, 400]), 100).unwrap();
        assert_eq!(merged, build(FIRST_LEAF, &drafts), "{step}");
    }
}

/// More paths than are kept whole: in all pieces together, in each, or in one of them; heads of several lengths.
#[test]
fn paths_are_cut_as_the_builder_cuts_them() {
    const ROWS: usize = 36_000;
    let mut dice = Dice(5);
    let spread = |row: usize| format!("/v{}/a{}/b{}?c={}", row % 3, row % 500, row % 20_000, row);
    let same = |row: usize| format!("/x/{}", row % 30_000);
    let late = |row: usize| if row < 1_000 { same(row) } else { spread(row) };
    let whole: [&dyn Fn(usize) -> String; 3] = [&spread, &same, &late];
    for (nth, path) in whole.into_iter().enumerate() {
        let rows = if nth == 2 { ROWS } else { ROWS + dice.below(100) as usize };
        let drafts: Vec<Draft> = (0..rows).map(|row| plain(row as u64, row as i64, &path(row))).collect();
        for cuts in [vec![100], vec![1_000, 34_500]] {
            let merged = merge(&disk(), &pieces(&drafts, cuts), 1000).unwrap();
            assert!(merged == build(FIRST_LEAF, &drafts), "paths {nth}");
        }
    }
}

/// A row whose pairs are its own.
fn plain(row: u64, second: i64, path: &str) -> Draft {
    let minute = second / 60 % 60;
    let second = second % 60;
    let line = format!(
        r#"{{"v":1,"id":"0198c0de-0000-7000-8000-{row:012x}","time":"2026-01-01T00:{minute:02}:{second:02}.000000Z","received":"2026-01-02T00:00:00.000000Z","actor":{{"type":"user","id":"u{}"}},"action":"door.open","event":"updated","channel":"door","description":"opened {} of {row}","severity":"info","http":{{"path":"{path}"}},"request_id":"r{row}","source":"dev"}}"#,
        row % 40,
        row % 90,
    );
    Draft { line: line.into_bytes(), extra: RowExtra::default() }
}

#[test]
fn merging_that_is_given_up_or_of_a_damaged_index_says_so() {
    let drafts: Vec<Draft> = (0..30_000).map(|row| plain(row, 5, "/a")).collect();
    let pieces = pieces(&drafts, vec![100]);
    let disk = disk();
    let sources = pieces.iter().collect::<Vec<_>>();
    let file = Path::new("/segments/merged");
    let into =
        MergeInto { disk: &disk, file, lines: None, key: IndexKey::default(), spool_bytes: 10, go_on: &|| false };
    assert!(matches!(merge_indexes(&sources, &into), Err(IndexMergeError::GivenUp)));
    assert_eq!(disk.list(Path::new("/segments")).unwrap(), [file]);
    disk.remove(file).unwrap();

    let mut damaged = build(FIRST_LEAF, &drafts[..100]);
    let at = damaged.len() / 2;
    damaged[at] ^= 1;
    let Ok(first) = Index::open(Path::new("test.idx"), Arc::new(damaged)) else { panic!("its order is whole") };
    let result = merge_indexes(&[&first, sources[1]], &MergeInto { go_on: &|| true, ..into });
    assert!(matches!(result, Err(IndexMergeError::Source(_))), "{result:?}");
}

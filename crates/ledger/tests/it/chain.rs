//! The checkpoints are a chain, and the mark its end: what somebody without the key does to them is found.

use crate::world::{create, digests, env, grow, key, mark, open, tree};
use env::Disk;
use env::fake::FaultyDisk;
use ledger::{ChainKey, Ledger, MarkError, MarkState, OlderMark, OpenLedgerError, TreeReport, verify_tree};
use std::path::PathBuf;

const HEADER_BYTES: usize = 60;

fn file() -> PathBuf {
    tree().join("checkpoints")
}

fn sample() -> FaultyDisk {
    let disk = FaultyDisk::new();
    let ledger = create(&disk);
    for size in [1, 40, 256, 260] {
        grow(&ledger, size);
        ledger.checkpoint().unwrap();
    }
    disk
}

/// The records of the file, apart.
fn records(disk: &FaultyDisk) -> Vec<Vec<u8>> {
    let bytes = disk.read(&file()).unwrap();
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while !rest.is_empty() {
        let note = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        let (record, after) = rest.split_at(HEADER_BYTES + note + 4);
        records.push(record.to_vec());
        rest = after;
    }
    records
}

/// Writes records with their checksums repaired, numbered from 0 on if `numbered`.
fn put(disk: &FaultyDisk, mut records: Vec<Vec<u8>>, numbered: bool) {
    for (number, record) in records.iter_mut().enumerate() {
        if numbered {
            record[16..24].copy_from_slice(&(number as u64).to_le_bytes());
        }
        let head = crc32c::crc32c(&record[..HEADER_BYTES - 4]);
        record[HEADER_BYTES - 4..HEADER_BYTES].copy_from_slice(&head.to_le_bytes());
        let end = record.len() - 4;
        let all = crc32c::crc32c(&record[..end]);
        record[end..].copy_from_slice(&all.to_le_bytes());
    }
    env::replace_file(disk, &file(), &records.concat()).unwrap();
}

fn verify(disk: &FaultyDisk, with_key: bool) -> TreeReport {
    let chain = ChainKey::of(&key());
    verify_tree(disk, &tree(), &key().verifier(), with_key.then_some(&chain), Some(&mark())).unwrap()
}

#[test]
fn checkpoints_dropped_doubled_swapped_or_dated_anew_are_found_and_not_opened() {
    type Change = fn(&mut Vec<Vec<u8>>);
    let changes: [(&str, Change); 5] = [
        ("dropped", |records| drop(records.remove(2))),
        ("first dropped", |records| drop(records.remove(0))),
        ("doubled", |records| records.insert(2, records[2].clone())),
        ("swapped", |records| records.swap(1, 2)),
        ("dated anew", |records| records[3][8] ^= 1),
    ];
    for (what, change) in changes {
        for numbered in [false, true] {
            let disk = sample();
            let mut changed = records(&disk);
            change(&mut changed);
            put(&disk, changed, numbered);
            let findings = verify(&disk, true).findings;
            assert!(findings.iter().any(|found| found.path == file()), "{what}, numbered {numbered}: {findings:?}");
            let refused = open(&disk).err();
            assert!(
                matches!(refused, Some(OpenLedgerError::Damaged { .. })),
                "{what}, numbered {numbered}: {refused:?}"
            );
        }
    }
}

#[test]
fn without_the_key_numbers_show_a_gap_and_the_report_says_that_the_chain_was_not_checked() {
    let disk = sample();
    assert!(verify(&disk, true).chained);
    let mut dropped = records(&disk);
    dropped.remove(2);
    put(&disk, dropped.clone(), false);
    assert!(!verify(&disk, false).findings.is_empty());
    put(&disk, dropped, true);
    let report = verify(&disk, false);
    assert_eq!((report.findings.len(), report.chained), (0, false));
}

#[test]
fn records_of_before_the_chain_are_refused_as_such() {
    let disk = sample();
    let mut old = disk.read(&file()).unwrap();
    old[..4].copy_from_slice(b"IDCP");
    env::replace_file(&disk, &file(), &old).unwrap();
    let refused = open(&disk).err().unwrap().to_string();
    assert!(refused.contains("unreleased build"), "{refused}");
}

#[test]
fn a_missing_mark_is_told_and_one_behind_by_a_crash_is_not() {
    let disk = sample();
    let before = disk.read(&mark()).unwrap();
    let ledger = open(&disk).unwrap();
    assert_eq!(ledger.mark_found(), MarkState::Fits);
    grow(&ledger, 300);
    ledger.checkpoint().unwrap();
    drop(ledger);
    env::replace_file(&disk, &mark(), &before).unwrap();
    assert_eq!((verify(&disk, true).mark, verify(&disk, true).findings.len()), (Some(MarkState::Fits), 0));
    assert_eq!(open(&disk).unwrap().mark_found(), MarkState::Fits, "a crash between record and mark leaves that");
    disk.remove(&mark()).unwrap();
    assert_eq!((verify(&disk, true).mark, verify(&disk, true).findings.len()), (Some(MarkState::Missing), 0));
    assert_eq!(open(&disk).unwrap().mark_found(), MarkState::Missing);
    assert_eq!(open(&disk).unwrap().mark_found(), MarkState::Fits, "it is made again");
}

#[test]
fn an_older_mark_is_found_and_refused_unless_accepted() {
    let disk = sample();
    let put_back = disk.read(&mark()).unwrap();
    let ledger = open(&disk).unwrap();
    for size in [300, 301] {
        ledger.append(&digests(ledger.size().0, size)).unwrap();
        ledger.checkpoint().unwrap();
    }
    drop(ledger);
    env::replace_file(&disk, &mark(), &put_back).unwrap();
    let report = verify(&disk, true);
    assert_eq!(report.findings.first().map(|found| &found.path), Some(&mark()), "{:?}", report.findings);
    assert!(matches!(report.mark, Some(MarkState::Older { .. })));
    let refused = open(&disk).err();
    assert!(matches!(refused, Some(OpenLedgerError::Mark(MarkError::PutBack { .. }))), "{refused:?}");
    assert_eq!(disk.read(&mark()).unwrap(), put_back, "the refused start changed nothing");
    let accepted = Ledger::open(env(&disk), &tree(), key(), &mark(), OlderMark::Accept).unwrap();
    assert!(matches!(accepted.mark_found(), MarkState::Older { marked } if marked.0 == 260));
    accepted.settle().unwrap();
    assert!(open(&disk).is_ok(), "the mark is the newest checkpoint again");
}

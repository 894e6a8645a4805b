//! Files that somebody changes under a running log: what was changed is never shown as if sound.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;

use engine::{Log, inspect};
use search::{Order, Predicate, Question, SearchError};
use segment::PartError;

use crate::forging::forged;
use crate::{Folder, events, files, submit};

/// Entries of these tests: what one frame holds.
const ENTRIES: usize = 40;

fn ask<T>(
    log: &Log,
    query: &str,
    answer: impl FnOnce(&Question<'_>) -> Result<T, SearchError>,
) -> Result<T, SearchError> {
    let predicate = match query {
        "" => Predicate::All,
        query => search::parse_query(query, &jiff::tz::TimeZone::UTC).unwrap(),
    };
    inspect::ask(log, &inspect::view(log), &predicate, answer)
}

/// The leaf whose entry cannot be shown; the others can.
fn unshown(log: &Log) -> Vec<u64> {
    let hits = ask(log, "", |question| search::scan(question, Order::Leaf).collect::<Result<Vec<_>, _>>()).unwrap();
    let broken = hits.iter().filter(|hit| match inspect::show(log, hit) {
        Ok(shown) => {
            shown.entry().unwrap();
            false
        }
        Err(SearchError::Part(PartError::NotInTree { leaf, .. })) => {
            assert_eq!(leaf, hit.leaf);
            true
        }
        Err(error) => panic!("{error:?}"),
    });
    broken.map(|hit| hit.leaf).collect()
}

/// Reads the lines of all entries as an export does.
fn export(log: &Log) -> Result<usize, SearchError> {
    ask(log, "", |question| {
        let mut all = search::batches(question, Order::Leaf, 256);
        let mut lines = 0;
        while let Some(batch) = all.next()? {
            question.lines(&batch, &mut |_| lines += 1)?;
        }
        Ok(lines)
    })
}

fn file(folder: &Folder, ending: &str) -> PathBuf {
    let mut found = files(&folder.data());
    found.retain(|path| path.to_str().unwrap().ends_with(ending));
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn open(path: &PathBuf) -> (File, Vec<u8>) {
    (OpenOptions::new().write(true).open(path).unwrap(), std::fs::read(path).unwrap())
}

/// Writes another text over the one frame of a segment: a frame of the same length, which decompresses to as many bytes and
/// ends with the checksum that the tables have.
fn change_frame(path: &PathBuf, change: impl FnOnce(String) -> String) {
    let (file, bytes) = open(path);
    let entry = bytes.len() - 9 - 2 * 12;
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let compressed = number(entry);
    let text_len = number(entry + 4);
    let text = zstd::bulk::decompress(&bytes[..compressed], text_len).unwrap();
    let text = change(String::from_utf8(text).unwrap());
    assert_eq!(text.len(), text_len);
    let mut frame = zstd::bulk::compress(text.as_bytes(), 19).unwrap();
    let filled = compressed - frame.len() - 8;
    frame.extend_from_slice(&0x184D_2A50_u32.to_le_bytes());
    frame.extend_from_slice(&(filled as u32).to_le_bytes());
    frame.resize(compressed - 4, 0);
    frame.extend_from_slice(&bytes[entry + 8..entry + 12]);
    file.write_all_at(&frame, 0).unwrap();
}

#[test]
fn a_changed_line_of_a_segment_is_neither_shown_nor_exported() {
    let folder = Folder::new();
    let log = folder.open();
    // Digits that do not compress: zeros in their place leave room for a frame of the same length, whatever else it holds.
    let nonce = "7304918265563920841751408396270295836714483610597219405873625081643197";
    let with_nonce = format!("\"n\":17,\"nonce\":\"{nonce}\"}}");
    submit(&log, &events(0, ENTRIES).replacen("\"n\":17}", &with_nonce, 1)).unwrap();
    log.seal().unwrap();
    change_frame(&file(&folder, ".ndjson.zst"), |text| text.replacen(nonce, &"0".repeat(nonce.len()), 1));
    let unshown = unshown(&log);
    assert_eq!(unshown.len(), 1, "the changed one, and no other");
    let error = export(&log).unwrap_err();
    assert!(
        matches!(error, SearchError::Part(PartError::NotInTree { leaf, .. }) if [leaf] == unshown[..]),
        "{error:?}"
    );
    let confirmed = ask(&log, "resource_id:d17", search::count).unwrap_err();
    assert!(matches!(confirmed, SearchError::Part(PartError::NotInTree { .. })), "{confirmed:?}");
}

#[test]
fn a_changed_line_of_the_journal_is_neither_shown_nor_exported() {
    let folder = Folder::new();
    let log = folder.open();
    submit(&log, &events(0, ENTRIES)).unwrap();
    let mut changed = 0;
    for path in files(&folder.data().join("journal")) {
        let (file, bytes) = open(&path);
        let needle = b"\"n\":17}";
        for at in (0..bytes.len() - needle.len()).filter(|at| bytes[*at..].starts_with(needle)) {
            file.write_all_at(b"\"n\":71}", at as u64).unwrap();
            changed += 1;
        }
    }
    assert_eq!(changed, 1);
    assert_eq!(unshown(&log).len(), 1);
    assert!(matches!(export(&log), Err(SearchError::Part(PartError::NotInTree { .. }))));
}

/// Entries whose index is longer than what opening it reads.
const ENTRIES_OF_AN_INDEX: usize = 4_000;

const QUERIES: [&str; 6] = ["actor:u3", "action:door.open", "actor_name:number5", "opened", "since:7d", "event_id:e77"];

/// Every answer is the one of before, or none. Returns how many were none.
fn right_or_none(log: &Log, before: &[u64]) -> usize {
    let answers = QUERIES.iter().zip(before).filter(|(query, before)| match ask(log, query, search::count) {
        Ok(count) => {
            assert_eq!(count, **before, "{query}");
            false
        }
        Err(SearchError::Part(PartError::Damaged { file, .. })) => {
            assert_eq!(file.extension().unwrap(), "idx");
            true
        }
        Err(SearchError::Part(PartError::IndexUnread)) => true,
        Err(error) => panic!("{query}: {error:?}"),
    });
    answers.count()
}

fn sealed(folder: &Folder, entries: usize) -> (Log, Vec<u64>) {
    let log = folder.open();
    submit(&log, &events(0, entries)).unwrap();
    let before = QUERIES.iter().map(|query| ask(&log, query, search::count).unwrap()).collect();
    log.seal().unwrap();
    (log, before)
}

#[test]
fn an_index_that_is_forged_under_a_running_log_is_not_believed() {
    for entries in [ENTRIES, ENTRIES_OF_AN_INDEX] {
        let folder = Folder::new();
        let (log, before) = sealed(&folder, entries);
        let (file, bytes) = open(&file(&folder, ".idx"));
        file.write_all_at(&forged(&bytes, b"u3", b"u!"), 0).unwrap();
        let none = right_or_none(&log, &before);
        assert_eq!(none > 0, entries == ENTRIES_OF_AN_INDEX, "what was read before is still right");
    }
}

#[test]
fn an_index_that_is_cut_under_a_running_log_ends_no_process() {
    for entries in [ENTRIES, ENTRIES_OF_AN_INDEX] {
        let folder = Folder::new();
        let (log, before) = sealed(&folder, entries);
        let (file, _) = open(&file(&folder, ".idx"));
        file.set_len(0).unwrap();
        let none = right_or_none(&log, &before);
        assert_eq!(none > 0, entries == ENTRIES_OF_AN_INDEX);
        submit(&log, r#"{"action":"door.open","actor":{"type":"user","id":"u1"}}"#).unwrap();
    }
}

#[test]
fn an_index_whose_bytes_come_back_answers_again() {
    let folder = Folder::new();
    let (log, before) = sealed(&folder, ENTRIES_OF_AN_INDEX);
    let (file, bytes) = open(&file(&folder, ".idx"));
    file.write_all_at(&vec![0; bytes.len()], 0).unwrap();
    assert!(right_or_none(&log, &before) > 0);
    file.write_all_at(&bytes, 0).unwrap();
    assert_eq!(right_or_none(&log, &before), 0);
}

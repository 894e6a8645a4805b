//! Indexes that somebody without the log's keys changed at rest, together with all their checksums.

use std::path::PathBuf;

use engine::verify::{Expect, Verification, verify_directory};
use engine::{Log, World, inspect};
use search::Order;
use sha2::{Digest, Sha256};

use super::sealing::{assert_sound, fill};
use super::work::predicate;
use super::{Folder, files};

/// A closed log of three segments, and the index of the first, as it is: entries by `u1` are in it.
fn filled() -> (Folder, PathBuf, Vec<u8>) {
    let folder = Folder::new();
    let log = folder.open();
    fill(&log);
    assert_eq!(of_u1(&log), (0..101).filter(|n| n % 7 == 1).count());
    log.close().unwrap();
    let index = files(&folder.data()).into_iter().find(|file| file.extension().is_some_and(|it| it == "idx")).unwrap();
    let bytes = std::fs::read(&index).unwrap();
    (folder, index, bytes)
}

/// How many entries a question for the events of `u1` finds.
fn of_u1(log: &Log) -> usize {
    let asked = predicate(&[("actor", "u1")]);
    inspect::ask(log, &inspect::view(log), &asked, |question| {
        search::scan(question, Order::Leaf).map(|hit| hit.map(drop)).collect::<Result<Vec<_>, _>>()
    })
    .unwrap()
    .len()
}

fn number(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// The index with other bytes in place of these, every checksum of it made anew (spec/index.md, spec/segment.md), the MAC as it was.
pub(crate) fn forged(sound: &[u8], from: &[u8; 2], to: &[u8; 2]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    let end = number(&bytes, bytes.len() - 28);
    let at: Vec<usize> = (0..end - 1).filter(|at| &bytes[*at..at + 2] == from).collect();
    assert!(!at.is_empty());
    at.iter().for_each(|at| bytes[*at..at + 2].copy_from_slice(to));
    let table = end - 24 * u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    for section in (table..end).step_by(24) {
        let start = number(&bytes, section + 8);
        let crc = crc32c::crc32c(&bytes[start..start + number(&bytes, section + 16)]);
        put(&mut bytes, section + 4, crc);
    }
    let crc = crc32c::crc32c(&[&bytes[..40], &bytes[table..end]].concat());
    put(&mut bytes, 40, crc);
    let digests: Vec<u8> = bytes[..end].chunks(16_384).flat_map(|block| Sha256::digest(block)[..16].to_vec()).collect();
    bytes[end..end + digests.len()].copy_from_slice(&digests);
    let crc_at = bytes.len() - 4;
    let crc = crc32c::crc32c(&bytes[end..crc_at]);
    put(&mut bytes, crc_at, crc);
    bytes
}

fn verify(folder: &Folder) -> Verification {
    verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {}).unwrap()
}

#[test]
fn a_start_believes_no_forged_index_and_makes_it_again() {
    let (folder, index, sound) = filled();
    std::fs::write(&index, forged(&sound, b"u1", b"zz")).unwrap();
    let log = folder.open();
    assert_eq!(of_u1(&log), (0..101).filter(|n| n % 7 == 1).count());
    log.close().unwrap();
    assert!(std::fs::read(&index).unwrap() == sound, "it was made again");
    assert_sound(&folder);
}

#[test]
fn a_forged_index_is_found_and_made_again_beside_one_that_is_missing() {
    let (folder, index, sound) = filled();
    std::fs::write(&index, forged(&sound, b"u1", b"zz")).unwrap();
    let other = files(&folder.data()).into_iter().rfind(|file| file.extension().is_some_and(|it| it == "idx")).unwrap();
    let gone = std::fs::read(&other).unwrap();
    std::fs::remove_file(&other).unwrap();
    let found = verify(&folder);
    let [finding] = &found.findings[..] else { panic!("{found:?}") };
    assert_eq!((&finding.file, finding.leaves.as_ref().map(|leaves| leaves.start)), (&index, Some(0)));
    assert!(finding.what.contains("forged"), "{finding}");
    assert!(std::fs::read(&index).unwrap() == sound && std::fs::read(&other).unwrap() == gone, "{:?}", found.notes);
    assert_eq!(verify(&folder).findings, []);
}

#[test]
fn without_the_keys_an_index_is_not_authenticated_and_not_made_again() {
    let (folder, index, sound) = filled();
    let forged = forged(&sound, b"u1", b"zz");
    std::fs::write(&index, &forged).unwrap();
    let key = folder.data().join("keys/log");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let found = verify(&folder);
    assert!(found.findings.iter().any(|finding| finding.file == key), "{:?}", found.findings);
    assert!(found.warnings.iter().any(|what| what.contains("could not be authenticated")), "{:?}", found.warnings);
    assert!(std::fs::read(&index).unwrap() == forged);
    std::fs::write(&key, kept).unwrap();
    assert!(verify(&folder).findings.iter().any(|finding| finding.file == index));
    assert_eq!(verify(&folder).findings, []);
}

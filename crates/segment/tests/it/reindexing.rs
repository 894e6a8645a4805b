use std::path::Path;

use env::Disk;
use event::Entry;
use hmac::{Hmac, KeyInit, Mac};
use indelible_segment::sealed::{
    IndexAccess, OpenSegmentError, PROGRESS_ROWS, Reindexing, check_index, open_segment, reindex,
};
use indelible_segment::{BlockCache, Disclosed, Part, SegmentFile};
use index::{AddressValue, Difference, IndexKey, IndexSecret};
use sha2::Sha256;

use crate::sample::{Log, SEED, SEGMENTS, address, disk};

const LOG: Log = Log("here");

/// What stands for an address as the sample log has it, found from the line.
fn token(entry: &Entry<'_>, _: &Disclosed) -> Result<Option<AddressValue>, Box<dyn std::error::Error + Send + Sync>> {
    let leaf = u64::from_str_radix(&entry.id[24..], 16)?;
    Ok(address(leaf))
}

#[test]
fn an_index_that_is_gone_damaged_or_of_other_lines_is_made_again_byte_for_byte() {
    let dir = Path::new(SEGMENTS);
    let disk = disk();
    let cache = BlockCache::new(1 << 20);
    let entry = LOG.seal(&disk, 0..200).unwrap();
    let how = Reindexing::new(&cache, IndexAccess::Whole, SEED, &token);
    let file = entry.name.path(dir, SegmentFile::Index);
    let sealed = disk.read(&file).unwrap();
    let open = || open_segment(&disk, dir, &entry, &cache, IndexAccess::Whole);

    let other = super::sample::disk();
    Log("there").seal(&other, 0..200).unwrap();
    let mut damaged = sealed.clone();
    damaged[0] ^= 1;
    for wrong in [None, Some(Vec::new()), Some(damaged), Some(other.read(&file).unwrap())] {
        match wrong {
            None => disk.remove(&file).unwrap(),
            Some(bytes) => env::replace_file(&disk, &file, &bytes).unwrap(),
        }
        assert!(open().is_err_and(|error| error.wants_reindex()));
        assert!(reindex(&disk, dir, &entry, &how).unwrap());
        assert!(!reindex(&disk, dir, &entry, &how).unwrap(), "it is the same already");
        assert_eq!(disk.read(&file).unwrap(), sealed);
        let segment = open().unwrap();
        assert_eq!((segment.first_leaf(), segment.rows()), (0, 200));
        for leaf in [0, 1, 100, 199] {
            let row = segment.row_of_leaf(leaf).unwrap();
            assert_eq!(segment.line(row).unwrap(), LOG.line(leaf));
            assert_eq!(segment.disclosures(row).unwrap(), LOG.disclosed(leaf));
        }
    }

    disk.remove(&entry.name.path(dir, SegmentFile::Lines)).unwrap();
    assert!(matches!(open(), Err(OpenSegmentError::Files(_))));
    assert!(reindex(&disk, dir, &entry, &how).is_err());
}

/// An index with every checksum right again after `change`, which is given its bytes up to the section table, and where sections
/// of a kind begin.
fn forged(bytes: &[u8], kind: u8, change: impl Fn(&mut [u8], usize)) -> Vec<u8> {
    let number = |bytes: &[u8], at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let len = number(bytes, bytes.len() - 28);
    let mut index = bytes[..len].to_vec();
    let table = len - (number(&index, 8) >> 32) * 24;
    for entry in (table..len).step_by(24) {
        let section = number(&index, entry + 8)..number(&index, entry + 8) + number(&index, entry + 16);
        if index[entry] == kind {
            change(&mut index[..table], section.start);
        }
        let crc = crc32c::crc32c(&index[section]);
        index[entry + 4..entry + 8].copy_from_slice(&crc.to_le_bytes());
    }
    let crc = crc32c::crc32c(&[&index[..40], &index[table..]].concat());
    index[40..44].copy_from_slice(&crc.to_le_bytes());
    let mut trailer: Vec<u8> =
        index.chunks(16 << 10).flat_map(|block| proof::Digest::of(block).0[..16].to_vec()).collect();
    trailer.extend_from_slice(&bytes[bytes.len() - 68..bytes.len() - 20]);
    // Under the key that tests have.
    let mac = Hmac::<Sha256>::new_from_slice(&[0; 32]).unwrap().chain_update(&trailer).finalize().into_bytes();
    trailer.extend_from_slice(&mac[..16]);
    trailer.extend_from_slice(&crc32c::crc32c(&trailer).to_le_bytes());
    [index, trailer].concat()
}

#[test]
fn an_index_with_other_bytes_than_its_lines_give_is_told_though_it_answers_alike() {
    let dir = Path::new(SEGMENTS);
    let disk = disk();
    let cache = BlockCache::new(1 << 20);
    let entry = LOG.seal(&disk, 1..201).unwrap();
    let how = Reindexing::new(&cache, IndexAccess::Whole, SEED, &token);
    let file = entry.name.path(dir, SegmentFile::Index);
    let sealed = disk.read(&file).unwrap();
    assert_eq!(check_index(&disk, dir, &entry, &how, None).unwrap(), None);
    // The row bits of a token list mean nothing where each token has a set of rows.
    let alike = forged(&sealed, 7, |index, at| index[at + 8] ^= 1);
    // A fact more, or one fewer.
    let other = forged(&sealed, 9, |index, at| index[at] ^= 1);
    for (bytes, answers) in [(alike, false), (other, true)] {
        assert_ne!(bytes, sealed);
        env::replace_file(&disk, &file, &bytes).unwrap();
        let found = check_index(&disk, dir, &entry, &how, None).unwrap().unwrap();
        assert_eq!(matches!(found, Difference::Answers(_)), answers, "{found:?}");
        assert_eq!(disk.read(&file).unwrap(), sealed, "made again");
    }
}

#[test]
fn a_long_making_says_how_far_it_is() {
    let disk = disk();
    let cache = BlockCache::new(1 << 20);
    let entry = LOG.seal(&disk, 0..2 * PROGRESS_ROWS + 5).unwrap();
    let told = std::cell::RefCell::new(Vec::new());
    let progress = |more| told.borrow_mut().push(more);
    let how = Reindexing { progress: &progress, ..Reindexing::new(&cache, IndexAccess::Whole, SEED, &token) };
    reindex(&disk, Path::new(SEGMENTS), &entry, &how).unwrap();
    assert_eq!(told.into_inner(), [PROGRESS_ROWS, PROGRESS_ROWS, 5]);
}

/// No value of the sample that is kept as a pair repeats, so the bytes are those of an index made at once.
#[test]
fn a_large_segment_is_indexed_piece_by_piece() {
    let dir = Path::new(SEGMENTS);
    let disk = disk();
    let cache = BlockCache::new(1 << 20);
    let entry = LOG.seal(&disk, 5..205).unwrap();
    let before = disk.list(dir).unwrap();
    for rows_at_once in [1, 2, 50, 199] {
        let how = Reindexing { rows_at_once, ..Reindexing::new(&cache, IndexAccess::Whole, SEED, &token) };
        assert!(!reindex(&disk, dir, &entry, &how).unwrap(), "{rows_at_once} rows at once");
        assert_eq!(disk.list(dir).unwrap(), before);
    }
}

#[test]
fn a_mapped_index_answers_as_one_read() {
    let dir = tempfile::tempdir().unwrap();
    let disk = env::SystemDisk;
    let mut sealer = indelible_segment::Sealer::begin(&disk, dir.path(), 0, 0, SEED).unwrap();
    for leaf in 0..50 {
        sealer.push(&LOG.line(leaf), &LOG.disclosed(leaf), address(leaf)).unwrap();
    }
    let entry = sealer.finish(&|leaf| Ok(LOG.digest(leaf))).unwrap();
    let cache = BlockCache::new(1 << 20);
    for access in [IndexAccess::Blocks, IndexAccess::Whole] {
        let segment = open_segment(&disk, dir.path(), &entry, &cache, access).unwrap();
        assert_eq!(segment.rows(), 50);
        assert_eq!(segment.line(segment.row_of_leaf(7).unwrap()).unwrap(), LOG.line(7));
    }
}

#[test]
fn an_index_of_another_key_is_forged_and_is_made_again_under_ours() {
    let disk = disk();
    let dir = Path::new(SEGMENTS);
    let key = IndexKey::new([5; 32]);
    let entry = LOG.seal_with(&disk, 0..200, IndexSecret { seed: SEED, key }).unwrap();
    let file = entry.name.path(dir, SegmentFile::Index);
    let ours = BlockCache::keyed(1 << 20, key);
    let sealed = disk.read(&file).unwrap();
    for access in [IndexAccess::Whole, IndexAccess::Blocks] {
        let open = || open_segment(&disk, dir, &entry, &ours, access);
        open().unwrap();
        for others in [IndexKey::default(), IndexKey::new([6; 32])] {
            let others = BlockCache::keyed(1 << 20, others);
            assert!(reindex(&disk, dir, &entry, &Reindexing::new(&others, access, SEED, &token)).unwrap());
            open_segment(&disk, dir, &entry, &others, access).unwrap();
            assert!(open().is_err_and(|error| error.is_forged() && error.wants_reindex()));
            // In pieces, which are merged, under the same key.
            let how = Reindexing { rows_at_once: 100, ..Reindexing::new(&ours, access, SEED, &token) };
            assert!(reindex(&disk, dir, &entry, &how).unwrap());
            open().unwrap().index().verify().unwrap();
            reindex(&disk, dir, &entry, &Reindexing::new(&ours, access, SEED, &token)).unwrap();
            assert_eq!(disk.read(&file).unwrap(), sealed);
        }
    }
}

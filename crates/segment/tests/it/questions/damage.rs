//! Damaged index bytes are an error, never a panic and never a wrong answer.

use std::path::Path;
use std::sync::Arc;

use indelible_segment::Part;
use index::{Ask, Field, Index, IndexError, Indexed, Needle, Text};

use super::{drafts, index_bytes, memory};

fn open(bytes: Vec<u8>) -> Result<Index, IndexError> {
    Index::open(Path::new("test.idx"), Arc::new(bytes))
}

#[test]
fn every_flipped_bit_is_found() {
    let drafts = drafts(11, 24, 6);
    let bytes = index_bytes(&drafts);
    open(bytes.clone()).unwrap().verify().unwrap();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            assert!(open(flipped).and_then(|index| index.verify()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn cut_and_grown_files_are_found() {
    let bytes = index_bytes(&drafts(12, 10, 3));
    for len in 0..bytes.len() {
        assert!(open(bytes[..len].to_vec()).is_err(), "cut to {len}");
    }
    let mut grown = bytes;
    grown.extend_from_slice(&[0; 8]);
    assert!(open(grown).is_err());
}

/// Whoever can write the file can write its checksums too; then answers may be wrong, but reading stays orderly.
#[test]
fn contradictions_under_right_checksums_do_not_panic() {
    let drafts = drafts(13, 40, 5);
    let bytes = index_bytes(&drafts);
    let sections = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    for at in (48..bytes.len() - sections * 24).step_by(7) {
        for value in [0x00, 0x7F, 0xFF] {
            let mut forged = bytes.clone();
            forged[at] = value;
            seal(&mut forged, sections);
            let Ok(index) = open(forged) else { continue };
            ask_everything(&Indexed::new(index, memory(&drafts)));
        }
    }
}

fn seal(bytes: &mut [u8], sections: usize) {
    let table = bytes.len() - sections * 24;
    for section in 0..sections {
        let entry = table + section * 24;
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        let start = number(entry + 8);
        let len = number(entry + 16);
        let crc = crc32c::crc32c(&bytes[start..start + len]);
        bytes[entry + 4..entry + 8].copy_from_slice(&crc.to_le_bytes());
    }
    let crc = crc32c::crc32c_append(crc32c::crc32c(&bytes[..40]), &bytes[table..]);
    bytes[40..44].copy_from_slice(&crc.to_le_bytes());
}

/// Answers are ignored: they may be errors, or wrong.
fn ask_everything(part: &dyn Part) {
    for row in 0..part.rows() {
        part.row_of_leaf(part.leaf(row));
        part.rows_between(part.time_us(row), i64::MAX);
    }
    for field in Field::ALL {
        let _ = (part.equal(field, b"u1"), part.prefix(field, b"r", &Ask::ALL), part.values(field));
        let _ = part.count_values(field, 3..20, &Ask::ALL);
    }
    for text in Text::ALL {
        for needle in ["e", "assigned to", "142", ""] {
            let _ = part.text_contains(text, &Needle { text: needle.into(), fold: true }, &Ask::ALL);
        }
        let _ = part.with_placeholder(text, "/actor/name");
    }
}

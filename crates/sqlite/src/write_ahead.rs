//! What a write-ahead log says of the database's header: it counts instead of the file's.
//!
//! Source: SQLite's file format, "The Write-Ahead Log".

use std::io;

use env::DiskFile;

use crate::header::{HEADER_BYTES, PAGE_BYTES};

const LOG_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
const FRAME_BYTES: usize = FRAME_HEADER_BYTES + PAGE_BYTES;

/// Reads four bytes of a word: the log says in which order its checksums take them.
type Word = fn([u8; 4]) -> u32;

/// The header of the first page as SQLite would read it from a log; `None` where no transaction in it has written that page.
///
/// Cost: reads the log once, a frame at a time. SQLite keeps it to some MiB.
///
/// # Errors
/// What the disk answers; an error that says so for a log whose pages are not of the size of the database called `name`.
pub(crate) fn header(log: &dyn DiskFile, name: &str) -> io::Result<Option<[u8; HEADER_BYTES]>> {
    let len = log.len()?;
    let mut head = [0; LOG_HEADER_BYTES];
    if len < head.len() as u64 {
        return Ok(None);
    }
    log.read_exact_at(&mut head, 0)?;
    let word: Word = match number(&head, 0) {
        0x377f_0682 => u32::from_le_bytes,
        0x377f_0683 => u32::from_be_bytes,
        _ => return Ok(None),
    };
    let mut sums = summed((0, 0), part(&head, 0, 24), word);
    if sums != (number(&head, 24), number(&head, 28)) {
        return Ok(None);
    }
    if number(&head, 8) as usize != PAGE_BYTES {
        return Err(io::Error::other(format!("a write-ahead log whose pages are not of the {name}'s size")));
    }
    let mut written = None;
    let mut committed = None;
    let mut frame = [0; FRAME_BYTES];
    let mut at = LOG_HEADER_BYTES as u64;
    while at + FRAME_BYTES as u64 <= len {
        log.read_exact_at(&mut frame, at)?;
        sums = summed(sums, part(&frame, 0, 8), word);
        sums = summed(sums, part(&frame, FRAME_HEADER_BYTES, PAGE_BYTES), word);
        // What follows was written before the log was last begun anew, or not to its end.
        if part(&frame, 8, 8) != part(&head, 16, 8) || sums != (number(&frame, 16), number(&frame, 20)) {
            break;
        }
        if number(&frame, 0) == 1 {
            written = part(&frame, FRAME_HEADER_BYTES, HEADER_BYTES).first_chunk().copied();
        }
        let is_end_of_transaction = number(&frame, 4) != 0;
        if is_end_of_transaction {
            committed = written;
        }
        at += FRAME_BYTES as u64;
    }
    Ok(committed)
}

/// The two running sums over whole pairs of words.
fn summed(from: (u32, u32), bytes: &[u8], word: Word) -> (u32, u32) {
    bytes.as_chunks::<8>().0.iter().fold(from, |(first, second), [a, b, c, d, e, f, g, h]| {
        let first = first.wrapping_add(word([*a, *b, *c, *d])).wrapping_add(second);
        (first, second.wrapping_add(word([*e, *f, *g, *h])).wrapping_add(first))
    })
}

fn part(bytes: &[u8], at: usize, len: usize) -> &[u8] {
    bytes.get(at..at + len).unwrap_or_default()
}

/// The number of four bytes, the highest first.
fn number(bytes: &[u8], at: usize) -> u32 {
    part(bytes, at, 4).first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

//! Reading a file from start to end and judging what does not fit.

use super::frame::{Frame, Kind, Stamp, decode, find_magic};
use super::header::{FileHeader, HEADER_BYTES};
use proof::LeafIndex;
use std::ops::Range;

/// The frames of a file that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Where the batches lie.
    pub(crate) batches: Vec<Range<usize>>,
    /// Where the last batch ends.
    pub(crate) end_offset: usize,
    /// The leaf after the last batch.
    pub(crate) end_leaf: LeafIndex,
    /// What comes after the last batch.
    pub(crate) end: End,
}

/// What comes after the last batch that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The mark of an orderly close.
    Closed,
    /// Nothing but zeroes, or nothing.
    Open,
    /// Something that nothing later in the file attests: it was never acknowledged, unless a checkpoint covers it.
    Torn(&'static str),
    /// Something that a frame of a later group attests: it was acknowledged, and is damaged. Or a frame that is right in
    /// itself and does not continue what is before it: no place of a file is ever written twice, so no crash leaves it.
    Damaged(&'static str),
}

/// Reads the frames of a file.
///
/// Cost: one pass, checksums included; a second one over the rest after a frame that does not fit.
pub(crate) fn scan(file: &[u8], header: &FileHeader) -> Scan {
    let stamp = Stamp::from(header);
    let mut found =
        Scan { batches: Vec::new(), end_offset: HEADER_BYTES, end_leaf: header.begun.first_leaf, end: End::Open };
    let mut previous_crc = header.crc();
    let mut group_start = None;
    loop {
        let at = found.end_offset;
        let frame = match decode(file, at, stamp) {
            Ok(frame) => frame,
            Err(what) => {
                found.end = judge(file, at, stamp, what);
                return found;
            }
        };
        if let Err(what) = follows(&frame, at, &found, previous_crc, group_start) {
            found.end = End::Damaged(what);
            return found;
        }
        if frame.kind == Kind::Close {
            found.end = End::Closed;
            return found;
        }
        found.end_offset = at + frame.bytes;
        found.end_leaf = LeafIndex(found.end_leaf.0 + frame.lines.len() as u64);
        found.batches.push(at..found.end_offset);
        previous_crc = frame.crc;
        group_start = Some(frame.group_start);
    }
}

/// Reads a batch that a scan has found.
pub(crate) fn batch_at<'a>(file: &'a [u8], at: usize, header: &FileHeader) -> Option<Frame<'a>> {
    decode(file, at, Stamp::from(header)).ok()
}

/// Reads the frame at `at` of bytes that come from the file of `header`. The error says what is wrong with it.
pub(crate) fn decode_frame<'a>(bytes: &'a [u8], at: usize, header: &FileHeader) -> Result<Frame<'a>, &'static str> {
    decode(bytes, at, Stamp::from(header))
}

/// Whether a frame continues what was found so far.
fn follows(
    frame: &Frame<'_>,
    at: usize,
    found: &Scan,
    previous_crc: u32,
    group_start: Option<u64>,
) -> Result<(), &'static str> {
    if frame.first_leaf != found.end_leaf {
        return Err("the frame does not start at the leaf that is next");
    }
    if frame.previous_crc != previous_crc {
        return Err("the frame does not attest the one before it");
    }
    if frame.group_start != at as u64 && group_start != Some(frame.group_start) {
        return Err("the frame belongs to no group");
    }
    if frame.kind == Kind::Batch && frame.lines.is_empty() {
        return Err("the frame holds no line");
    }
    Ok(())
}

/// Judges what lies at `at`, where no fitting frame lies.
///
/// A group is written only after the one before was synced. So a sound frame of a group that starts after `at` says
/// that everything before its group once reached the disk: what is wrong here was broken later.
fn judge(file: &[u8], at: usize, stamp: Stamp, what: &'static str) -> End {
    if file.get(at..).is_none_or(|rest| rest.iter().all(|byte| *byte == 0)) {
        return End::Open;
    }
    let mut from = at + 1;
    while let Some(candidate) = find_magic(file, from) {
        if decode(file, candidate, stamp)
            .is_ok_and(|frame| frame.group_start > at as u64 && frame.group_start <= candidate as u64)
        {
            return End::Damaged(what);
        }
        from = candidate + 1;
    }
    End::Torn(what)
}

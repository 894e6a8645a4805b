//! One frame: a batch, or the mark of an orderly close.

use super::bytes::{array, size_at, u32_at, u64_at};
use super::header::FileHeader;
use super::mac::{MAC_BYTES, Mac, MacKey};
use crate::{Batch, PackedRef};
use proof::{Digest, LeafIndex};
use std::ops::Range;

const MAGIC: [u8; 4] = *b"IWFR";
pub(super) const FRAME_HEADER_BYTES: usize = 80;
/// Where the numbers and lengths of what a frame holds stand.
pub(super) const FRAME_SIZES: Range<usize> = 48..68;
const CRC_BYTES: usize = 4;
/// What follows a frame's content: its MAC, and the checksum over all before.
const TRAILER_BYTES: usize = MAC_BYTES + CRC_BYTES;
/// Where the checksum of the frame header stands.
const HEADER_CRC_AT: usize = FRAME_HEADER_BYTES - CRC_BYTES;

/// Length of the frame that marks an orderly close.
pub(crate) const CLOSE_BYTES: usize = FRAME_HEADER_BYTES + TRAILER_BYTES;

/// What every frame of a file repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) term: u64,
    pub(crate) nonce: [u8; 16],
}

impl From<&FileHeader> for Stamp {
    fn from(header: &FileHeader) -> Self {
        Self { term: header.term, nonce: header.nonce }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Batch = 1,
    Close = 2,
}

/// A frame whose checksums, lengths and stamp are right. Whether it belongs where it lies is the scan's to judge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) first_leaf: LeafIndex,
    /// Offset of the first frame of this frame's group.
    pub(crate) group_start: u64,
    /// Checksum of the frame before.
    pub(crate) previous_crc: u32,
    pub(crate) crc: u32,
    /// The MAC as it is in the file; [`super::authenticate`] checks it.
    pub(crate) mac: Mac,
    /// Everything before the MAC.
    pub(crate) content: &'a [u8],
    pub(crate) lines: PackedRef<'a>,
    pub(crate) refs: PackedRef<'a>,
    pub(crate) disclosures: PackedRef<'a>,
    /// Where the lines start, counted from the start of the frame.
    pub(crate) lines_at: usize,
    /// Length of the whole frame.
    pub(crate) bytes: usize,
}

impl Frame<'_> {
    /// Where the disclosures start, counted from the start of the frame: behind the references, which follow the lines.
    pub(crate) fn disclosures_at(&self) -> usize {
        self.lines_at + self.lines.bytes().len() + self.refs.bytes().len()
    }
}

/// What a batch takes in the file.
pub(crate) fn frame_bytes(batch: &Batch) -> u64 {
    let fixed = FRAME_HEADER_BYTES + TRAILER_BYTES + batch.lines.len() * 8 + batch.disclosures.len() * 4;
    [fixed, batch.lines.bytes().len(), batch.refs.bytes().len(), batch.disclosures.bytes().len()]
        .iter()
        .map(|bytes| *bytes as u64)
        .sum()
}

/// Appends frames to a buffer that will be written at `offset`, chained to what the file holds before.
pub(crate) struct FrameWriter<'a> {
    pub(crate) buffer: &'a mut Vec<u8>,
    /// Where in the file the buffer starts.
    pub(crate) offset: u64,
    pub(crate) stamp: Stamp,
    pub(crate) key: &'a MacKey,
    pub(crate) previous: Link,
    pub(crate) next_leaf: LeafIndex,
    /// Where in the file the group starts.
    pub(crate) group_start: u64,
}

/// The checksum that a frame repeats of the frame before, and the MAC that it chains from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) crc: u32,
    pub(crate) mac: Mac,
}

impl From<&FileHeader> for Link {
    fn from(header: &FileHeader) -> Self {
        Self { crc: header.crc(), mac: header.mac }
    }
}

impl FrameWriter<'_> {
    /// Appends a batch; returns where in the file its lines and its disclosures start.
    pub(crate) fn batch(&mut self, batch: &Batch) -> [u64; 2] {
        let Batch { lines, digests, refs, disclosures } = batch;
        let start = self.header(
            Kind::Batch,
            [lines.len(), lines.bytes().len(), refs.bytes().len(), disclosures.len(), disclosures.bytes().len()],
        );
        for ends in [lines.ends(), refs.ends(), disclosures.ends()] {
            self.buffer.extend(ends.iter().flat_map(|end| end.to_le_bytes()));
        }
        let lines_at = self.buffer.len();
        for bytes in [lines.bytes(), refs.bytes(), disclosures.bytes()] {
            self.buffer.extend_from_slice(bytes);
        }
        let disclosures_at = self.buffer.len() - disclosures.bytes().len();
        let line_range = lines_at - start..lines_at - start + lines.bytes().len();
        self.seal(start, line_range, digests);
        self.next_leaf = LeafIndex(self.next_leaf.0 + lines.len() as u64);
        [lines_at, disclosures_at].map(|at| self.offset + at as u64)
    }

    /// Appends the mark of an orderly close, a group of its own.
    pub(crate) fn close(&mut self) {
        self.group_start = self.offset + self.buffer.len() as u64;
        let start = self.header(Kind::Close, [0; 5]);
        self.seal(start, FRAME_HEADER_BYTES..FRAME_HEADER_BYTES, &[]);
    }

    fn header(&mut self, kind: Kind, sizes: [usize; 5]) -> usize {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&MAGIC);
        self.buffer.extend_from_slice(&[kind as u8, 0, 0, 0]);
        self.buffer.extend_from_slice(&self.stamp.term.to_le_bytes());
        self.buffer.extend_from_slice(&self.next_leaf.0.to_le_bytes());
        self.buffer.extend_from_slice(&self.group_start.to_le_bytes());
        self.buffer.extend_from_slice(&self.stamp.nonce);
        for size in sizes {
            let size = u32::try_from(size).unwrap_or_else(|_| panic!("the limit of a group was checked before"));
            self.buffer.extend_from_slice(&size.to_le_bytes());
        }
        self.buffer.extend_from_slice(&self.previous.crc.to_le_bytes());
        self.buffer.extend_from_slice(&[0; 4]);
        self.checksum(start);
        start
    }

    /// Appends MAC and checksum of the frame that begins at `start`.
    fn seal(&mut self, start: usize, lines: Range<usize>, digests: &[Digest]) {
        let mac = self.key.frame(&self.previous.mac, self.buffer.split_at(start).1, lines, digests);
        self.buffer.extend_from_slice(&mac);
        self.previous = Link { crc: self.checksum(start), mac };
    }

    /// Appends the checksum of everything from `start` on.
    fn checksum(&mut self, start: usize) -> u32 {
        let crc = crc32c::crc32c(self.buffer.split_at(start).1);
        self.buffer.extend_from_slice(&crc.to_le_bytes());
        crc
    }
}

/// Whether a frame that begins with `bytes` says that it is a closing mark.
pub(crate) fn is_close(bytes: &[u8]) -> bool {
    bytes.get(4) == Some(&(Kind::Close as u8))
}

/// The length of the frame that begins with `bytes`, as its header says; `None` where there is no whole header.
pub(crate) fn frame_length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(..FRAME_HEADER_BYTES)?;
    let lines = size_at(header, 48)?;
    let disclosures = size_at(header, 60)?;
    let tables = lines.checked_mul(8)?.checked_add(disclosures.checked_mul(4)?)?;
    let parts = [FRAME_HEADER_BYTES + TRAILER_BYTES, size_at(header, 52)?, size_at(header, 56)?, size_at(header, 64)?];
    parts.iter().try_fold(tables, |sum, part| sum.checked_add(*part))
}

/// Reads the frame at `at`. The error says what is wrong with it.
pub(crate) fn decode(file: &[u8], at: usize, stamp: Stamp) -> Result<Frame<'_>, &'static str> {
    const SHORT: &str = "the file ends inside a frame";
    let rest = file.get(at..).ok_or(SHORT)?;
    let header = rest.get(..FRAME_HEADER_BYTES).ok_or(SHORT)?;
    if !header.starts_with(&MAGIC) {
        return Err("no frame begins here");
    }
    if header.get(..HEADER_CRC_AT).map(crc32c::crc32c) != u32_at(header, HEADER_CRC_AT) {
        return Err("the checksum of the frame header does not fit");
    }
    if (Stamp { term: u64_at(header, 8).ok_or(SHORT)?, nonce: array(header, 32).ok_or(SHORT)? }) != stamp {
        return Err("the frame is from another file");
    }
    let kind = match array(header, 4).ok_or(SHORT)? {
        [1, 0, 0, 0] => Kind::Batch,
        [2, 0, 0, 0] => Kind::Close,
        _ => return Err("the frame is of a kind this version does not know"),
    };
    if u32_at(header, 72) != Some(0) {
        return Err("reserved bytes of the frame are not zero");
    }
    let lines = size_at(header, 48).ok_or(SHORT)?;
    let disclosures = size_at(header, 60).ok_or(SHORT)?;
    let parts = [
        lines.checked_mul(4).ok_or(SHORT)?,
        lines.checked_mul(4).ok_or(SHORT)?,
        disclosures.checked_mul(4).ok_or(SHORT)?,
        size_at(header, 52).ok_or(SHORT)?,
        size_at(header, 56).ok_or(SHORT)?,
        size_at(header, 64).ok_or(SHORT)?,
    ];
    let body_bytes = parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(*part)).ok_or(SHORT)?;
    let mac_at = body_bytes.checked_add(FRAME_HEADER_BYTES).ok_or(SHORT)?;
    let crc_at = mac_at.checked_add(MAC_BYTES).ok_or(SHORT)?;
    let content = rest.get(..mac_at).ok_or(SHORT)?;
    let body = content.get(FRAME_HEADER_BYTES..).ok_or(SHORT)?;
    let crc = u32_at(rest, crc_at).ok_or(SHORT)?;
    if rest.get(..crc_at).map(crc32c::crc32c) != Some(crc) {
        return Err("the checksum of the frame does not fit");
    }
    let mut cursor = body;
    let mut take = |bytes: usize| {
        let (part, rest) = cursor.split_at_checked(bytes).unwrap_or_default();
        cursor = rest;
        part
    };
    let [line_ends, ref_ends, disclosure_ends, line_bytes, ref_bytes, disclosure_bytes] = parts.map(&mut take);
    let packed = |ends, bytes| PackedRef::decode(ends, bytes).ok_or("the lengths inside the frame do not add up");
    Ok(Frame {
        kind,
        first_leaf: LeafIndex(u64_at(header, 16).ok_or(SHORT)?),
        group_start: u64_at(header, 24).ok_or(SHORT)?,
        previous_crc: u32_at(header, 68).ok_or(SHORT)?,
        crc,
        mac: array(rest, mac_at).ok_or(SHORT)?,
        content,
        lines: packed(line_ends, line_bytes)?,
        refs: packed(ref_ends, ref_bytes)?,
        disclosures: packed(disclosure_ends, disclosure_bytes)?,
        lines_at: FRAME_HEADER_BYTES + lines * 8 + disclosures * 4,
        bytes: crc_at + CRC_BYTES,
    })
}

/// Where the next place after `from` is that begins like a frame.
pub(super) fn find_magic(file: &[u8], from: usize) -> Option<usize> {
    let rest = file.get(from..)?;
    rest.windows(MAGIC.len()).position(|window| window == MAGIC).map(|found| from + found)
}

/// Gives a frame another stamp and predecessor, in place, and computes its checksums anew; returns the link for the next frame.
/// The MAC covers neither and stays as it is.
pub(super) fn restamp_frame(frame: &mut [u8], stamp: Stamp, previous_crc: u32) -> Option<Link> {
    let crc_at = frame.len().checked_sub(CRC_BYTES)?;
    frame.get_mut(8..16)?.copy_from_slice(&stamp.term.to_le_bytes());
    frame.get_mut(32..48)?.copy_from_slice(&stamp.nonce);
    frame.get_mut(68..72)?.copy_from_slice(&previous_crc.to_le_bytes());
    let header_crc = crc32c::crc32c(frame.get(..HEADER_CRC_AT)?);
    frame.get_mut(HEADER_CRC_AT..FRAME_HEADER_BYTES)?.copy_from_slice(&header_crc.to_le_bytes());
    let crc = crc32c::crc32c(frame.get(..crc_at)?);
    frame.get_mut(crc_at..)?.copy_from_slice(&crc.to_le_bytes());
    Some(Link { crc, mac: array(frame, crc_at.checked_sub(MAC_BYTES)?)? })
}

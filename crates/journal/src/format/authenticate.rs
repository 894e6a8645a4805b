//! Checking the chain of MACs over what a scan has found.

use std::num::NonZero;
use std::ops::Range;
use std::thread;

use super::frame::{Frame, Stamp, decode};
use super::header::FileHeader;
use super::mac::{Mac, MacKey};
use super::scan::{End, Scan};
use proof::{Digest, LeafIndex};

/// The first thing in a file that the log has not written although its checksums fit. No crash leaves that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forged {
    pub(crate) offset: usize,
    pub(crate) leaf: LeafIndex,
    pub(crate) what: &'static str,
}

/// Frames below which hashing their lines is not shared out: a thread costs as much as some ten lines.
const SIDE_BY_SIDE_MIN: usize = 16;

/// The digest of every line of a scanned file, in order. Cost: hashes the file once, on all processors.
pub(crate) fn line_digests(file: &[u8], scan: &Scan, header: &FileHeader) -> Vec<Digest> {
    let stamp = Stamp::from(header);
    let read = |places: &[Range<usize>]| -> Vec<Digest> {
        let frame = |at| decode(file, at, stamp).expect("the scan has found this frame");
        places.iter().flat_map(|place| frame(place.start).lines.iter().map(Digest::of)).collect()
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    if scan.batches.len() < SIDE_BY_SIDE_MIN || threads == 1 {
        return read(&scan.batches);
    }
    env::threads::map(scan.batches.chunks(scan.batches.len().div_ceil(threads)), read).concat()
}

/// Checks the MACs of header and frames of a scanned file, whose lines have these digests; returns the MAC from which the next
/// file chains. Bytes that the scan did not accept are not looked at.
///
/// Cost: hashes all but the lines.
pub(crate) fn authenticate(
    file: &[u8],
    scan: &Scan,
    header: &FileHeader,
    digests: &[Digest],
    key: &MacKey,
) -> Result<Mac, Forged> {
    if key.of_header(header) != header.mac {
        let what = "the MAC of the file header does not fit: it is not as this log wrote it";
        return Err(Forged { offset: 0, leaf: header.begun.first_leaf, what });
    }
    let stamp = Stamp::from(header);
    let mut previous = header.mac;
    let mut left = digests;
    let close = (scan.end == End::Closed).then_some(scan.end_offset);
    for at in scan.batches.iter().map(|place| place.start).chain(close) {
        let frame = decode(file, at, stamp).expect("the scan has found this frame");
        let (own, behind) = left.split_at(frame.lines.len());
        left = behind;
        if mac_of(&frame, own, key, &previous) != frame.mac {
            let what = "the MAC of the frame does not fit: it is not as this log wrote it";
            return Err(Forged { offset: at, leaf: frame.first_leaf, what });
        }
        previous = frame.mac;
    }
    Ok(previous)
}

fn mac_of(frame: &Frame<'_>, digests: &[Digest], key: &MacKey, previous: &Mac) -> Mac {
    let lines = frame.lines_at..frame.lines_at + frame.lines.bytes().len();
    key.frame(previous, frame.content, lines, digests)
}

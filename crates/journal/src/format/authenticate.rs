//! Checking the chain of MACs over what a scan has found.

use super::frame::{Frame, Stamp, decode};
use super::header::FileHeader;
use super::mac::{Mac, MacKey};
use super::scan::{End, Scan};
use proof::{Digest, LeafIndex};

/// The first thing in a file that the log has not written, though its checksums fit: no crash does that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forged {
    pub(crate) offset: usize,
    pub(crate) leaf: LeafIndex,
    pub(crate) what: &'static str,
}

/// Checks header and frames of a scanned file; returns the MAC that what comes next chains from. A tail that the scan did
/// not accept has no say.
///
/// Cost: hashes the file once.
pub(crate) fn authenticate(file: &[u8], scan: &Scan, header: &FileHeader, key: &MacKey) -> Result<Mac, Forged> {
    if key.of_header(header) != header.mac {
        let what = "the MAC of the file header does not fit: it is not as this log wrote it";
        return Err(Forged { offset: 0, leaf: header.begun.first_leaf, what });
    }
    let stamp = Stamp::from(header);
    let mut previous = header.mac;
    let close = (scan.end == End::Closed).then_some(scan.end_offset);
    for at in scan.batches.iter().map(|place| place.start).chain(close) {
        let frame = decode(file, at, stamp).expect("the scan has found this frame");
        if mac_of(&frame, key, &previous) != frame.mac {
            let what = "the MAC of the frame does not fit: it is not as this log wrote it";
            return Err(Forged { offset: at, leaf: frame.first_leaf, what });
        }
        previous = frame.mac;
    }
    Ok(previous)
}

fn mac_of(frame: &Frame<'_>, key: &MacKey, previous: &Mac) -> Mac {
    let digests: Vec<Digest> = frame.lines.iter().map(Digest::of).collect();
    let lines = frame.lines_at..frame.lines_at + frame.lines.bytes().len();
    key.frame(previous, frame.content, lines, &digests)
}

//! Turning the bytes of one file into those of a fresh one.

use super::frame::{FrameWriter, Link, Stamp, restamp_frame};
use super::header::FileHeader;
use super::mac::{Mac, MacKey};
use super::scan::Scan;

/// Turns a file's bytes, as scanned, into those of a fresh, closed file with the same batches at the same offsets, and so
/// with the same chain of MACs. Returns the last MAC, that of the close.
///
/// # Panics
/// When the scan is not of these bytes.
pub(crate) fn restamp(file: &mut Vec<u8>, scan: &Scan, header: &FileHeader, key: &MacKey) -> Mac {
    let stamp = Stamp::from(header);
    file.truncate(scan.end_offset);
    let encoded = header.encode();
    file.get_mut(..encoded.len()).expect("a scanned file has its header").copy_from_slice(&encoded);
    let mut previous = Link::from(header);
    for place in &scan.batches {
        let frame = file.get_mut(place.clone()).expect("a scanned frame lies inside the file");
        previous = restamp_frame(frame, stamp, previous.crc).expect("a scanned frame is whole");
    }
    let mut writer = FrameWriter {
        buffer: file,
        offset: 0,
        stamp,
        key,
        previous,
        next_leaf: scan.end_leaf,
        group_start: scan.end_offset as u64,
    };
    writer.close();
    writer.previous.mac
}

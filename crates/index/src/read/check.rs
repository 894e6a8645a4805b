//! Checking the file of an index without holding it.

use super::{Section, read_table, table_bytes};
use crate::bytes::{u32_at, u64_at};
use crate::error::FileError;
use crate::format::{HEADER_BYTES, MAGIC, VERSION};
use crate::source::{IndexSource, damaged};

/// Bytes read at a time.
const STEP_BYTES: usize = 1 << 20;

/// Checks header, table and the checksum of every section of an index that is the first `bytes` of a file, and that it
/// is of `rows` rows from leaf `first_leaf` on. What the sections mean is not looked at. Cost: reads all of it. Memory: a mebibyte.
///
/// # Errors
/// [`FileError`].
pub fn check(file: &dyn IndexSource, bytes: u64, first_leaf: u64, rows: u64) -> Result<(), FileError> {
    let damaged = |offset, what| damaged(file, offset, what);
    let header = file.read(0, HEADER_BYTES)?;
    if !header.starts_with(&MAGIC) || u32_at(&header, 8) != Some(VERSION) {
        return Err(damaged(0, "no index of this version"));
    }
    let table_at = bytes.checked_sub(table_bytes(&header) as u64);
    let table_at = table_at.ok_or_else(|| damaged(0, "section table is cut off"))?;
    let table = file.read(table_at, table_bytes(&header))?;
    let sections = read_table(&header, &table, bytes).map_err(|what| damaged(0, what))?;
    if (u64_at(&header, 16), u32_at(&header, 24).map(u64::from)) != (Some(first_leaf), Some(rows)) {
        return Err(damaged(16, "it is of other leaves"));
    }
    sections.iter().try_for_each(|section| check_section(file, section))
}

fn check_section(file: &dyn IndexSource, section: &Section) -> Result<(), FileError> {
    let mut at = section.start;
    let end = section.start + section.len;
    let mut crc = 0;
    while at < end {
        let step = STEP_BYTES.min(end - at);
        crc = crc32c::crc32c_append(crc, &file.read(at as u64, step)?);
        at += step;
    }
    let what = "checksum of a section differs";
    if crc == section.crc { Ok(()) } else { Err(damaged(file, section.start as u64, what)) }
}

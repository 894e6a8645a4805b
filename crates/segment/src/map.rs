//! The one place where a file is mapped into memory.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::index::IndexBytes;

/// Maps a file for reading.
///
/// # Errors
/// What the system answers.
#[allow(unsafe_code, reason = "mapping a file cannot be expressed safely; the argument stands beside the call")]
pub(crate) fn map(path: &Path) -> io::Result<IndexBytes> {
    let file = File::open(path)?;
    // SAFETY: the bytes must not change while mapped. Index files are written once under a temporary name and renamed
    // when complete; a rebuilt one replaces the name, never the bytes; nobody else may write to the data directory
    // (it is locked, mode 0700). Whoever breaks that can at worst make a checksum fail or this process die of a bus
    // error: readers treat the bytes as foreign and check every length.
    let mapped = unsafe { memmap2::Mmap::map(&file)? };
    Ok(Arc::new(mapped))
}

//! The last bytes of an index file: which lines it was made from.
//!
//! Without them an index of another writing of the same leaves, or of another log's, would answer as if it were ours.

use std::sync::Arc;

use proof::Digest;

use crate::file::Fields;
use crate::index::IndexBytes;

const NAME: [u8; 8] = *b"INDEXOF1";
/// Name, SHA-256 of the file of lines, CRC-32C of both.
const TRAILER_BYTES: usize = 8 + 32 + 4;

/// Returns the bytes that follow the index in its file.
pub(crate) fn trailer(lines: &Digest) -> Vec<u8> {
    let mut out = Vec::with_capacity(TRAILER_BYTES);
    out.extend_from_slice(&NAME);
    out.extend_from_slice(&lines.0);
    let crc = crc32c::crc32c(&out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

/// Returns the index inside an index file, if the file ends as one made from `lines` does.
pub(crate) fn unbind(file: IndexBytes, lines: &Digest) -> Option<IndexBytes> {
    let bytes = (*file).as_ref();
    let len = bytes.len().checked_sub(TRAILER_BYTES)?;
    let fits = Fields(bytes.get(len..)?).bytes(TRAILER_BYTES)? == trailer(lines);
    fits.then(|| Arc::new(Front { file, len }) as IndexBytes)
}

/// The first `len` bytes of a file.
struct Front {
    file: IndexBytes,
    len: usize,
}

impl AsRef<[u8]> for Front {
    fn as_ref(&self) -> &[u8] {
        let bytes = (*self.file).as_ref();
        bytes.get(..self.len).unwrap_or(bytes)
    }
}

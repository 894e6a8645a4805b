//! Lines of a plain, gzip or zstd file, told apart by their first bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// The longest line handed over. CloudTrail's own files hold up to some 50 MB of records in one line.
pub const LINE_BYTES_MAX: usize = 64 << 20;

const BUFFER_BYTES: usize = 256 << 10;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Skippable zstd frames (the seekable format's table among them) start with 0x184D2A50 to 0x184D2A5F, little-endian.
const ZSTD_SKIPPABLE_TAIL: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Why a file cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be opened.
    #[error("cannot open the file")]
    Open(#[source] io::Error),
    /// Reading or unpacking failed part way; what was read before stands.
    #[error("cannot read on after line {after_line}")]
    Read {
        /// The last line handed over.
        after_line: u64,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

/// One line of a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// The line's bytes without its end (`\n` or `\r\n`).
    Bytes(&'a [u8]),
    /// The line was longer than the limit and was passed over.
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
}

/// The lines of a file or stream. Memory: one line, at most the limit, and the unpacker's own window.
pub struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    line_no: u64,
    line_bytes_max: usize,
}

impl Lines {
    /// Opens a file, plain, gzip or zstd.
    ///
    /// # Errors
    /// `Open` if the file cannot be opened or its first bytes cannot be read.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::from_reader(Box::new(File::open(path).map_err(ReadError::Open)?))
    }

    /// Reads a stream, plain, gzip or zstd.
    ///
    /// # Errors
    /// `Open` if its first bytes cannot be read.
    pub fn from_reader(input: Box<dyn Read + Send>) -> Result<Self, ReadError> {
        let mut packed = BufReader::with_capacity(BUFFER_BYTES, input);
        let start = packed.fill_buf().map_err(ReadError::Open)?;
        let gzip = start.starts_with(&GZIP_MAGIC);
        let zstd = start.starts_with(&ZSTD_MAGIC) || start.get(1..4) == Some(&ZSTD_SKIPPABLE_TAIL[..]);
        let plain: Box<dyn Read + Send> = if gzip {
            Box::new(MultiGzDecoder::new(packed))
        } else if zstd {
            Box::new(zstd::stream::read::Decoder::with_buffer(packed).map_err(ReadError::Open)?)
        } else {
            Box::new(packed)
        };
        let input = BufReader::with_capacity(BUFFER_BYTES, plain);
        Ok(Self { input, line: Vec::new(), line_no: 0, line_bytes_max: LINE_BYTES_MAX })
    }

    /// The same with another limit on the length of a line, in bytes.
    #[must_use]
    pub fn with_line_bytes_max(mut self, line_bytes_max: usize) -> Self {
        self.line_bytes_max = line_bytes_max;
        self
    }

    /// The number of the line handed over last, from 1.
    #[must_use]
    pub const fn line_no(&self) -> u64 {
        self.line_no
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// `Read` if reading or unpacking fails.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, ReadError> {
        self.line.clear();
        let limit = self.line_bytes_max;
        let mut too_long = false;
        let mut any = false;
        loop {
            let after_line = self.line_no;
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(ReadError::Read { after_line, source }),
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', chunk);
            let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
            if self.line.len() + part.len() > limit {
                too_long = true;
                self.line.clear();
            } else if !too_long {
                self.line.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(end.is_some());
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.line_no += 1;
        if too_long {
            return Ok(Some(Line::TooLong { limit }));
        }
        Ok(Some(Line::Bytes(self.line.strip_suffix(b"\r").unwrap_or(&self.line))))
    }
}

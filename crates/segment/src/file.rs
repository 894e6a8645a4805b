//! One open file, written front to back or read at a place, with errors that name file and offset.

use std::io;
use std::path::{Path, PathBuf};

use env::{Blob, BlobStore, Disk, GatheredFile};
use index::{FileError, IndexSource};
use proof::Digest;
use sha2::{Digest as _, Sha256};

use crate::PartError;

/// Bytes read at once where a whole file is.
const READ_BYTES: usize = 1 << 20;

/// A new file being written front to back, and hashed; owned by one writer.
pub(crate) struct Output {
    file: GatheredFile,
    path: PathBuf,
    hasher: Sha256,
}

impl Output {
    pub(crate) fn create(disk: &dyn Disk, path: &Path) -> io::Result<Self> {
        Ok(Self { file: GatheredFile::create(disk, path, 0)?, path: path.to_owned(), hasher: Sha256::new() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the next byte goes.
    pub(crate) fn position(&self) -> u64 {
        self.file.position()
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.file.append(bytes)
    }

    /// Writes what is gathered, syncs the file, and returns its length and SHA-256.
    pub(crate) fn finish(self) -> io::Result<(u64, Digest)> {
        Ok((self.file.finish(&[])?, Digest(self.hasher.finalize().into())))
    }
}

/// A sealed file, or a draft of one, open for reading.
pub(crate) struct Source {
    file: Box<dyn Blob>,
    path: PathBuf,
    len: u64,
}

impl Source {
    /// Opens a blob.
    pub(crate) fn stored(store: &dyn BlobStore, name: &str) -> Result<Self, PartError> {
        Self::of(store.open(name), store.place(name))
    }

    /// Opens a draft.
    pub(crate) fn open(disk: &dyn Disk, path: &Path) -> Result<Self, PartError> {
        Self::of(env::open_draft(disk, path), path.to_owned())
    }

    fn of(opened: io::Result<Box<dyn Blob>>, path: PathBuf) -> Result<Self, PartError> {
        let measured = opened.and_then(|file| Ok((file.len()?, file)));
        match measured {
            Ok((len, file)) => Ok(Self { file, path, len }),
            Err(source) => Err(PartError::Read { file: path, offset: 0, source }),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Reads exactly `len` bytes. The length is checked against the file first, so a damaged length costs no memory.
    pub(crate) fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, PartError> {
        let mut bytes = Vec::new();
        self.read_to(offset, len, &mut bytes)?;
        Ok(bytes)
    }

    /// As [`Self::read`], to where other bytes were.
    pub(crate) fn read_to(&self, offset: u64, len: usize, bytes: &mut Vec<u8>) -> Result<(), PartError> {
        Ok(self.read_within(offset, len, bytes)?)
    }

    fn read_within(&self, offset: u64, len: usize, bytes: &mut Vec<u8>) -> Result<(), FileError> {
        if offset.checked_add(len as u64).is_none_or(|end| end > self.len) {
            let what = "reaches beyond the end of the file";
            return Err(FileError::Damaged { file: self.path.clone(), offset, what });
        }
        bytes.resize(len, 0);
        self.read_into(offset, bytes)
    }

    fn read_into(&self, offset: u64, bytes: &mut [u8]) -> Result<(), FileError> {
        let read = |source| FileError::Read { file: self.path.clone(), offset, source };
        self.file.read_exact_at(bytes, offset).map_err(read)
    }

    /// Returns the SHA-256 of the whole file. Cost: reads all of it, a mebibyte at a time.
    pub(crate) fn sha256(&self) -> Result<Digest, PartError> {
        match self.sha256_while(&|| true)? {
            Some(sha256) => Ok(sha256),
            None => Err(PartError::Stopped),
        }
    }

    /// As [`Self::sha256`]; `None` if `go_on`, asked after each mebibyte, said no.
    pub(crate) fn sha256_while(&self, go_on: &dyn Fn() -> bool) -> Result<Option<Digest>, PartError> {
        let mut hasher = Sha256::new();
        let mut bytes = vec![0; READ_BYTES];
        let mut offset = 0;
        while offset < self.len {
            let step = usize::try_from(self.len - offset).unwrap_or(READ_BYTES).min(READ_BYTES);
            let bytes = bytes.get_mut(..step).unwrap_or_default();
            self.read_into(offset, bytes)?;
            hasher.update(bytes);
            offset += step as u64;
            if !go_on() {
                return Ok(None);
            }
        }
        Ok(Some(Digest(hasher.finalize().into())))
    }

    pub(crate) fn damaged(&self, offset: u64, what: &'static str) -> PartError {
        PartError::Damaged { file: self.path.clone(), offset, what }
    }
}

impl IndexSource for Source {
    fn read(&self, offset: u64, len: usize) -> Result<Vec<u8>, FileError> {
        let mut bytes = Vec::new();
        self.read_within(offset, len, &mut bytes)?;
        Ok(bytes)
    }

    fn bytes(&self) -> u64 {
        self.len
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads fixed-width little-endian numbers off the front of a slice; `None` once it is too short.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.chunk().copied()
    }

    /// As [`Self::array`], where it lies.
    pub(crate) fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// Reads an unsigned LEB128 number of at most 32 bits, in its shortest form.
    pub(crate) fn varint(&mut self) -> Option<u32> {
        env::read_varint(|| self.u8())
    }
}

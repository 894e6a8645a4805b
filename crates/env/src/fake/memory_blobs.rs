//! Blobs in memory, as a bucket would hold them: no name among them is a file's.

use crate::{Blob, BlobStore, Content, Disk, Drafts};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A store in memory. Clones share it. Drafts are made in a folder of a disk.
#[derive(Clone)]
pub struct MemoryBlobs {
    blobs: Arc<Mutex<BTreeMap<String, Arc<Vec<u8>>>>>,
    disk: Arc<dyn Disk>,
    drafts: PathBuf,
}

impl MemoryBlobs {
    /// An empty store whose drafts are made in the folder `drafts`, which must be there.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, drafts: &Path) -> Self {
        Self { blobs: Arc::default(), disk, drafts: drafts.to_owned() }
    }

    fn blobs(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Vec<u8>>>> {
        self.blobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of what is put; its draft is removed.
    fn take(&self, content: Content<'_>) -> io::Result<Arc<Vec<u8>>> {
        match content {
            Content::Bytes(bytes) => Ok(Arc::new(bytes.to_vec())),
            Content::Draft(path) => {
                let bytes = self.disk.read(path)?;
                self.disk.remove(path)?;
                Ok(Arc::new(bytes))
            }
        }
    }
}

impl BlobStore for MemoryBlobs {
    fn put_new(&self, name: &str, content: Content<'_>) -> io::Result<()> {
        let mut blobs = self.blobs();
        if blobs.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        blobs.insert(name.to_owned(), self.take(content)?);
        Ok(())
    }

    fn put_again(&self, name: &str, content: Content<'_>) -> io::Result<()> {
        let bytes = self.take(content)?;
        self.blobs().insert(name.to_owned(), bytes);
        Ok(())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Blob>> {
        let bytes = self.blobs().get(name).cloned();
        Ok(Box::new(MemoryBlob(bytes.ok_or(io::ErrorKind::NotFound)?)))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.blobs().keys().cloned().collect())
    }

    fn delete(&self, names: &[&str]) -> io::Result<()> {
        let mut blobs = self.blobs();
        names.iter().try_for_each(|name| blobs.remove(*name).map(drop).ok_or(io::ErrorKind::NotFound.into()))
    }

    fn drafts(&self) -> Drafts<'_> {
        Drafts { disk: &*self.disk, dir: &self.drafts }
    }

    fn place(&self, name: &str) -> PathBuf {
        Path::new("memory").join(name)
    }

    fn share(&self) -> Arc<dyn BlobStore> {
        Arc::new(self.clone())
    }
}

/// A blob that is held.
struct MemoryBlob(Arc<Vec<u8>>);

impl Blob for MemoryBlob {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let end = from.checked_add(bytes.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        bytes.copy_from_slice(self.0.get(from..end).ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }
}

//! Blobs as files of one folder.

use super::{Blob, BlobStore, Content, Drafts, is_draft, open_draft};
use crate::{Disk, list_if_there, publish_file, replace_file};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A folder of a disk, a file a blob. Drafts lie beside the blobs, under temporary names, and are renamed.
///
/// Order of a put: written under the temporary name, synced, renamed without replacing, folder synced.
#[derive(Clone)]
pub struct FolderStore {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl FolderStore {
    /// The blobs in `dir`.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, dir: &Path) -> Self {
        Self { disk, dir: dir.to_owned() }
    }
}

impl BlobStore for FolderStore {
    fn put_new(&self, name: &str, content: Content<'_>) -> io::Result<()> {
        let to = self.place(name);
        match content {
            Content::Bytes(bytes) => publish_file(&*self.disk, &to, bytes),
            Content::Draft(draft) => {
                self.disk.rename_noreplace(draft, &to)?;
                self.disk.sync_dir(&self.dir)
            }
        }
    }

    fn put_again(&self, name: &str, content: Content<'_>) -> io::Result<()> {
        let to = self.place(name);
        match content {
            Content::Bytes(bytes) => replace_file(&*self.disk, &to, bytes),
            Content::Draft(draft) => {
                self.disk.rename_replace(draft, &to)?;
                self.disk.sync_dir(&self.dir)
            }
        }
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Blob>> {
        open_draft(&*self.disk, &self.place(name))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        // No blob has a name that is no text; one that somebody put there is listed as it can be shown.
        let name = |path: PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let names = list_if_there(&*self.disk, &self.dir)?.into_iter().map(name);
        Ok(names.filter(|name| !is_draft(name)).collect())
    }

    fn delete(&self, names: &[&str]) -> io::Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        names.iter().try_for_each(|name| self.disk.remove(&self.place(name)))?;
        self.disk.sync_dir(&self.dir)
    }

    fn drafts(&self) -> Drafts<'_> {
        Drafts { disk: &*self.disk, dir: &self.dir }
    }

    fn place(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn share(&self) -> Arc<dyn BlobStore> {
        Arc::new(self.clone())
    }
}

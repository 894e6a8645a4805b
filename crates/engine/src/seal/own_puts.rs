//! Which blobs this process has put, or took over with the manifest: those it may delete once no manifest names them. Whatever else
//! lies under a segment's name is another hand's, and perhaps the only copy of something.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use env::{Blob, BlobStore, Content, Drafts};

/// A store that remembers which names were put through it. Cheap to clone; clones remember together.
#[derive(Clone)]
pub(crate) struct OwnPuts {
    inner: Arc<dyn BlobStore>,
    own: Arc<Mutex<HashSet<String>>>,
}

impl OwnPuts {
    /// Nothing is known to be put yet.
    pub(crate) fn over(inner: Arc<dyn BlobStore>) -> Self {
        Self { inner, own: Arc::default() }
    }

    /// Takes over what an earlier process has put.
    pub(crate) fn take_over(&self, names: impl IntoIterator<Item = String>) {
        self.names().extend(names);
    }

    /// Whether this name was put or taken over.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().contains(name)
    }

    fn names(&self) -> MutexGuard<'_, HashSet<String>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BlobStore for OwnPuts {
    fn put_new(&self, name: &str, content: Content<'_>) -> io::Result<()> {
        let put = self.inner.put_new(name, content);
        // After any other failure the blob may be there.
        if !put.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists) {
            self.take_over([name.to_owned()]);
        }
        put
    }

    fn put_again(&self, name: &str, content: Content<'_>) -> io::Result<()> {
        self.inner.put_again(name, content)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Blob>> {
        self.inner.open(name)
    }

    fn list(&self) -> io::Result<Vec<String>> {
        self.inner.list()
    }

    /// Whoever puts one of these names afterwards is not this process.
    fn delete(&self, names: &[&str]) -> io::Result<()> {
        self.inner.delete(names)?;
        self.names().retain(|name| !names.contains(&name.as_str()));
        Ok(())
    }

    fn drafts(&self) -> Drafts<'_> {
        self.inner.drafts()
    }

    fn place(&self, name: &str) -> PathBuf {
        self.inner.place(name)
    }

    fn share(&self) -> Arc<dyn BlobStore> {
        Arc::new(self.clone())
    }
}

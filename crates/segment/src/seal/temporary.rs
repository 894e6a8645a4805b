//! The files of a segment in the making, until they have their names.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use env::{BlobStore, Content, Disk, Drafts, TEMPORARY_SUFFIX};

use super::SealError;
use crate::names::{GENERATION_MAX, SegmentFile, SegmentName};

/// Drafts of the three files. Dropped, it removes those that were not put; what it misses, the next start removes.
pub(crate) struct Temporary {
    store: Arc<dyn BlobStore>,
    /// Of lines, disclosures and index.
    pub(crate) paths: [PathBuf; 3],
}

impl Drop for Temporary {
    fn drop(&mut self) {
        for path in &self.paths {
            // Put already, or the disk has failed: either way there is nothing more to do here.
            let _ = self.disk().remove(path);
        }
    }
}

impl Temporary {
    /// Names never used among the store's drafts, for a segment whose first leaf is `first`.
    pub(crate) fn begin(store: &dyn BlobStore, first: u64) -> Result<Self, SealError> {
        let drafts = store.drafts();
        let paths = unused_paths(drafts, first);
        let paths = paths.map_err(|source| SealError::Write { file: drafts.dir.to_owned(), source })?;
        Ok(Self { store: store.share(), paths })
    }

    /// Where the drafts lie.
    pub(crate) fn disk(&self) -> &dyn Disk {
        self.store.drafts().disk
    }

    /// Puts the drafts, which must be durable, under the names of a segment of these leaves: that of the lines first, which tell what the
    /// others are.
    pub(crate) fn name(&self, first: u64, last: u64) -> Result<SegmentName, SealError> {
        let write = |file: PathBuf| move |source| SealError::Write { file, source };
        let generation = free_generation(&*self.store, first, last);
        let generation = generation.map_err(write(self.store.drafts().dir.to_owned()))?;
        let name = SegmentName { first, last, generation };
        for (file, path) in SegmentFile::ALL.into_iter().zip(&self.paths) {
            let to = name.file(file);
            self.store.put_new(&to, Content::Draft(path)).map_err(write(self.store.place(&to)))?;
        }
        Ok(name)
    }
}

/// Returns names for the drafts of a segment whose last leaf is not known yet: `<first>-open.<n>` and a temporary suffix.
fn unused_paths(drafts: Drafts<'_>, first: u64) -> io::Result<[PathBuf; 3]> {
    let begin = format!("{first:012}-open.");
    let mut used = BTreeSet::new();
    for path in drafts.disk.list(drafts.dir)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix(&begin).and_then(|rest| rest.split('.').next());
        used.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    let unused = free(&used)?;
    let path = |file: SegmentFile| drafts.dir.join(format!("{begin}{unused}.{}", file.extension()));
    Ok(SegmentFile::ALL.map(|file| env::temporary_path(&path(file))))
}

/// Returns a generation that no file of these leaves has, drafts included.
fn free_generation(store: &dyn BlobStore, first: u64, last: u64) -> io::Result<u32> {
    let mut names = store.list()?;
    for draft in store.drafts().list()? {
        let name =
            draft.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(TEMPORARY_SUFFIX));
        names.extend(name.map(str::to_owned));
    }
    let parsed = names.iter().filter_map(|name| SegmentName::parse(name));
    let used = parsed.filter(|(name, _)| (name.first, name.last) == (first, last)).map(|(name, _)| name.generation);
    free(&used.collect())
}

/// The number above all that are used; where the last one is, which somebody must have put there, the lowest that is not.
fn free(used: &BTreeSet<u32>) -> io::Result<u32> {
    let above = used.last().map_or(Some(0), |last| last.checked_add(1)).filter(|above| *above <= GENERATION_MAX);
    let free = above.or_else(|| (0..=GENERATION_MAX).find(|number| !used.contains(number)));
    free.ok_or_else(|| io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_last_number_takes_none_away() {
        assert_eq!(free(&BTreeSet::new()).unwrap(), 0);
        assert_eq!(free(&[0, 7].into()).unwrap(), 8);
        assert_eq!(free(&[0, 1, GENERATION_MAX].into()).unwrap(), 2);
        assert_eq!(free(&[u32::MAX].into()).unwrap(), 0);
    }
}

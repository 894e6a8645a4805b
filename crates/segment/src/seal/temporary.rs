//! The files of a segment in the making, until they have their names.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use env::Disk;

use super::SealError;
use crate::names::{GENERATION_MAX, SegmentFile, SegmentName};

/// Temporary names for the three files. Dropped, it removes files that still have them; what it misses, the next start removes.
pub(crate) struct Temporary<'a> {
    pub(crate) disk: &'a dyn Disk,
    dir: PathBuf,
    /// Of lines, disclosures and index.
    pub(crate) paths: [PathBuf; 3],
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        for path in &self.paths {
            // Renamed already, or the disk has failed: either way there is nothing more to do here.
            let _ = self.disk.remove(path);
        }
    }
}

impl<'a> Temporary<'a> {
    /// Names never used in folder `dir`, for a segment whose first leaf is `first`.
    pub(crate) fn begin(disk: &'a dyn Disk, dir: &Path, first: u64) -> Result<Self, SealError> {
        let paths = unused_paths(disk, dir, first);
        let paths = paths.map_err(|source| SealError::Write { file: dir.to_owned(), source })?;
        Ok(Self { disk, dir: dir.to_owned(), paths })
    }

    /// Renames the files, which must be durable, to those of a segment of these leaves, and makes the names durable: that of the lines
    /// first, which tell what the others are.
    pub(crate) fn name(&self, first: u64, last: u64) -> Result<SegmentName, SealError> {
        let Self { disk, dir, paths } = self;
        let write = |file: &Path| {
            let file = file.to_owned();
            |source| SealError::Write { file, source }
        };
        let generation = free_generation(*disk, dir, first, last).map_err(write(dir))?;
        let name = SegmentName { first, last, generation };
        for (file, path) in SegmentFile::ALL.into_iter().zip(paths) {
            let to = name.path(dir, file);
            disk.rename_noreplace(path, &to).map_err(write(&to))?;
            if file == SegmentFile::Lines {
                disk.sync_dir(dir).map_err(write(dir))?;
            }
        }
        disk.sync_dir(dir).map_err(write(dir))?;
        Ok(name)
    }
}

/// Returns names for the files of a segment whose last leaf is not known yet: `<first>-open.<n>` and a temporary suffix.
fn unused_paths(disk: &dyn Disk, dir: &Path, first: u64) -> io::Result<[PathBuf; 3]> {
    let begin = format!("{first:012}-open.");
    let mut used = BTreeSet::new();
    for path in disk.list(dir)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_prefix(&begin).and_then(|rest| rest.split('.').next());
        used.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    let unused = free(&used)?;
    Ok(SegmentFile::ALL.map(|file| env::temporary_path(&dir.join(format!("{begin}{unused}.{}", file.extension())))))
}

/// Returns a generation that no file of these leaves has, temporary ones included.
fn free_generation(disk: &dyn Disk, dir: &Path, first: u64, last: u64) -> io::Result<u32> {
    let mut used = BTreeSet::new();
    for path in disk.list(dir)? {
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let file_name = file_name.strip_suffix(env::TEMPORARY_SUFFIX).unwrap_or(file_name);
        if let Some((name, _)) = SegmentName::parse(file_name)
            && (name.first, name.last) == (first, last)
        {
            used.insert(name.generation);
        }
    }
    free(&used)
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

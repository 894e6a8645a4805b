//! Merging by joining files: frames are copied as they are, disclosures numbered on, indexes merged as streams.

use std::path::Path;

use env::Disk;
use index::{IndexKey, IndexMergeError, MergeInto, SPOOL_BYTES, merge_indexes};
use proof::Digest;

use super::{MergeError, Source};
use crate::cache::BlockCache;
use crate::data::{CopyError, DataFile, DataWriter};
use crate::disclosures::{AppendError, DisclosureFile, DisclosureWriter};
use crate::manifest::{FileStamp, SegmentEntry};
use crate::seal::{Temporary, stamp};
use crate::{PartError, SealError};

/// Returns how many bytes of disk joining takes until the files of the sources are removed: as much as these have, and the index
/// once more while it is made.
#[must_use]
pub fn room(sources: &[Source<'_>]) -> u64 {
    let of = |source: &Source<'_>| {
        source.entry.lines.bytes + source.entry.disclosures.bytes + 2 * source.part.index().bytes()
    };
    sources.iter().map(of).sum()
}

/// Writes neighbours as one segment, durable and read back; the caller's manifest says that it takes their place. `None` if
/// `go_on`, which is asked every few milliseconds, said no.
///
/// Lines are neither parsed nor looked up in the tree. The hashes of the files say that they are right, as the manifest has them:
/// those of lines are taken while copying, those of disclosures before.
///
/// Cost: lines are read once, disclosures twice, each is written once, what was written is read once more; about 3 µs a row of 800 bytes. Memory:
/// what merging indexes takes, and a byte and a half a row for the tables of the files.
///
/// # Errors
/// [`MergeError`]; files under temporary names are removed.
///
/// # Panics
/// If the sources are none, or not consecutive.
pub fn join(
    disk: &dyn Disk,
    dir: &Path,
    sources: &[Source<'_>],
    go_on: &dyn Fn() -> bool,
) -> Result<Option<SegmentEntry>, MergeError> {
    match Joining::begin(disk, dir, sources, go_on)?.join() {
        Err(Ended::GivenUp) => Ok(None),
        Err(Ended::Failed(error)) => Err(error),
        Ok(entry) => Ok(Some(entry)),
    }
}

/// Why it came to no end.
enum Ended {
    GivenUp,
    Failed(MergeError),
}

impl<E: Into<MergeError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

struct Joining<'j> {
    sources: &'j [Source<'j>],
    first: u64,
    temporary: Temporary<'j>,
    go_on: &'j dyn Fn() -> bool,
}

impl<'j> Joining<'j> {
    fn begin(
        disk: &'j dyn Disk,
        dir: &Path,
        sources: &'j [Source<'j>],
        go_on: &'j dyn Fn() -> bool,
    ) -> Result<Self, MergeError> {
        let first = sources.first().unwrap_or_else(|| panic!("there is something to merge")).entry.name.first;
        for pair in sources.windows(2) {
            let [before, behind] = pair else { continue };
            let neighbours = before.entry.name.last + 1 == behind.entry.name.first;
            assert!(neighbours, "merged segments are neighbours");
        }
        Ok(Self { sources, first, temporary: Temporary::begin(disk, dir, first)?, go_on })
    }

    fn join(self) -> Result<SegmentEntry, Ended> {
        let lines = self.lines()?;
        let disclosures = self.disclosures()?;
        let own = self.sources.iter().map(|source| source.part.index().afresh()).collect::<Result<Vec<_>, _>>();
        let own = own.map_err(IndexMergeError::from)?;
        let indexes: Vec<_> = own.iter().collect();
        let [.., file] = &self.temporary.paths;
        let disk = self.temporary.disk;
        let go_on = self.go_on;
        let key = self.sources.first().map_or(IndexKey::default(), |source| *source.part.source().data().index_key());
        let into = MergeInto { disk, file, lines: Some(&lines.sha256), key, spool_bytes: SPOOL_BYTES, go_on };
        merge_indexes(&indexes, &into).map_err(|error| match error {
            IndexMergeError::GivenUp => Ended::GivenUp,
            error => error.into(),
        })?;
        let last = self.sources.last().map_or(self.first, |source| source.entry.name.last);
        let name = self.temporary.name(self.first, last)?;
        Ok(SegmentEntry { name, lines, disclosures })
    }

    fn lines(&self) -> Result<FileStamp, Ended> {
        let [path, ..] = &self.temporary.paths;
        let write = |source| SealError::Write { file: path.clone(), source };
        let mut writer = DataWriter::create(self.temporary.disk, path, self.first).map_err(write)?;
        for source in self.sources {
            let file = source.part.source().data();
            let copied = file.copy(&mut writer, self.go_on).map_err(|error| match error {
                CopyError::Read(error) => Ended::from(error),
                CopyError::Write(error) => write(error).into(),
            })?;
            // This hash is of the very bytes that were copied; a file that was read earlier could have changed since.
            self.check(file.path(), Ok(copied), &source.entry.lines.sha256)?;
        }
        let written = stamp(writer.finish().map_err(write)?);
        let file = DataFile::open(self.temporary.disk, path, &BlockCache::new(0))?;
        self.read_back(path, file.sha256_while(self.go_on), &written)?;
        Ok(written)
    }

    fn disclosures(&self) -> Result<FileStamp, Ended> {
        let [_, path, _] = &self.temporary.paths;
        let write = |source| SealError::Write { file: path.clone(), source };
        let mut writer = DisclosureWriter::create(self.temporary.disk, path, self.first).map_err(write)?;
        for source in self.sources {
            let file = source.part.source().disclosure_file();
            self.check(file.path(), file.sha256_while(self.go_on), &source.entry.disclosures.sha256)?;
            let appended = writer.append(file, self.go_on).map_err(|error| match error {
                AppendError::Read(error) => Ended::from(error),
                AppendError::Write(error) => write(error).into(),
            })?;
            going(appended)?;
        }
        let written = stamp(writer.finish().map_err(write)?);
        let file = DisclosureFile::open(self.temporary.disk, path, &BlockCache::new(0))?;
        self.read_back(path, file.sha256_while(self.go_on), &written)?;
        Ok(written)
    }

    fn check(&self, path: &Path, found: Result<Option<Digest>, PartError>, named: &Digest) -> Result<(), Ended> {
        match found? {
            None => Err(Ended::GivenUp),
            Some(found) if found == *named => Ok(()),
            Some(_) => Err(MergeError::Changed { file: path.to_owned() }.into()),
        }
    }

    fn read_back(
        &self,
        path: &Path,
        found: Result<Option<Digest>, PartError>,
        written: &FileStamp,
    ) -> Result<(), Ended> {
        match found? {
            None => Err(Ended::GivenUp),
            Some(found) if found == written.sha256 => Ok(()),
            Some(_) => Err(SealError::Differs { file: path.to_owned() }.into()),
        }
    }
}

fn going(on: bool) -> Result<(), Ended> {
    if on { Ok(()) } else { Err(Ended::GivenUp) }
}

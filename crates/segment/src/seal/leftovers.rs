//! What a crash during sealing leaves behind.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use env::Disk;
use proof::Digest;

use super::unnamed::{Placed, place};
use crate::cache::BlockCache;
use crate::data::DataFile;
use crate::disclosures::DisclosureFile;
use crate::manifest::{FileStamp, Manifest, SegmentEntry};
use crate::names::{SegmentFile, SegmentName};
use crate::sealed::IndexAccess;
use crate::verify::{BoxedError, DigestsOf, VerifyOptions, verify_segment};
use index::IndexKey;

/// What files that no manifest names are held against before they go.
pub struct Elsewhere<'a> {
    /// The newest manifest.
    pub manifest: Option<&'a Manifest>,
    /// The leaves that no live segment has and that were *read* in the journal.
    pub journal: Range<u64>,
    /// Whether sound live segments hold given leaves before these.
    pub are_held: &'a dyn Fn(Range<u64>) -> bool,
    /// The digests of leaves, up to the journal's last.
    pub digests: &'a DigestsOf<'a>,
    /// What the log's indexes are authenticated under.
    pub index_key: &'a IndexKey,
}

/// What became of files that no manifest names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Removed: what they hold was read to be elsewhere, or they were not finished.
    pub removed: Vec<PathBuf>,
    /// Left where they are, and not used, each with the reason: they may be the only copy of what they hold.
    pub kept: Vec<(PathBuf, &'static str)>,
}

/// Removes what unfinished sealing left in folder `dir`: temporary files, and files of segments that no manifest names, if every line is
/// the tree's, every disclosure is one that its line commits to, the index was made of these lines under the log's key, and all their
/// leaves are held elsewhere.
///
/// Anything else that no manifest names is left alone: it may be the only copy, of a log whose manifest was lost, or somebody else's.
/// Call it at start, once everything else agrees, and before anything is sealed.
///
/// Cost: reads the segments that may go, whole; a start after an unclean stop meets few.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_leftovers(disk: &dyn Disk, dir: &Path, elsewhere: &Elsewhere<'_>) -> io::Result<Leftovers> {
    let mut leftovers = Leftovers::default();
    let mut unnamed: BTreeMap<SegmentName, Vec<PathBuf>> = BTreeMap::new();
    for path in disk.list(dir)? {
        match place(disk, &path)? {
            Placed::Of(name) if is_live(&name, elsewhere.manifest) => {}
            Placed::Of(name) => unnamed.entry(name).or_default().push(path),
            Placed::Unfinished => leftovers.removed.push(path),
            Placed::Foreign(what) => leftovers.kept.push((path, what)),
        }
    }
    for (name, files) in unnamed {
        let found = judge(disk, dir, name, &files, elsewhere).map_err(io::Error::other)?;
        for path in files {
            match found.reason(&path) {
                None => leftovers.removed.push(path),
                Some(what) => leftovers.kept.push((path, what)),
            }
        }
    }
    remove_files(disk, dir, &leftovers.removed)?;
    Ok(leftovers)
}

/// Removes files of segments from folder `dir`, durably, those of lines last: whatever a crash leaves, the lines tell what the others are.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_files(disk: &dyn Disk, dir: &Path, files: &[PathBuf]) -> io::Result<()> {
    let (lines, others): (Vec<_>, Vec<_>) = files.iter().partition(|path| is_lines(path));
    for part in [others, lines] {
        if !part.is_empty() {
            part.into_iter().try_for_each(|path| disk.remove(path))?;
            disk.sync_dir(dir)?;
        }
    }
    Ok(())
}

/// Removes the temporary files that unfinished sealing left in folder `dir`, if there is one, and no others: they take room that a
/// start may need, and nothing was ever read from them.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_unfinished(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    for path in env::list_if_there(disk, dir)? {
        if matches!(place(disk, &path)?, Placed::Unfinished) {
            disk.remove(&path)?;
        }
    }
    Ok(())
}

/// Why files of a segment stay.
enum Judged {
    All(&'static str),
    These(Vec<PathBuf>),
}

impl Judged {
    fn reason(&self, path: &Path) -> Option<&'static str> {
        match self {
            Self::All(what) => Some(what),
            Self::These(files) if files.iter().any(|file| file == path) => {
                Some("no manifest names it, and it does not belong to the lines beside it")
            }
            // The disk may have erred; without its lines no later start could tell whose that file is.
            Self::These(files) if is_lines(path) && !files.is_empty() => {
                Some("no manifest names it, and it tells of a file beside it that stays")
            }
            Self::These(_) => None,
        }
    }
}

/// Reads the files of a segment that no manifest names, which are those `lying` there.
fn judge(
    disk: &dyn Disk,
    dir: &Path,
    name: SegmentName,
    lying: &[PathBuf],
    elsewhere: &Elsewhere<'_>,
) -> Result<Judged, BoxedError> {
    let journal = &elsewhere.journal;
    let sealed = name.first..name.leaves().end.min(journal.start);
    if name.last >= journal.end || !(sealed.is_empty() || (elsewhere.are_held)(sealed)) {
        return Ok(Judged::All("no manifest names it, and it is perhaps the only copy of what it holds"));
    }
    let how = VerifyOptions {
        digests: elsewhere.digests,
        opens: None,
        each_line: &|_, _| Ok(()),
        index_key: Some(elsewhere.index_key),
        access: IndexAccess::Whole,
        threads: 1,
        progress: &|_| (),
    };
    let findings = verify_segment(disk, dir, &as_it_lies(disk, dir, name), &how)?;
    let files: Vec<PathBuf> = findings.into_iter().map(|finding| finding.file).collect();
    if files.iter().any(|path| is_lines(path)) {
        return Ok(Judged::All("no manifest names it, and its lines are not there or not those of the tree"));
    }
    // Others are missing: an earlier start has removed them.
    Ok(Judged::These(files.into_iter().filter(|file| lying.contains(file)).collect()))
}

/// What a manifest would say of the segment. A file that cannot be read has no hash; verifying finds why.
fn as_it_lies(disk: &dyn Disk, dir: &Path, name: SegmentName) -> SegmentEntry {
    let cache = BlockCache::new(0);
    let none = FileStamp { bytes: 0, sha256: Digest([0; 32]) };
    let stamp = |bytes, sha256: Option<Digest>| sha256.map_or(none, |sha256| FileStamp { bytes, sha256 });
    let lines = DataFile::open(disk, &name.path(dir, SegmentFile::Lines), &cache).ok();
    let disclosures = DisclosureFile::open(disk, &name.path(dir, SegmentFile::Disclosures), &cache).ok();
    SegmentEntry {
        name,
        lines: lines.map_or(none, |file| stamp(file.bytes(), file.sha256().ok())),
        disclosures: disclosures.map_or(none, |file| stamp(file.bytes(), file.sha256().ok())),
    }
}

fn is_lines(path: &Path) -> bool {
    let file = path.file_name().and_then(|name| SegmentName::parse(name.to_str()?));
    file.is_some_and(|(_, file)| file == SegmentFile::Lines)
}

fn is_live(name: &SegmentName, manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| manifest.segments.iter().any(|entry| entry.name == *name))
}

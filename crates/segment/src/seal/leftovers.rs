//! What a crash during sealing leaves behind.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;

use env::{BlobStore, Kind};
use proof::Digest;
use roaring::RoaringTreemap;

use super::unnamed::{Found, Placed, find, place_draft};
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

/// Removes what unfinished sealing left: drafts, and files of segments that no manifest names, if every line is
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
pub fn remove_leftovers(store: &dyn BlobStore, elsewhere: &Elsewhere<'_>) -> io::Result<Leftovers> {
    let mut leftovers = Leftovers::default();
    let mut drafts = Vec::new();
    let mut unnamed: BTreeMap<SegmentName, Vec<String>> = BTreeMap::new();
    let linked = are_linked(store, elsewhere.manifest)?;
    for Found { path, name, placed } in find(store)? {
        match placed {
            Placed::Of(segment) if is_live(&segment, elsewhere.manifest) => {}
            Placed::Of(_) | Placed::Unfinished if linked => leftovers.kept.push((path, LINKED)),
            Placed::Of(segment) => unnamed.entry(segment).or_default().push(name),
            Placed::Unfinished => drafts.push(path),
            Placed::Foreign(what) => leftovers.kept.push((path, what)),
        }
    }
    let mut removed = Vec::new();
    for (segment, names) in unnamed {
        let judged = judge(store, segment, &names, elsewhere).map_err(io::Error::other)?;
        for name in names {
            match judged.reason(&name) {
                None => removed.push(name),
                Some(what) => leftovers.kept.push((store.place(&name), what)),
            }
        }
    }
    store.drafts().remove(&drafts)?;
    remove_files(store, &removed)?;
    leftovers.removed = drafts;
    leftovers.removed.extend(removed.iter().map(|name| store.place(name)));
    Ok(leftovers)
}

/// Deletes files of segments, those of lines last: whatever a crash leaves, the lines tell what the others are.
///
/// # Errors
/// What the store answers; what was deleted before that stays deleted.
pub fn remove_files(store: &dyn BlobStore, names: &[String]) -> io::Result<()> {
    let (lines, others): (Vec<&str>, Vec<&str>) = names.iter().map(String::as_str).partition(|name| is_lines(name));
    store.delete(&others)?;
    store.delete(&lines)
}

/// Removes the drafts that unfinished sealing left, and nothing else: they take room that a start may need, and nothing was ever read
/// from them.
///
/// # Errors
/// What the disk answers; what was removed before that stays removed.
pub fn remove_unfinished(store: &dyn BlobStore, manifest: Option<&Manifest>) -> io::Result<()> {
    if are_linked(store, manifest)? {
        return Ok(());
    }
    let drafts = store.drafts();
    for path in drafts.list()? {
        if matches!(place_draft(drafts.disk, &path)?, Placed::Unfinished) {
            drafts.disk.remove(&path)?;
        }
    }
    Ok(())
}

/// Why files of a segment stay.
enum Judged {
    All(&'static str),
    /// Their names.
    These(Vec<String>),
}

impl Judged {
    fn reason(&self, name: &str) -> Option<&'static str> {
        match self {
            Self::All(what) => Some(what),
            Self::These(names) if names.iter().any(|other| other == name) => {
                Some("no manifest names it, and it does not belong to the lines beside it")
            }
            // The disk may have erred; without its lines no later start could tell whose that file is.
            Self::These(names) if is_lines(name) && !names.is_empty() => {
                Some("no manifest names it, and it tells of a file beside it that stays")
            }
            Self::These(_) => None,
        }
    }
}

/// Reads the files of a segment that no manifest names, which are those `lying` there.
fn judge(
    store: &dyn BlobStore,
    name: SegmentName,
    lying: &[String],
    elsewhere: &Elsewhere<'_>,
) -> Result<Judged, BoxedError> {
    let journal = &elsewhere.journal;
    let sealed = name.first..name.leaves().end.min(journal.start);
    if name.last >= journal.end || !(sealed.is_empty() || (elsewhere.are_held)(sealed)) {
        return Ok(Judged::All("no manifest names it, and it is perhaps the only copy of what it holds"));
    }
    let (entry, removed) = as_it_lies(store, name);
    let how = VerifyOptions {
        digests: elsewhere.digests,
        opens: None,
        // What it lacks is not lost with it.
        explained: &removed,
        each_line: &|_, _| Ok(()),
        index_key: Some(elsewhere.index_key),
        access: IndexAccess::Whole,
        threads: 1,
        progress: &|_| (),
    };
    let findings = verify_segment(store, &entry, &how)?;
    let files: Vec<PathBuf> = findings.into_iter().map(|finding| finding.file).collect();
    if files.contains(&store.place(&name.file(SegmentFile::Lines))) {
        return Ok(Judged::All("no manifest names it, and its lines are not there or not those of the tree"));
    }
    // Others are missing: an earlier start has removed them.
    Ok(Judged::These(lying.iter().filter(|name| files.contains(&store.place(name))).cloned().collect()))
}

/// What a manifest would say of the segment, and the leaves that it lacks. A file that cannot be read has no hash; verifying finds why.
fn as_it_lies(store: &dyn BlobStore, name: SegmentName) -> (SegmentEntry, RoaringTreemap) {
    let cache = BlockCache::new(0);
    let none = FileStamp { bytes: 0, sha256: Digest([0; 32]) };
    let stamp = |bytes, sha256: Option<Digest>| sha256.map_or(none, |sha256| FileStamp { bytes, sha256 });
    let lines = DataFile::open(store, &name.file(SegmentFile::Lines), &cache).ok();
    let disclosures = DisclosureFile::open(store, &name.file(SegmentFile::Disclosures), &cache).ok();
    let leaves = lines.as_ref().map(|file| file.leaves().removed()).unwrap_or_default();
    let entry = SegmentEntry {
        name,
        removed: lines.as_ref().and_then(DataFile::removed),
        lines: lines.map_or(none, |file| stamp(file.bytes(), file.sha256().ok())),
        disclosures: disclosures.map_or(none, |file| stamp(file.bytes(), file.sha256().ok())),
    };
    (entry, leaves)
}

fn is_lines(name: &str) -> bool {
    SegmentName::parse(name).is_some_and(|(_, file)| file == SegmentFile::Lines)
}

/// Why nothing is removed while a live file is reached by a link.
const LINKED: &str = "no manifest names it, but a file of a live segment is a link or has another name, and this may be what it leads to: put a copy in the link's place";

/// Whether a file of a live segment is a link, or has another name.
fn are_linked(store: &dyn BlobStore, manifest: Option<&Manifest>) -> io::Result<bool> {
    let disk = store.drafts().disk;
    for entry in manifest.iter().flat_map(|manifest| &manifest.segments) {
        for file in SegmentFile::ALL {
            if matches!(disk.kind(&store.place(&entry.name.file(file)))?, Kind::Other(_)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn is_live(name: &SegmentName, manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| manifest.segments.iter().any(|entry| entry.name == *name))
}

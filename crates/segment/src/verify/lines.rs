//! One segment against the tree, the manifest and itself.

use std::ops::Range;
use std::path::Path;

use env::Disk;
use proof::Digest;

use super::{Finding, FindingKind};
use crate::PartError;
use crate::cache::BlockCache;
use crate::data::DataFile;
use crate::disclosures::{DisclosureCursor, DisclosureFile, Ordinals};
use crate::file::Source;
use crate::manifest::{FileStamp, SegmentEntry};
use crate::names::SegmentFile;
use crate::personal::{Digests3, names};
use crate::seal::Digests;
use crate::sealed::{IndexAccess, open_index};
use crate::{bound, index};

/// Checks one segment: both files against their hashes, tables and checksums, every line against the digest that the
/// tree has for its leaf, every leaf's disclosures against what its line commits to, and the index against its own
/// checksums. Returns everything found, each with file and leaves; nothing found means sound.
///
/// Cost: reads and decompresses everything once, and hashes it twice.
///
/// # Errors
/// What `digests` answers: without the tree nothing can be verified.
pub fn verify_segment(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    digests: &Digests<'_>,
    access: IndexAccess,
) -> Result<Vec<Finding>, Box<dyn std::error::Error + Send + Sync>> {
    let mut findings = Findings { all: Vec::new(), leaves: entry.name.leaves() };
    // Everything is read once, past any cache.
    let cache = BlockCache::new(0);

    let lines_path = entry.name.path(dir, SegmentFile::Lines);
    let lines = findings.or_none(&lines_path, DataFile::open(disk, &lines_path, &cache));
    let disclosures_path = entry.name.path(dir, SegmentFile::Disclosures);
    let disclosures = findings.or_none(&disclosures_path, DisclosureFile::open(disk, &disclosures_path, &cache));

    let sound = disclosures.filter(|file| verify_disclosures(file, entry, &mut findings));
    if let Some(file) = &lines {
        verify_lines(file, entry, sound.as_ref(), digests, &mut findings)?;
    }
    verify_index(disk, dir, entry, access, &mut findings);
    Ok(findings.all)
}

/// Larger index files are checked a piece at a time: several may be in hand at once.
const INDEX_HELD_BYTES_MAX: u64 = 64 << 20;

struct Findings {
    all: Vec<Finding>,
    /// The segment's leaves, named where nothing narrower is known.
    leaves: Range<u64>,
}

impl Findings {
    fn add(&mut self, file: &Path, leaves: Range<u64>, kind: FindingKind, what: &str) {
        // Neighbouring leaves with the same trouble are one finding.
        if let Some(last) = self.all.last_mut()
            && let Some(before) = &mut last.leaves
            && (last.file.as_path(), before.end, last.kind, last.what.as_str()) == (file, leaves.start, kind, what)
        {
            before.end = leaves.end;
            return;
        }
        self.all.push(Finding { file: file.to_owned(), leaves: Some(leaves), kind, what: what.to_owned() });
    }

    fn tampered(&mut self, file: &Path, leaves: Range<u64>, what: &str) {
        self.add(file, leaves, FindingKind::Tampered, what);
    }

    /// Records why a file could not be read; a file that is not there is as good as changed.
    fn part(&mut self, file: &Path, leaves: Range<u64>, error: &PartError) {
        match error {
            PartError::Read { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                self.tampered(file, leaves, "the file is missing");
            }
            PartError::Read { offset, source, .. } => {
                self.add(file, leaves, FindingKind::Unreadable, &format!("cannot be read at byte {offset}: {source}"));
            }
            PartError::Damaged { offset, what, .. } => {
                self.tampered(file, leaves, &format!("damaged at byte {offset}: {what}"));
            }
            PartError::NoSuchRow(_) | PartError::Stopped | PartError::TooMany | PartError::Store(_) => {
                self.tampered(file, leaves, &error.to_string())
            }
        }
    }

    fn or_none<T>(&mut self, file: &Path, opened: Result<T, PartError>) -> Option<T> {
        opened.map_err(|error| self.part(file, self.leaves.clone(), &error)).ok()
    }
}

/// Returns whether the file can be used to check lines against.
fn verify_disclosures(file: &DisclosureFile, entry: &SegmentEntry, findings: &mut Findings) -> bool {
    let before = findings.all.len();
    let path = file.path().to_owned();
    if file.leaves() != entry.name.leaves() {
        findings.tampered(&path, entry.name.leaves(), "it is not of the leaves that the manifest says");
    }
    let _ = findings.or_none(&path, file.check());
    if findings.all.len() == before {
        verify_stamp(&path, file.bytes(), file.sha256(), entry.disclosures, findings);
    }
    findings.all.len() == before
}

/// Whole-file hashes come last: what was found by then says more than that they differ.
fn verify_stamp(path: &Path, bytes: u64, sha256: Result<Digest, PartError>, stamp: FileStamp, findings: &mut Findings) {
    let Some(sha256) = findings.or_none(path, sha256) else { return };
    if (bytes, sha256) != (stamp.bytes, stamp.sha256) {
        findings.tampered(path, findings.leaves.clone(), "its bytes are not those the manifest names");
    }
}

fn verify_lines(
    file: &DataFile,
    entry: &SegmentEntry,
    disclosures: Option<&DisclosureFile>,
    digests: &Digests<'_>,
    findings: &mut Findings,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let before = findings.all.len();
    let path = file.path().to_owned();
    let mut disclosures = disclosures.map(Disclosures::new);
    if file.leaves() != entry.name.leaves() {
        findings.tampered(&path, entry.name.leaves(), "it is not of the leaves that the manifest says");
        return Ok(());
    }
    for at in 0..file.frames() {
        let Some((leaves, _)) = file.frame_leaves(at) else { break };
        let block = match file.read_frame(at) {
            Ok(block) => block,
            Err(error) => {
                findings.part(&path, leaves, &error);
                continue;
            }
        };
        for (leaf, place) in leaves.zip(0..) {
            let line = block.item(place).unwrap_or_default();
            if Digest::of(line) != digests(leaf)? {
                findings.tampered(&path, leaf..leaf + 1, "the line is not the one in the tree");
            } else if let Some(disclosures) = &mut disclosures
                && !disclosures.fit(leaf, line)
            {
                findings.tampered(disclosures.file.path(), leaf..leaf + 1, "its disclosures are not those of the line");
            }
        }
    }
    if findings.all.len() == before {
        verify_stamp(&path, file.bytes(), file.sha256(), entry.lines, findings);
    }
    Ok(())
}

/// The disclosures behind one line after the other.
struct Disclosures<'f> {
    file: &'f DisclosureFile,
    cursor: DisclosureCursor,
    ordinals: Vec<Ordinals>,
    digests: Vec<Digests3>,
}

impl<'f> Disclosures<'f> {
    fn new(file: &'f DisclosureFile) -> Self {
        Self { file, cursor: DisclosureCursor::default(), ordinals: Vec::new(), digests: Vec::new() }
    }

    /// Whether those of `leaf` are what its line commits to; not, where they cannot be read.
    fn fit(&mut self, leaf: u64, line: &[u8]) -> bool {
        self.read(leaf).is_ok() && names(line, &self.digests)
    }

    fn read(&mut self, leaf: u64) -> Result<(), PartError> {
        let Self { file, cursor, ordinals, digests } = self;
        ordinals.clear();
        digests.clear();
        cursor.refs(file, leaf, ordinals)?;
        for element in ordinals.iter() {
            let mut read = Digests3::default();
            for ((kind, place), ordinal) in (0..).zip(&mut read).zip(element) {
                let digest = |ordinal| Ok::<_, PartError>(*cursor.record(file, kind, ordinal)?.digest);
                *place = ordinal.map(digest).transpose()?;
            }
            digests.push(read);
        }
        Ok(())
    }
}

fn verify_index(disk: &dyn Disk, dir: &Path, entry: &SegmentEntry, access: IndexAccess, findings: &mut Findings) {
    let path = entry.name.path(dir, SegmentFile::Index);
    let what = match Source::open(disk, &path) {
        Ok(file) if file.len() > INDEX_HELD_BYTES_MAX => {
            check_bound_index(&file, entry).err().map(|error| error.to_string())
        }
        _ => match open_index(disk, dir, entry, access) {
            Ok(index) => index.verify().err().map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        },
    };
    if let Some(what) = what {
        findings.add(&path, entry.name.leaves(), FindingKind::Index, &what);
    }
}

/// As opening and verifying it, in bounded memory.
fn check_bound_index(file: &Source, entry: &SegmentEntry) -> Result<(), PartError> {
    let trailer = bound::trailer(&entry.lines.sha256);
    let bytes = file.len().saturating_sub(trailer.len() as u64);
    if file.read(bytes, trailer.len())? != trailer {
        return Err(file.damaged(bytes, "it is not of these lines"));
    }
    index::check(file, bytes, entry.name.first, entry.name.last + 1 - entry.name.first)
}

#[cfg(test)]
mod tests {
    use env::Disk;
    use env::fake::FaultyDisk;
    use proof::Digest;

    use super::*;
    use crate::index::IndexBuilder;
    use crate::names::SegmentName;

    #[test]
    fn a_flipped_bit_of_an_index_is_found_a_piece_at_a_time() {
        let (disk, path) = (FaultyDisk::new(), Path::new("/segments/index"));
        disk.create_dir_all(Path::new("/segments")).unwrap();
        let stamp = FileStamp { bytes: 1, sha256: Digest::of(b"lines") };
        let line = concat!(
            r#"{"v":1,"id":"0198c0de-0000-7000-8000-000000000000","time":"2026-01-01T00:00:00.000000Z","#,
            r#""received":"2026-01-01T00:01:00.000000Z","actor":{"type":"user","id":"u"},"action":"a.b","#,
            r#""event":"updated","channel":"door","description":"d","severity":"info","source":"dev"}"#
        );
        let mut builder = IndexBuilder::new(7, 1);
        builder.push(7, &event::Entry::parse(line.as_bytes()).unwrap(), &crate::index::RowExtra::default());
        let bytes = [builder.finish(), bound::trailer(&stamp.sha256)].concat();
        disk.create_new(path).unwrap().write_all_at(&bytes, 0).unwrap();
        let name = SegmentName { first: 7, last: 7, generation: 0 };
        let entry = SegmentEntry { name, lines: stamp, disclosures: stamp };
        let check = |entry: &SegmentEntry| check_bound_index(&Source::open(&disk, path).unwrap(), entry);
        check(&entry).unwrap();
        for at in 0..bytes.len() as u64 {
            disk.flip_bit(path, at, 3).unwrap();
            assert!(check(&entry).is_err(), "byte {at}");
            disk.flip_bit(path, at, 3).unwrap();
        }
        let other = SegmentName { first: 8, last: 8, generation: 0 };
        assert!(check(&SegmentEntry { name: other, ..entry }).is_err());
    }
}

//! One segment against the tree, the manifest and itself.

use std::path::Path;

use env::Disk;
use env::threads::join;
use index::{BLOCK_BYTES, Bound, FileError, IndexKey, IndexSource, Unbound};
use proof::Digest;

use super::disclosed::Known;
use super::findings::Findings;
use super::lines::verify_lines;
use super::opened::verify_opened;
use super::{BoxedError, FindingKind, SegmentFinding, VerifyOptions};
use crate::PartError;
use crate::cache::BlockCache;
use crate::data::DataFile;
use crate::disclosures::DisclosureFile;
use crate::file::Source;
use crate::manifest::{FileStamp, SegmentEntry};
use crate::names::SegmentFile;
use crate::sealed::open_index_of;

/// Checks one segment: both files against their hashes, tables and checksums, every line against the digest that the
/// tree has for its leaf, every leaf's disclosures against what its line commits to, each opened under its person's key, and the index against its own
/// checksums. Returns everything found, each with file and leaves; nothing found means sound.
///
/// Cost: reads everything once, lines twice and disclosures three times; opening takes some 3 µs a disclosure; decompresses lines once, and hashes them twice. First the files
/// are read as wholes, each by a thread, then the lines by as many as `how` says.
/// Memory: an index of at most 64 MiB, then digests of disclosures, at most 48 MiB, and some MiB a thread.
///
/// # Errors
/// What `how.digests` answers: without the tree nothing can be verified.
pub fn verify_segment(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    how: &VerifyOptions<'_>,
) -> Result<Vec<SegmentFinding>, BoxedError> {
    let mut findings = Findings::of(entry.name.leaves());
    // Everything is read past any cache.
    let cache = BlockCache::new(0);
    let lines_path = entry.name.path(dir, SegmentFile::Lines);
    let lines = findings.or_none(&lines_path, DataFile::open(disk, &lines_path, &cache));
    let disclosures_path = entry.name.path(dir, SegmentFile::Disclosures);
    let disclosures = findings.or_none(&disclosures_path, DisclosureFile::open(disk, &disclosures_path, &cache));

    let disclosures_sha256 = || disclosures.as_ref().map(DisclosureFile::sha256);
    let lines_sha256 = || lines.as_ref().map(DataFile::sha256);
    let index = || verify_index(disk, dir, entry, &cache, how);
    let known = || disclosures.as_ref().map(Known::read);
    let ((lines_sha256, index), (disclosures_sha256, known)) =
        join(|| join(lines_sha256, index), || join(disclosures_sha256, known));
    let sound = disclosures.zip(known).zip(disclosures_sha256).and_then(|((file, known), sha256)| {
        let known = verify_disclosures(&file, known, sha256, entry, &mut findings)?;
        verify_opened(&file, how, &mut findings);
        Some((file, known))
    });
    if let Some((file, sha256)) = lines.zip(lines_sha256) {
        let before = findings.all.len();
        if file.leaves() == entry.name.leaves() {
            let disclosures = sound.as_ref().map(|(file, known)| (file, known));
            verify_lines(&file, disclosures, how, &mut findings)?;
        } else {
            findings.tampered(&lines_path, entry.name.leaves(), OTHER_LEAVES);
        }
        if findings.all.len() == before {
            verify_stamp(&lines_path, file.bytes(), sha256, entry.lines, &mut findings);
        }
    }
    if let Some((kind, what)) = index {
        let path = entry.name.path(dir, SegmentFile::Index);
        findings.found(&path, entry.name.leaves(), kind, &what);
    }
    Ok(findings.all)
}

/// Index files beyond this size are checked a piece at a time.
const INDEX_HELD_BYTES_MAX: u64 = 64 << 20;

/// Blocks of such a file that are read at once: a mebibyte.
const BLOCKS_READ: usize = 64;

const OTHER_LEAVES: &str = "it is not of the leaves that the manifest says";

/// Returns the file's digests if it can be used to check lines against.
fn verify_disclosures(
    file: &DisclosureFile,
    known: Result<Known, PartError>,
    sha256: Result<Digest, PartError>,
    entry: &SegmentEntry,
    findings: &mut Findings,
) -> Option<Known> {
    let before = findings.all.len();
    if file.leaves() != entry.name.leaves() {
        findings.tampered(file.path(), entry.name.leaves(), OTHER_LEAVES);
    }
    let known = findings.or_none(file.path(), known);
    if findings.all.len() == before {
        verify_stamp(file.path(), file.bytes(), sha256, entry.disclosures, findings);
    }
    known.filter(|_| findings.all.len() == before)
}

/// Whole-file hashes come last: earlier findings say more than that the hashes differ.
fn verify_stamp(path: &Path, bytes: u64, sha256: Result<Digest, PartError>, stamp: FileStamp, findings: &mut Findings) {
    let Some(sha256) = findings.or_none(path, sha256) else { return };
    if (bytes, sha256) != (stamp.bytes, stamp.sha256) {
        findings.tampered(path, findings.leaves.clone(), "its bytes are not those the manifest names");
    }
}

/// Returns what is wrong with the index.
fn verify_index(
    disk: &dyn Disk,
    dir: &Path,
    entry: &SegmentEntry,
    cache: &BlockCache,
    how: &VerifyOptions<'_>,
) -> Option<(FindingKind, String)> {
    let path = entry.name.path(dir, SegmentFile::Index);
    let other = |error: &dyn std::fmt::Display| (FindingKind::Index, error.to_string());
    match Source::open(disk, &path) {
        Ok(file) if file.len() > INDEX_HELD_BYTES_MAX => match check_bound_index(&file, entry, how.index_key) {
            Ok(()) => None,
            Err(Unbound::Forged) => Some(forged()),
            Err(Unbound::Read(error)) => Some(other(&error)),
            Err(Unbound::Foreign) => Some(other(&"it is damaged, or not the index of these lines")),
        },
        _ => match open_index_of(disk, dir, entry, cache, how.index_key, how.access) {
            Ok(index) => index.verify().err().map(|error| other(&error)),
            Err(error) if error.is_forged() => Some(forged()),
            Err(error) => Some(other(&error)),
        },
    }
}

fn forged() -> (FindingKind, String) {
    let what = "the index is not that of its lines: it was forged, as its checksum fits and it was not made under the log's key";
    (FindingKind::Forged, what.to_owned())
}

/// Checks an index as opening and verifying it would, in bounded memory.
fn check_bound_index(file: &Source, entry: &SegmentEntry, key: Option<&IndexKey>) -> Result<(), Unbound> {
    let bound = Bound::read(file, &entry.lines.sha256, key)?;
    let mut block = 0;
    while block * BLOCK_BYTES < bound.len {
        let at = block * BLOCK_BYTES;
        let len = (bound.len - at).min(BLOCKS_READ * BLOCK_BYTES);
        let bytes = IndexSource::read(file, at as u64, len).map_err(Unbound::Read)?;
        if !bound.holds(block, &bytes) {
            let what = "a block of the index is not what was written";
            return Err(Unbound::Read(FileError::Damaged { file: file.path().to_owned(), offset: at as u64, what }));
        }
        block += BLOCKS_READ;
    }
    let rows = entry.name.last + 1 - entry.name.first;
    index::check(file, bound.len as u64, entry.name.first, rows).map_err(Unbound::Read)
}

#[cfg(test)]
mod tests {
    use env::Disk;
    use env::fake::FaultyDisk;
    use index::{IndexBuilder, RowExtra, trailer_of};
    use proof::Digest;

    use super::*;
    use crate::names::SegmentName;

    #[test]
    fn a_flipped_bit_of_an_index_is_found_a_piece_at_a_time() {
        let disk = FaultyDisk::new();
        let path = Path::new("/segments/index");
        disk.create_dir_all(Path::new("/segments")).unwrap();
        let stamp = FileStamp { bytes: 1, sha256: Digest::of(b"lines") };
        let line = concat!(
            r#"{"v":1,"id":"0198c0de-0000-7000-8000-000000000000","time":"2026-01-01T00:00:00.000000Z","#,
            r#""received":"2026-01-01T00:01:00.000000Z","actor":{"type":"user","id":"u"},"action":"a.b","#,
            r#""event":"updated","channel":"door","description":"d","severity":"info","source":"dev"}"#
        );
        let mut builder = IndexBuilder::new(7, 1);
        builder.push(7, &event::Entry::parse(line.as_bytes()).unwrap(), &RowExtra::default());
        let index = builder.finish();
        let bytes = [index.clone(), trailer_of(&stamp.sha256, &index, &IndexKey::default())].concat();
        disk.create_new(path).unwrap().write_all_at(&bytes, 0).unwrap();
        let name = SegmentName { first: 7, last: 7, generation: 0 };
        let entry = SegmentEntry { name, lines: stamp, disclosures: stamp };
        let check = |entry: &SegmentEntry| {
            check_bound_index(&Source::open(&disk, path).unwrap(), entry, Some(&IndexKey::default()))
        };
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

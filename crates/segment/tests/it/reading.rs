use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use env::fake::FaultyDisk;
use env::{Disk, DiskFile};
use indelible_segment::sealed::SealedLines;
use indelible_segment::verify::FindingKind;
use indelible_segment::{BlockCache, PartError, PartLines, SegmentFile};
use index::Lines;

use crate::sample::{Log, SEGMENTS, disk};

const LOG: Log = Log("here");

/// A disk on which reads that touch one byte of files with one ending fail.
struct BadBlock {
    disk: FaultyDisk,
    ending: &'static str,
    byte: Arc<AtomicU64>,
}

struct BadFile {
    file: Box<dyn DiskFile>,
    byte: Arc<AtomicU64>,
}

impl Disk for BadBlock {
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = self.disk.open_read(path)?;
        let bad = path.to_str().unwrap().ends_with(self.ending);
        Ok(if bad { Box::new(BadFile { file, byte: Arc::clone(&self.byte) }) } else { file })
    }
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.create_new(path)
    }
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open_write(path)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.disk.read(path)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        self.disk.exists(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.disk.list(dir)
    }
    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.disk.entries(dir)
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir_all(dir)
    }
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename_noreplace(from, to)
    }
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename_replace(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.sync_dir(dir)
    }
}

impl DiskFile for BadFile {
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let bad = self.byte.load(Ordering::Relaxed);
        if (offset..offset + bytes.len() as u64).contains(&bad) {
            return Err(io::Error::other("bad block"));
        }
        self.file.read_exact_at(bytes, offset)
    }
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, offset)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }
    fn sync_all(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

#[test]
fn a_read_error_fails_the_question_and_names_file_and_place() {
    let disk = disk();
    let dir = Path::new(SEGMENTS);
    let entry = LOG.seal(&disk, 0..400).unwrap();
    for (file, ending) in [(SegmentFile::Lines, ".ndjson.zst"), (SegmentFile::Disclosures, ".disc")] {
        let byte = Arc::new(AtomicU64::new(u64::MAX));
        let bad = BadBlock { disk: disk.clone(), ending, byte: Arc::clone(&byte) };
        let lines = SealedLines::open(&bad, dir, &entry, &BlockCache::new(0)).unwrap();
        byte.store(100, Ordering::Relaxed);

        let mut handed_out = 0;
        let outcome = match file {
            SegmentFile::Lines => lines.lines(&[399, 398, 0, 397], &mut |_, _| handed_out += 1),
            _ => (0..400).rev().try_for_each(|leaf| lines.disclosures(leaf).map(|_| handed_out += 1)),
        };
        assert!(handed_out > 0);
        let path = entry.name.path(dir, file);
        let Err(PartError::Read { file: named, offset, .. }) = outcome else { panic!("{outcome:?}") };
        assert!(named == path && offset <= 100, "{} {offset}", named.display());

        let findings = LOG.verify(&bad, dir, &entry);
        assert!(findings.iter().any(|f| f.file == path && f.kind == FindingKind::Unreadable), "{findings:?}");
        assert!(findings.iter().all(|f| f.kind != FindingKind::Tampered), "{findings:?}");
    }
}

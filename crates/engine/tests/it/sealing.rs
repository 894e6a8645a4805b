//! Segments are made while the log takes in: from the journal's frames and the columns of frozen runs.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::verify::{Expect, verify_directory};
use engine::{Log, World, reindex};
use env::{Disk, DiskFile, SystemDisk};

use super::{Folder, events, everything, submit};

/// The system's disk, on which nothing gets a final name in `segments/` the first times.
struct Reluctant(AtomicUsize);

impl Disk for Reluctant {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.create_new(path)
    }
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.open_read(path)
    }
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.open_write(path)
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        SystemDisk.read(path)
    }
    fn exists(&self, path: &Path) -> io::Result<bool> {
        SystemDisk.exists(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        SystemDisk.list(dir)
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        SystemDisk.create_dir_all(dir)
    }
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        let segment = to.parent().is_some_and(|dir| dir.ends_with("segments"));
        let refuse = |left: usize| left.checked_sub(1);
        if segment && self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, refuse).is_ok() {
            return Err(io::Error::other("not yet"));
        }
        SystemDisk.rename_noreplace(from, to)
    }
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        SystemDisk.rename_replace(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        SystemDisk.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        SystemDisk.sync_dir(dir)
    }
}

/// Seals in several steps, with persons that come again, batches cut by runs, and lines that no step ends with.
fn fill(log: &Log) {
    for (first, count) in [(0, 30), (30, 1), (31, 50)] {
        submit(log, &events(first, count)).unwrap();
        log.seal().unwrap();
    }
    submit(log, &events(81, 20)).unwrap();
}

/// Every index is what its lines alone give, and everything verifies.
fn assert_sound(folder: &Folder) {
    let mut config = folder.config();
    let changed = std::sync::Mutex::new(Vec::new());
    let note = |name: &str, differs: bool| changed.lock().unwrap().push((name.to_owned(), differs));
    assert_eq!(reindex(&config, &World::system(), &note).unwrap(), 3);
    assert!(changed.lock().unwrap().iter().all(|(_, differs)| !differs), "{changed:?}");
    config.note.clear();
    let verified = verify_directory(&config, &World::system(), &Expect::default(), &|_, _| {}).unwrap();
    assert_eq!(verified.findings, vec![]);
}

#[test]
fn segments_from_one_journal_file_each_hold_the_persons_they_name() {
    let folder = Folder::new();
    let log = folder.open();
    fill(&log);
    let before = everything(&log);
    assert_eq!((log.segments(), before.len() as u64), (3, log.size()));
    log.close().unwrap();
    assert_sound(&folder);
    assert!(everything(&folder.open()).starts_with(&before));
}

#[test]
fn sealing_that_was_given_up_begins_anew_from_the_lines() {
    let folder = Folder::new();
    let world = World { disk: Arc::new(Reluctant(AtomicUsize::new(2))), ..World::system() };
    let log = Log::open(folder.config(), world).unwrap();
    fill(&log);
    let before = everything(&log);
    log.close().unwrap();
    let left = std::fs::read_dir(folder.data().join("segments")).unwrap();
    let left: Vec<_> = left.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(left.iter().all(|name| !name.ends_with(".tmp")), "{left:?}");
    assert_sound(&folder);
    assert!(everything(&folder.open()).starts_with(&before));
}

//! The crash table of a start (docs/reliability.md): each write and removal on its way fails, or the process ends there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use engine::verify::{Expect, verify_directory};
use engine::{Log, World};
use env::{Disk, DiskFile, SystemDisk};

use super::destroying::copy;
use super::{Folder, events, everything, files, submit};

/// What becomes of the step at which a disk is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// It fails, and what comes after works.
    Error,
    /// It fails, and so does everything after: the process has ended.
    End,
}

/// The system's disk until a step.
struct Steps {
    left: AtomicUsize,
    taken: AtomicUsize,
    cut: Cut,
}

impl Steps {
    fn until(step: usize, cut: Cut) -> Arc<Self> {
        Arc::new(Self { left: step.into(), taken: 0.into(), cut })
    }

    /// A step that changes something.
    fn step(&self) -> io::Result<()> {
        let at = self.taken.fetch_add(1, Ordering::AcqRel);
        let cut_at = self.left.load(Ordering::Acquire);
        let is_cut = if self.cut == Cut::Error { at == cut_at } else { at >= cut_at };
        if is_cut { Err(io::Error::other("cut here")) } else { Ok(()) }
    }
}

/// The clonable face of [`Steps`].
struct CutDisk(Arc<Steps>);

struct CutFile {
    file: Box<dyn DiskFile>,
    steps: Arc<Steps>,
    /// Writes to one file are a step together.
    written: AtomicBool,
}

impl CutDisk {
    fn file(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(CutFile { file, steps: Arc::clone(&self.0), written: false.into() })
    }
}

impl DiskFile for CutFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if !self.written.swap(true, Ordering::AcqRel) {
            self.steps.step()?;
        }
        self.file.write_all_at(bytes, offset)
    }
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(bytes, offset)
    }
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.steps.step()?;
        self.file.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.steps.step()?;
        self.file.sync_data()
    }
    fn sync_all(&self) -> io::Result<()> {
        self.steps.step()?;
        self.file.sync_all()
    }
}

impl Disk for CutDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.0.step()?;
        Ok(self.file(SystemDisk.create_new(path)?))
    }
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        SystemDisk.open_read(path)
    }
    fn open_write(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(self.file(SystemDisk.open_write(path)?))
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
    fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        SystemDisk.entries(dir)
    }
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        if !dir.exists() {
            self.0.step()?;
        }
        SystemDisk.create_dir_all(dir)
    }
    fn rename_noreplace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.step()?;
        SystemDisk.rename_noreplace(from, to)
    }
    fn rename_replace(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.step()?;
        SystemDisk.rename_replace(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.step()?;
        SystemDisk.remove(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.0.step()?;
        SystemDisk.sync_dir(dir)
    }
}

fn world(steps: &Arc<Steps>) -> World {
    World { disk: Arc::new(CutDisk(Arc::clone(steps))), ..World::system() }
}

/// A log after a crash at the worst time: everything that a start mends is there to be mended.
fn broken() -> (Folder, Vec<(u64, Vec<u8>)>) {
    let folder = Folder::new();
    let log = folder.open();
    for round in 0..2 {
        submit(&log, &events(round * 20, 20)).unwrap();
        log.seal().unwrap();
    }
    submit(&log, &events(40, 300)).unwrap();
    log.checkpoint_covering(log.size() - 1).unwrap();
    submit(&log, &events(340, 5)).unwrap();
    let acknowledged = everything(&log);
    drop(log);

    let at = |path: &str| folder.data().join(path);
    let append = |path: &str, bytes: &[u8]| {
        let mut whole = fs::read(at(path)).unwrap();
        whole.extend_from_slice(bytes);
        fs::write(at(path), whole).unwrap();
    };
    // The tree was written beyond the checkpoint, and a checkpoint was torn while it was recorded.
    append("tree/digests", &[7; 64]);
    let torn = fs::read(at("tree/checkpoints")).unwrap();
    append("tree/checkpoints", &torn[..4]);
    // A segment was sealed again and never named; another was in the making.
    let live = files(&at("segments"));
    for path in live.iter().filter(|path| path.to_string_lossy().contains("000000000000-")) {
        let again = path.to_string_lossy().replace(".0.", ".7.");
        fs::copy(path, again).unwrap();
    }
    fs::write(at("segments/000000000050-open.0.idx.tmp"), "half").unwrap();
    // An index is lost.
    fs::remove_file(live.iter().find(|path| path.extension().is_some_and(|end| end == "idx")).unwrap()).unwrap();
    (folder, acknowledged)
}

fn every_step(cut: Cut) {
    let (made, acknowledged) = broken();
    let home = |folder: &Folder| folder.data().parent().unwrap().to_owned();
    let mut refused = 0;
    for step in 0.. {
        let folder = Folder::new();
        copy(&home(&made), &home(&folder));
        let steps = Steps::until(step, cut);
        let opened = Log::open(folder.config(), world(&steps));
        let is_through = steps.taken.load(Ordering::Acquire) <= step;
        refused += usize::from(opened.is_err());
        drop(opened);
        let log = Log::open(folder.config(), World::system());
        let log = log.unwrap_or_else(|error| panic!("{cut:?} at step {step}: the next start is refused: {error:?}"));
        assert!(everything(&log).starts_with(&acknowledged), "{cut:?} at step {step}");
        log.close().unwrap();
        let verified = verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {}).unwrap();
        assert_eq!(verified.findings, vec![], "{cut:?} at step {step}");
        if is_through {
            assert!(step > 20 && refused > 20, "{step} steps, {refused} refused");
            return;
        }
    }
}

#[test]
fn a_start_that_fails_at_any_step_costs_nothing_acknowledged() {
    every_step(Cut::Error);
}

#[test]
fn a_start_that_ends_at_any_step_costs_nothing_acknowledged() {
    every_step(Cut::End);
}

/// A creation, cut at every step, is completed by the next start, or was not begun.
#[test]
fn a_creation_that_ends_at_any_step_is_completed() {
    for step in 0.. {
        let folder = Folder::new();
        let steps = Steps::until(step, Cut::End);
        let opened = Log::open(folder.config(), world(&steps));
        let is_through = steps.taken.load(Ordering::Acquire) <= step;
        drop(opened);
        let log = Log::open(folder.config(), World::system());
        let log = log.unwrap_or_else(|error| panic!("cut at step {step}: the next start is refused: {error:?}"));
        submit(&log, &events(0, 3)).unwrap();
        log.close().unwrap();
        assert!(!folder.data().join("CREATING").exists());
        let verified = verify_directory(&folder.config(), &World::system(), &Expect::default(), &|_, _| {}).unwrap();
        assert_eq!(verified.findings, vec![], "cut at step {step}");
        if is_through {
            return assert!(step > 20, "{step}");
        }
    }
}

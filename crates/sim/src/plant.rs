//! Bugs planted to see that they are found: the disk leaves out, or does later, what the engine asks of it, as if the engine had
//! forgotten it or asked in another order. The engine itself is not changed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use env::fake::FaultyDisk;
use env::{Disk as _, DiskFile};
use vault::fake::FakeKeyStore;
use vault::{Access, KeyStore as _, PersonRow};

use crate::disk::Operation;

/// A bug of a kind that an engine could have.
#[derive(Debug, Clone, Copy)]
pub struct Bug {
    /// What it is, in words.
    pub name: &'static str,
    what: Target,
    how: How,
}

/// Which operations.
#[derive(Debug, Clone, Copy)]
struct Target {
    operation: Operation,
    /// The last folder of the path; of an operation on a folder, the folder itself.
    folder: &'static str,
    /// How the file's name begins or ends; of an operation on a folder nothing.
    name: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum How {
    /// Never done.
    Never,
    /// Done after the next operation that is one of these.
    After(Target),
    /// Some fail, and count as done.
    Unheeded,
}

/// An operation that comes later than it was asked for.
pub(crate) enum Held {
    File(Arc<dyn DiskFile>),
    Folder(PathBuf),
    Rename(PathBuf, PathBuf),
    Rows(FakeKeyStore, Vec<Arc<PersonRow>>),
}

impl Held {
    pub(crate) fn release(self, disk: &FaultyDisk) {
        // It may fail like any: the process has ended, or the file is gone.
        let _ = match self {
            Self::File(file) => file.sync_data().is_ok(),
            Self::Folder(dir) => disk.sync_dir(&dir).is_ok(),
            Self::Rename(from, to) => disk.rename_replace(&from, &to).is_ok(),
            Self::Rows(keys, rows) => keys.open(Access::Own).is_ok_and(|mut open| open.insert(&rows).is_ok()),
        };
    }
}

const fn on(operation: Operation, folder: &'static str, name: &'static str) -> Target {
    Target { operation, folder, name }
}

const fn bug(name: &'static str, what: Target, how: How) -> Bug {
    Bug { name, what, how }
}

use Operation::{Keys, Remove, Rename, Sync, SyncFolder, Write};

/// Every planted bug.
pub const BUGS: [Bug; 18] = [
    bug("the journal is not synced", on(Sync, "journal", ".wal"), How::Never),
    bug("answered before the journal is synced", on(Sync, "journal", ".wal"), How::After(on(Write, "journal", ".wal"))),
    bug("the journal goes on in a file whose sync failed", on(Sync, "journal", ".wal"), How::Unheeded),
    bug("the journal's next file is not synced before it is named", on(Sync, "journal", ".tmp"), How::Never),
    bug("the journal's folder is not synced after a rename", on(SyncFolder, "journal", ""), How::Never),
    bug(
        "a start removes the journal's old file before its copy is durable",
        on(Sync, "journal", ".tmp"),
        How::After(on(Remove, "journal", ".wal")),
    ),
    bug("persons' keys are not stored", on(Keys, "keys", "insert"), How::Never),
    bug(
        "persons' keys are stored after the frame that needs them",
        on(Keys, "keys", "insert"),
        How::After(on(Sync, "journal", ".wal")),
    ),
    bug("tree files are not synced", on(Sync, "tree", "digests"), How::Never),
    bug(
        "a checkpoint is published before tree files are synced",
        on(Sync, "tree", "digests"),
        How::After(on(Rename, "marks", "")),
    ),
    bug("the file of checkpoints is not synced", on(Sync, "tree", "checkpoints"), How::Never),
    bug("the mark is not written", on(Rename, "marks", ""), How::Never),
    bug("a segment's lines are not synced", on(Sync, "segments", ".zst.tmp"), How::Never),
    bug("a segment's disclosures are not synced", on(Sync, "segments", ".disc.tmp"), How::Never),
    bug("the segments' folder is not synced after a rename", on(SyncFolder, "segments", ""), How::Never),
    bug(
        "the manifest is published before the segment is durable",
        on(Sync, "segments", ".zst.tmp"),
        How::After(on(SyncFolder, "manifest", "")),
    ),
    bug("the manifest's folder is not synced after a rename", on(SyncFolder, "manifest", ""), How::Never),
    bug(
        "the journal is freed before the manifest is durable",
        on(SyncFolder, "manifest", ""),
        How::After(on(SyncFolder, "journal", "")),
    ),
];

impl Bug {
    /// The planted bug of this name, or of this number.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let number = name.parse::<usize>().ok().and_then(|number| BUGS.get(number));
        number.or_else(|| BUGS.iter().find(|bug| bug.name == name)).copied()
    }

    pub(crate) fn takes(&self, operation: Operation, path: &Path) -> bool {
        !matches!(self.how, How::Unheeded) && self.what.fits(operation, path)
    }

    pub(crate) fn ignores(&self, operation: Operation, path: &Path) -> bool {
        matches!(self.how, How::Unheeded) && self.what.fits(operation, path)
    }

    pub(crate) fn is_late(&self) -> bool {
        matches!(self.how, How::After(_))
    }

    /// What is due now that this operation was done.
    pub(crate) fn due(&self, operation: Operation, path: &Path, held: &mut Vec<Held>) -> Vec<Held> {
        let How::After(until) = self.how else { return Vec::new() };
        if until.fits(operation, path) { std::mem::take(held) } else { Vec::new() }
    }
}

impl Target {
    fn fits(&self, operation: Operation, path: &Path) -> bool {
        let folder = if operation == SyncFolder { Some(path) } else { path.parent() };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let named = operation == SyncFolder || name.ends_with(self.name) || name.starts_with(self.name);
        operation == self.operation && named && folder.is_some_and(|folder| folder.ends_with(self.folder))
    }
}

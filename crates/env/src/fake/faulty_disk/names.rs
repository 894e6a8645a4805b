//! The names of files: what everybody sees, and what would survive.

use crate::fake::SeededRandom;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, Default)]
pub(super) struct Names {
    visible: BTreeMap<PathBuf, u64>,
    durable: BTreeMap<PathBuf, u64>,
    folders: BTreeSet<PathBuf>,
    unsynced: Vec<Change>,
}

/// One change of names that a folder has not synced yet; a rename is one change, as every journaling file system has it.
#[derive(Debug, Clone)]
struct Change {
    folder: PathBuf,
    removed: Option<PathBuf>,
    added: Option<(PathBuf, u64)>,
}

impl Names {
    pub(super) fn get(&self, path: &Path) -> io::Result<u64> {
        self.visible.get(path).copied().ok_or_else(|| not_found(path))
    }

    pub(super) fn exists(&self, path: &Path) -> bool {
        self.visible.contains_key(path) || self.folders.contains(path)
    }

    pub(super) fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        if !self.folders.contains(dir) {
            return Err(not_found(dir));
        }
        Ok(self.visible.keys().filter(|path| path.parent() == Some(dir)).cloned().collect())
    }

    pub(super) fn entries(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut entries = self.list(dir)?;
        entries.extend(self.folders.iter().filter(|path| path.parent() == Some(dir)).cloned());
        entries.sort();
        Ok(entries)
    }

    pub(super) fn create_dir_all(&mut self, dir: &Path) {
        self.folders.extend(dir.ancestors().map(Path::to_path_buf));
    }

    pub(super) fn create(&mut self, path: &Path, inode: u64) -> io::Result<()> {
        if self.visible.contains_key(path) {
            return Err(taken(path));
        }
        if !path.parent().is_some_and(|parent| self.folders.contains(parent)) {
            return Err(not_found(path));
        }
        self.apply(Change { folder: folder(path), removed: None, added: Some((path.to_owned(), inode)) });
        Ok(())
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path, replace: bool) -> io::Result<()> {
        let inode = self.get(from)?;
        if !replace && self.visible.contains_key(to) {
            return Err(taken(to));
        }
        self.apply(Change { folder: folder(to), removed: Some(from.to_owned()), added: Some((to.to_owned(), inode)) });
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        self.get(path)?;
        self.apply(Change { folder: folder(path), removed: Some(path.to_owned()), added: None });
        Ok(())
    }

    pub(super) fn sync(&mut self, dir: &Path) {
        let (synced, unsynced) =
            std::mem::take(&mut self.unsynced).into_iter().partition(|change| change.folder == dir);
        self.unsynced = unsynced;
        for change in synced {
            change.apply(&mut self.durable);
        }
    }

    pub(super) fn crash(&mut self, random: &SeededRandom) {
        for change in std::mem::take(&mut self.unsynced) {
            if random.below(2) == 0 {
                change.apply(&mut self.durable);
            }
        }
        self.visible.clone_from(&self.durable);
    }

    /// The names everybody sees, and what they lead to.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, u64)> {
        self.visible.iter().map(|(path, number)| (path.as_path(), *number))
    }

    /// The files that have a name everybody sees.
    pub(super) fn visible(&self) -> impl Iterator<Item = u64> {
        self.visible.values().copied()
    }

    /// Whether any name, seen or durable, leads to this file.
    pub(super) fn holds(&self, inode: u64) -> bool {
        self.visible.values().chain(self.durable.values()).any(|held| *held == inode)
    }

    pub(super) fn synced(&self) -> Self {
        Self {
            visible: self.visible.clone(),
            durable: self.visible.clone(),
            folders: self.folders.clone(),
            unsynced: Vec::new(),
        }
    }

    fn apply(&mut self, change: Change) {
        change.clone().apply(&mut self.visible);
        self.unsynced.push(change);
    }
}

impl Change {
    fn apply(self, names: &mut BTreeMap<PathBuf, u64>) {
        if let Some(removed) = self.removed {
            names.remove(&removed);
        }
        if let Some((path, inode)) = self.added {
            names.insert(path, inode);
        }
    }
}

fn folder(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

fn not_found(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{} does not exist", path.display()))
}

fn taken(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists already", path.display()))
}

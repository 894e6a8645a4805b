//! The files of digests and of subtree hashes.
//!
//! `digests` holds the 32-byte digest of every leaf, `level-N` the hash of every complete subtree of 256^N leaves. Every
//! other node is computed from at most 128 neighbours in one of these files.

mod file;

use crate::{OpenLedgerError, ReadError};
use env::Disk;
use file::LevelFile;
use proof::tile::{TileKind, TilePath, encode_bundle};
use proof::{Digest, Hash, LeafIndex, NodeSource, RightEdge, TreeSize, node_hash};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

pub(crate) use file::OpenLevel;

/// `digests` and `level-1` to `level-7`: no tree of a 64-bit size has more.
pub(crate) const FILES: u8 = 8;
/// Tree levels from one file to the next.
const HEIGHT: u8 = 8;
/// Bytes of a digest or hash.
pub(crate) const HASH_BYTES: u64 = 32;

/// The tree as it lies on disk, with what was not written yet.
pub(crate) struct Levels {
    growing: RwLock<Growing>,
}

/// What appending changes. Written by the one thread that appends, read by all.
struct Growing {
    edge: RightEdge,
    files: Vec<LevelFile>,
    /// Whether writing is held back, while the caller still compares the tree with the rest of the log.
    held: bool,
}

/// Neighbours in a level's file: their bytes there, and the hashes these stand for.
pub(crate) struct Row {
    stored: Vec<u8>,
    hashes: Vec<Hash>,
}

impl Row {
    pub(crate) fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// The bytes of a tile or bundle that begins with this row, and is at most as wide.
    pub(crate) fn bytes(&self, tile: &TilePath) -> Vec<u8> {
        let width = usize::from(tile.width());
        match tile.kind() {
            TileKind::Entries => {
                let digests: Vec<&[u8; HASH_BYTES as usize]> = self.stored.as_chunks().0.iter().take(width).collect();
                encode_bundle(&digests).unwrap_or_else(|error| panic!("a tile's digests fit a bundle: {error}"))
            }
            TileKind::Hashes(_) => self.hashes.iter().take(width).flat_map(|hash| hash.0).collect(),
        }
    }
}

/// What a checkpoint is made of: a size, its root, and the files to be synced before.
pub(crate) struct Flushed {
    pub(crate) size: TreeSize,
    pub(crate) root: Hash,
    pub(crate) unsynced: Vec<Arc<OpenLevel>>,
    /// Whether the folder has a new name in it.
    pub(crate) new_names: bool,
}

/// The name of a level's file.
pub(crate) fn file_name(file: u8) -> String {
    if file == 0 { "digests".to_owned() } else { format!("level-{file}") }
}

/// How many hashes a tree of `size` leaves has in a level's file.
pub(crate) fn hashes_in(file: u8, size: TreeSize) -> u64 {
    size.0 >> (file * HEIGHT)
}

impl Levels {
    /// An empty tree; the file of digests is made.
    pub(crate) fn create(disk: &dyn Disk, tree: &Path) -> io::Result<()> {
        let path = tree.join(file_name(0));
        if disk.exists(&path)? {
            // Left by a creation that was cut short. If anything is in it, it belongs to a log and must not be overwritten.
            return if disk.open_read(&path)?.is_empty()? { Ok(()) } else { Err(io::ErrorKind::AlreadyExists.into()) };
        }
        env::publish_file(disk, &path, &[])
    }

    /// The tree as it was at a checkpoint. Nothing is written until [`Levels::settle`].
    pub(crate) fn open(disk: &Arc<dyn Disk>, tree: &Path, size: TreeSize) -> Result<Self, OpenLedgerError> {
        let mut files = Vec::new();
        for number in 0..FILES {
            let path = tree.join(file_name(number));
            files.push(LevelFile::open(disk, path, hashes_in(number, size) * HASH_BYTES)?);
        }
        let levels = Self { growing: RwLock::new(Growing { edge: RightEdge::new(), files, held: true }) };
        let edge = RightEdge::read(size, &levels).map_err(OpenLedgerError::Nodes)?;
        levels.growing.write().unwrap_or_else(PoisonError::into_inner).edge = edge;
        Ok(levels)
    }

    /// Cuts off what the files hold beyond the checkpoint; from now on the files are written to.
    pub(crate) fn settle(&self) -> Result<(), (PathBuf, io::Error)> {
        let mut growing = self.growing.write().unwrap_or_else(PoisonError::into_inner);
        for file in &mut growing.files {
            file.cut().map_err(|error| (file.path().to_owned(), error))?;
        }
        growing.held = false;
        Ok(())
    }

    pub(crate) fn size(&self) -> TreeSize {
        self.growing.read().unwrap_or_else(PoisonError::into_inner).edge.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.growing.read().unwrap_or_else(PoisonError::into_inner).edge.root()
    }

    /// Adds leaves, and writes what has gathered once it is worth a write.
    ///
    /// # Errors
    /// The file that could not be written. A full disk is no error here: the hashes wait in memory for a checkpoint.
    pub(crate) fn append(&self, digests: &[Digest]) -> Result<(), (PathBuf, io::Error)> {
        let mut growing = self.growing.write().unwrap_or_else(PoisonError::into_inner);
        let Growing { edge, files, held } = &mut *growing;
        let Some((leaves, above)) = files.split_first_mut() else { return Ok(()) };
        for digest in digests {
            leaves.push(&digest.0);
            edge.push(digest.leaf_hash(), |level, _, hash| {
                if level != 0 && level.is_multiple_of(HEIGHT) {
                    let file = above.get_mut(usize::from(level / HEIGHT) - 1);
                    file.unwrap_or_else(|| panic!("a 64-bit size has no level {level}")).push(&hash.0);
                }
            });
        }
        for file in files.iter_mut().filter(|file| !*held && file.is_worth_a_write()) {
            match file.write_pending() {
                Err(error) if !env::is_disk_full(&error) => return Err((file.path().to_owned(), error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes all that waits in memory and says what a checkpoint over it has to sync.
    ///
    /// # Errors
    /// The file that could not be written; also when the disk is full.
    pub(crate) fn flush(&self) -> Result<Flushed, (PathBuf, io::Error)> {
        let mut growing = self.growing.write().unwrap_or_else(PoisonError::into_inner);
        assert!(!growing.held, "I-3: the ledger is settled before anything is signed");
        let size = growing.edge.size();
        let root = growing.edge.root();
        let mut flushed = Flushed { size, root, unsynced: Vec::new(), new_names: false };
        for file in &mut growing.files {
            file.write_pending().map_err(|error| (file.path().to_owned(), error))?;
            flushed.new_names |= file.has_new_name();
            flushed.unsynced.extend(file.unsynced());
        }
        Ok(flushed)
    }

    /// Notes that the folder's names were synced.
    pub(crate) fn names_synced(&self) {
        let mut growing = self.growing.write().unwrap_or_else(PoisonError::into_inner);
        growing.files.iter_mut().for_each(LevelFile::name_synced);
    }

    /// The digests of `count` leaves.
    pub(crate) fn digests(&self, first: LeafIndex, count: usize) -> Result<Vec<Digest>, ReadError> {
        let hashes = self.read(0, first.0, count)?;
        Ok(hashes.as_chunks().0.iter().map(|digest| Digest(*digest)).collect())
    }

    /// What a tile or bundle of the tree is made of.
    pub(crate) fn row(&self, tile: &TilePath) -> Result<Row, ReadError> {
        self.neighbours(tile.node_level() / HEIGHT, *tile.node_indexes().start(), tile.width().into())
    }

    /// `count` neighbours in a level's file.
    fn neighbours(&self, file: u8, first: u64, count: usize) -> Result<Row, ReadError> {
        let stored = self.read(file, first, count)?;
        let each = stored.as_chunks().0.iter();
        let hashes = if file == 0 {
            each.map(|digest| Digest(*digest).leaf_hash()).collect()
        } else {
            each.map(|hash| Hash(*hash)).collect()
        };
        Ok(Row { stored, hashes })
    }

    /// The bytes of `count` hashes of a level's file, written or waiting.
    fn read(&self, file: u8, first: u64, count: usize) -> Result<Vec<u8>, ReadError> {
        let beyond = || ReadError::Beyond { level: file * HEIGHT, index: first };
        let start = first.checked_mul(HASH_BYTES).ok_or_else(beyond)?;
        let mut bytes = vec![0; count * HASH_BYTES as usize];
        let (in_file, open) = {
            let growing = self.growing.read().unwrap_or_else(PoisonError::into_inner);
            let level = growing.files.get(usize::from(file)).ok_or_else(beyond)?;
            (level.copy_pending(start, &mut bytes).ok_or_else(beyond)?, level.open_level())
        };
        // Bytes in the file never change, so they are read without a lock.
        if let (Some(open), Some(part)) = (open, bytes.get_mut(..in_file).filter(|part| !part.is_empty())) {
            open.read(part, start).map_err(|source| ReadError::Io {
                path: open.path().to_owned(),
                offset: start,
                source,
            })?;
        }
        Ok(bytes)
    }
}

impl NodeSource for Levels {
    type Error = ReadError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, ReadError> {
        let file = level / HEIGHT;
        let height = level % HEIGHT;
        let beyond = || ReadError::Beyond { level, index };
        let first = index.checked_mul(1 << height).ok_or_else(beyond)?;
        subtree_root(self.neighbours(file, first, 1 << height)?.hashes).ok_or_else(beyond)
    }
}

/// The node above the nodes of a complete row: 2^n of them.
pub(crate) fn subtree_root(mut row: Vec<Hash>) -> Option<Hash> {
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

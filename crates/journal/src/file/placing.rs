//! Whether a file that is not needed any more is this log's, line by line: its name says nothing of that.

use super::look::{Looking, io_at};
use super::name::Name;
use crate::OpenJournalError;
use crate::format::{End, FileHeader, authenticate, line_digests, scan};
use env::{Disk, Kind, begins_as};
use proof::{Digest, LeafIndex};
use std::io;
use std::path::Path;

/// What a file that does not count turned out to be.
pub(super) enum ReadAgain {
    /// This log wrote it, and each of its lines up to this leaf is the tree's, or the one in the files that count.
    Ours {
        /// Behind its last line.
        end: LeafIndex,
    },
    /// It is something else, and why.
    Foreign(&'static str),
}

impl Looking<'_> {
    /// Reads a file that a later writing or segments seem to hold, and compares every line.
    ///
    /// Cost: reads and hashes it. An orderly stop leaves no such file.
    pub(super) fn read_again(&self, name: &Name, path: &Path) -> Result<ReadAgain, OpenJournalError> {
        let foreign = |what| Ok(ReadAgain::Foreign(what));
        if let Kind::Other(what) = self.disk.kind(path).map_err(io_at(path))? {
            return foreign(what);
        }
        let bytes = self.disk.read(path).map_err(io_at(path))?;
        let Ok(header) = self.check_header(name, path, &bytes) else {
            return foreign("it is not a file of this log's journal");
        };
        let scan = scan(&bytes, &header);
        if matches!(scan.end, End::Damaged(_)) {
            return foreign("it is damaged, and what it holds cannot be read to be held elsewhere");
        }
        let digests = line_digests(&bytes, &scan, &header);
        if let Some(key) = self.known.key
            && authenticate(&bytes, &scan, &header, &digests, key).is_err()
        {
            return foreign("it was not written under this log's key");
        }
        let leaves = (name.first_leaf.0..).map(LeafIndex);
        if !leaves.zip(&digests).all(|(leaf, digest)| self.agrees(leaf, digest)) {
            return foreign("its lines are not those of the tree");
        }
        Ok(ReadAgain::Ours { end: scan.end_leaf })
    }

    /// Whether a line is not another than the log has for its leaf.
    fn agrees(&self, leaf: LeafIndex, digest: &Digest) -> bool {
        if leaf.0 < self.known.checkpoint.size.0 {
            return (self.known.in_tree)(leaf, digest);
        }
        // Beyond the last line there is nothing to compare with: the caller refuses that.
        leaf >= self.next_leaf || self.unsigned.get(&leaf.0) == Some(digest)
    }
}

/// Whether a temporary file is what a journal of this origin leaves: the beginning of a file of its own, or zeroes of a reserve.
pub(super) fn is_left(disk: &dyn Disk, path: &Path, is_reserve: bool, origin: &Digest) -> io::Result<bool> {
    if is_reserve {
        return begins_as(disk, path, &[0; 8]);
    }
    // A header that never reached the disk whole says nothing of the log.
    let is_others = |bytes: &[u8]| FileHeader::decode(bytes).is_ok_and(|header| header.begun.origin != *origin);
    Ok(begins_as(disk, path, &crate::format::MAGIC)? && !is_others(&disk.read(path)?))
}

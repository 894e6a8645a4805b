//! Space kept for what must go on when the disk is full: sealing, a start, checkpoints, keys, and the server's own entries.
//!
//! The reserve is a file of zeroes. What needs room cuts it, and never further than its kind may ([`Need`]), so that a start always
//! finds its part. Whether new events are taken depends on one thing: that it is whole.

use super::sizes::START_SHARE;
use crate::Need;
use env::{Disk, Kind, is_disk_full};
use std::io;
use std::path::{Path, PathBuf};

/// How much own entries take at a time: a window of the journal. What is left stays out of other programs' reach.
const PIECE_BYTES: u64 = 1 << 20;

/// How much upkeep takes at a time: some hundred checkpoints.
const UPKEEP_BYTES: u64 = 64 << 10;

/// What the reading half of a start may need: the database maps the index of its write-ahead log (32 KiB for each 4,096 pages of
/// it), `LOCK` takes a block.
const LOOK_BYTES: u64 = 1 << 20;

/// The file of zeroes.
pub(super) struct ReserveFile {
    path: PathBuf,
    /// How large it is when it is whole.
    bytes: u64,
    /// How large it is.
    held: u64,
    /// Whether sealing uses the room.
    lent: bool,
    /// Whether all of it was read, and is zeroes: only then it is cut.
    is_ours: bool,
    /// Something else lies under the name. It is left alone, and the log goes on without a reserve.
    is_foreign: bool,
}

const NAME: &str = "reserve";
static CHUNK: [u8; 1 << 16] = [0; 1 << 16];

impl Need {
    /// What it leaves of a reserve of so many bytes.
    fn leaves(self, bytes: u64) -> u64 {
        match self {
            Self::OwnEntries => START_SHARE.of(bytes),
            Self::Upkeep | Self::Sealing => LOOK_BYTES.min(bytes / 4),
            Self::Start => 0,
        }
    }
}

impl ReserveFile {
    /// The reserve of a folder, whatever its state. Its beginning is read here, all of it before it is first cut.
    pub(super) fn of(disk: &dyn Disk, dir: &Path, bytes: u64) -> io::Result<Self> {
        let path = reserve_path(dir);
        let mut reserve = Self { path, bytes, held: 0, lent: false, is_ours: false, is_foreign: false };
        match disk.kind(&reserve.path)? {
            Kind::Absent => reserve.is_ours = true,
            Kind::Plain if env::begins_as(disk, &reserve.path, &CHUNK)? => {
                reserve.held = disk.open_read(&reserve.path)?.len()?;
            }
            Kind::Plain => reserve.leave("it is not all zeroes"),
            Kind::Other(what) => reserve.leave(what),
        }
        Ok(reserve)
    }

    fn leave(&mut self, what: &'static str) {
        tracing::warn!(file = %self.path.display(), what, "what lies there is not ours: it stays, and the log goes on without a reserve");
        self.is_foreign = true;
    }

    /// Makes the reserve whole if it is not; false when there is no room for that, or sealing uses it.
    pub(super) fn fill(&mut self, disk: &dyn Disk) -> io::Result<bool> {
        if self.is_foreign {
            return Ok(true);
        }
        if self.lent {
            return Ok(false);
        }
        if self.held > self.bytes && !self.cut(disk, self.bytes)? {
            return Ok(true);
        }
        let missing = self.bytes - self.held;
        // Asked first: a try takes what room there is from others for a moment.
        if missing > 0 && self.room(disk)?.is_some_and(|room| room < missing) {
            return Ok(false);
        }
        self.grow(disk, self.bytes)
    }

    /// Makes the reserve as large as there is room, whole at most: what a start has used is kept from others again.
    pub(super) fn keep(&mut self, disk: &dyn Disk) -> io::Result<bool> {
        if self.fill(disk)? {
            return Ok(true);
        }
        if let Some(room) = self.room(disk)?.filter(|_| !self.lent) {
            self.grow(disk, self.bytes.min(self.held + room))?;
        }
        Ok(self.held == self.bytes)
    }

    /// Gives space free; false when this need may have none.
    pub(super) fn release(&mut self, disk: &dyn Disk, need: Need) -> io::Result<bool> {
        let piece = match need {
            Need::OwnEntries => PIECE_BYTES,
            Need::Upkeep => UPKEEP_BYTES,
            Need::Sealing | Need::Start => self.held,
        };
        let left = need.leaves(self.bytes).max(self.held.saturating_sub(piece));
        if self.is_foreign || self.held <= left || !self.cut(disk, left)? {
            return Ok(false);
        }
        self.lent |= need == Need::Sealing;
        Ok(true)
    }

    /// Sealing does not use the room any more.
    pub(super) fn give_back(&mut self) {
        self.lent = false;
    }

    /// Whether own entries may take so many bytes more: a start keeps its part. True where the room is not known.
    pub(super) fn allows_own(&self, disk: &dyn Disk, bytes: u64) -> io::Result<bool> {
        let room = if self.is_foreign || self.held >= self.bytes { None } else { self.room(disk)? };
        Ok(room.is_none_or(|room| self.held + room >= Need::OwnEntries.leaves(self.bytes) + bytes))
    }

    fn room(&self, disk: &dyn Disk) -> io::Result<Option<u64>> {
        disk.room(self.path.parent().unwrap_or(Path::new("")))
    }

    /// Lets the file grow to so many bytes; false, and the file as it was, when there is no room.
    fn grow(&mut self, disk: &dyn Disk, to: u64) -> io::Result<bool> {
        if self.held >= to {
            return Ok(true);
        }
        let file = if disk.exists(&self.path)? { disk.open_write(&self.path)? } else { disk.create_new(&self.path)? };
        let grown = file.allocate(to).and_then(|allocated| {
            if !allocated {
                write_zeroes(&*file, self.held, to)?;
            }
            file.sync_all()
        });
        match grown {
            Ok(()) => {
                self.held = to;
                Ok(true)
            }
            Err(error) if is_disk_full(&error) => {
                cut(disk, &self.path, self.held)?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Cuts the file; false where it turns out to be something else. Cost: reads it, the first time.
    fn cut(&mut self, disk: &dyn Disk, to: u64) -> io::Result<bool> {
        if !self.is_ours && !is_reserve(disk, &self.path)? {
            self.leave("it is not all zeroes");
            return Ok(false);
        }
        self.is_ours = true;
        cut(disk, &self.path, to)?;
        self.held = to;
        Ok(true)
    }
}

fn cut(disk: &dyn Disk, path: &Path, to: u64) -> io::Result<()> {
    if to == 0 { disk.remove(path) } else { disk.open_write(path)?.set_len(to) }
}

/// Gives as much of the reserve of a journal's folder free as the reading half of a start may need, if its file system has less
/// room than that.
///
/// # Errors
/// What the disk answers.
pub fn make_room_to_look(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    cut_if_short(disk, dir, |_| LOOK_BYTES)
}

/// Gives the reserve of a journal's folder free if its file system has less room than the reserve takes: a start writes before it
/// comes to the journal. What the start does not need is kept again at its end ([`crate::Reserve::keep`]).
///
/// # Errors
/// What the disk answers.
pub fn make_room_to_settle(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    cut_if_short(disk, dir, |held| held)
}

fn cut_if_short(disk: &dyn Disk, dir: &Path, needed: impl Fn(u64) -> u64) -> io::Result<()> {
    let path = reserve_path(dir);
    if disk.kind(&path)? != Kind::Plain {
        return Ok(());
    }
    let held = disk.open_read(&path)?.len()?;
    let needed = needed(held);
    if disk.room(dir)?.is_none_or(|room| room >= needed) || !is_reserve(disk, &path)? {
        return Ok(());
    }
    cut(disk, &path, held.saturating_sub(needed))
}

/// Whether a file may be cut to make room: it is a plain one of zeroes alone. Cost: reads it.
fn is_reserve(disk: &dyn Disk, path: &Path) -> io::Result<bool> {
    Ok(disk.kind(path)? == Kind::Plain && first_not_zero(disk, path)?.is_none())
}

/// Where the reserve of a journal's folder lies.
pub(super) fn reserve_path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

/// Offset of the first byte of the reserve that is not zero, if any. Cost: reads it, in small pieces.
pub(super) fn first_not_zero(disk: &dyn Disk, path: &Path) -> io::Result<Option<u64>> {
    let file = match disk.open_read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let len = file.len()?;
    let mut bytes = vec![0; CHUNK.len()];
    let mut at = 0;
    while at < len {
        let piece = usize::try_from(len - at).unwrap_or(usize::MAX).min(bytes.len());
        let piece = bytes.get_mut(..piece).unwrap_or_default();
        file.read_exact_at(piece, at)?;
        if let Some(offset) = piece.iter().position(|byte| *byte != 0) {
            return Ok(Some(at + offset as u64));
        }
        at += piece.len() as u64;
    }
    Ok(None)
}

/// Writes zeroes from `from` to `to`: unlike a hole they take their space on the disk now.
pub(super) fn write_zeroes(file: &dyn env::DiskFile, from: u64, to: u64) -> io::Result<()> {
    let mut at = from;
    while at < to {
        let bytes = usize::try_from(to - at).unwrap_or(usize::MAX).min(CHUNK.len());
        file.write_all_at(CHUNK.get(..bytes).unwrap_or(&CHUNK), at)?;
        at += bytes as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use env::fake::FaultyDisk;

    const BYTES: u64 = 6 << 20;

    fn held(disk: &FaultyDisk) -> u64 {
        let reserve = ReserveFile::of(disk, Path::new("journal"), BYTES).unwrap();
        reserve.held
    }

    #[test]
    fn each_need_has_its_part_and_no_more() {
        let disk = FaultyDisk::new();
        disk.create_dir_all(Path::new("journal")).unwrap();
        let mut reserve = ReserveFile::of(&disk, Path::new("journal"), BYTES).unwrap();
        assert!(reserve.fill(&disk).unwrap());
        for left in [5 << 20, 4 << 20] {
            assert!(reserve.release(&disk, Need::OwnEntries).unwrap());
            assert_eq!(held(&disk), left);
        }
        assert!(!reserve.release(&disk, Need::OwnEntries).unwrap(), "the rest is a start's");
        assert!(reserve.release(&disk, Need::Upkeep).unwrap());
        assert_eq!(held(&disk), (4 << 20) - UPKEEP_BYTES);
        assert!(reserve.release(&disk, Need::Sealing).unwrap());
        assert_eq!(held(&disk), LOOK_BYTES);
        assert!(!reserve.fill(&disk).unwrap(), "it is lent");
        assert!(reserve.release(&disk, Need::Start).unwrap());
        assert_eq!(held(&disk), 0);
        reserve.give_back();
        assert!(reserve.fill(&disk).unwrap());
        assert_eq!(held(&disk), BYTES);
        assert_eq!(first_not_zero(&disk, &reserve_path(Path::new("journal"))).unwrap(), None);
    }

    #[test]
    fn without_room_the_reserve_stays_as_it_was() {
        let disk = FaultyDisk::new();
        disk.create_dir_all(Path::new("journal")).unwrap();
        let mut reserve = ReserveFile::of(&disk, Path::new("journal"), BYTES).unwrap();
        disk.set_capacity(Some(BYTES - 1));
        assert!(!reserve.fill(&disk).unwrap());
        assert_eq!(held(&disk), 0);
        disk.set_capacity(Some(BYTES));
        assert!(reserve.fill(&disk).unwrap());
        assert!(reserve.release(&disk, Need::OwnEntries).unwrap());
        disk.set_capacity(Some(BYTES - 1));
        assert!(!reserve.fill(&disk).unwrap());
        assert_eq!(held(&disk), 5 << 20);
    }
}

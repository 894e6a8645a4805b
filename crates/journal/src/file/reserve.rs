//! Space kept for what must go on when the disk is full: sealing, a start, checkpoints, keys, and the server's own entries.

use env::{Disk, Kind, is_disk_full};
use std::io;
use std::path::{Path, PathBuf};

/// A file of zeroes whose removal makes room.
pub(super) struct Reserve {
    path: PathBuf,
    bytes: u64,
    state: State,
}

/// What lies where the reserve should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Missing,
    There,
    /// Something else. It is left alone, and the log goes on without a reserve.
    Foreign,
}

const NAME: &str = "reserve";
static CHUNK: [u8; 1 << 16] = [0; 1 << 16];

impl Reserve {
    /// The reserve of a folder, whatever its state. Its beginning is read here, all of it before it is removed.
    pub(super) fn of(disk: &dyn Disk, dir: &Path, bytes: u64) -> io::Result<Self> {
        let path = reserve_path(dir);
        let mut reserve = Self { path, bytes, state: State::Missing };
        match disk.kind(&reserve.path)? {
            Kind::Absent => {}
            Kind::Plain if env::begins_as(disk, &reserve.path, &CHUNK)? => reserve.state = State::There,
            Kind::Plain => reserve.leave("it is not all zeroes"),
            Kind::Other(what) => reserve.leave(what),
        }
        Ok(reserve)
    }

    /// Makes the reserve if it is missing; false when there is no room for it.
    pub(super) fn fill(&mut self, disk: &dyn Disk) -> io::Result<bool> {
        if self.state != State::Missing {
            return Ok(true);
        }
        let temporary = env::temporary_path(&self.path);
        match env::remove_left(disk, &temporary, &CHUNK) {
            Err(error) if env::is_not_ours(&error) => {
                self.leave("its temporary name is taken by something else");
                return Ok(true);
            }
            other => other?,
        }
        match self.write(disk, &temporary) {
            Ok(()) => {
                self.state = State::There;
                Ok(true)
            }
            Err(error) if is_disk_full(&error) => {
                if disk.exists(&temporary)? {
                    disk.remove(&temporary)?;
                }
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the space free; false when there was none.
    pub(super) fn release(&mut self, disk: &dyn Disk) -> io::Result<bool> {
        if self.state != State::There {
            return Ok(false);
        }
        if !is_reserve(disk, &self.path)? {
            self.leave("it is not all zeroes");
            return Ok(false);
        }
        disk.remove(&self.path)?;
        self.state = State::Missing;
        Ok(true)
    }

    fn leave(&mut self, what: &'static str) {
        tracing::warn!(file = %self.path.display(), what, "what lies there is not ours: it stays, and the log goes on without a reserve");
        self.state = State::Foreign;
    }

    fn write(&self, disk: &dyn Disk, temporary: &Path) -> io::Result<()> {
        let file = disk.create_new(temporary)?;
        if !file.allocate(self.bytes)? {
            write_zeroes(&*file, 0, self.bytes)?;
        }
        file.sync_all()?;
        disk.rename_replace(temporary, &self.path)
    }
}

/// Frees the reserve of a journal's folder if its file system has less room than the reserve takes: a start needs some before it
/// comes to the journal. The reserve is made again at the end of the start, or as soon as there is room. Returns whether there
/// was one.
///
/// # Errors
/// What the disk answers.
pub fn release_if_short(disk: &dyn Disk, dir: &Path) -> io::Result<bool> {
    let path = reserve_path(dir);
    if disk.kind(&path)? != Kind::Plain {
        return Ok(false);
    }
    let bytes = disk.open_read(&path)?.len()?;
    if disk.room(dir)?.is_none_or(|room| room >= bytes) || !is_reserve(disk, &path)? {
        return Ok(false);
    }
    disk.remove(&path)?;
    Ok(true)
}

/// Whether a file may go to make room: it is a plain one of zeroes alone. Cost: reads it.
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

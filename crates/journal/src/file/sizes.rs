//! How large things get.

/// The most one group may take: a batch of the largest body the server accepts (16 MiB), its lines grown by what the
/// server adds, and a few smaller ones that came at the same time.
pub const GROUP_BYTES_MAX: u64 = 64 << 20;

/// Offsets in a file have 32 bits.
pub(super) const FILE_BYTES_MAX: u64 = u32::MAX as u64;

/// Sizes that tests make small.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// From this length on, a new file is wanted. Default 64 MiB: read whole into memory at start.
    pub file_bytes: u64,
    /// How far a file is filled with zeroes ahead of small groups, so that their syncs change no metadata. Default
    /// 1 MiB: a thousand small groups. A group larger than a quarter of it pays for its own metadata.
    pub window_bytes: u64,
    /// Space kept for what must go on when the disk is full. Default 4 MiB, of a
    /// served log what [`Sizes::within`] says.
    pub reserve_bytes: u64,
}

/// The reserve of a served log.
pub const RESERVE_BYTES_DEFAULT: u64 = 64 << 20;

/// The reserve takes at most this part of the disk: a small one is for entries, too. Of the whole disk, not of what is free: a
/// start on a full disk must not find that a smaller reserve will do, and open the rest to new events.
const RESERVE_SHARE: u64 = 8;

/// The part of the reserve that a start may always have: it writes the last file once more. Own entries and their keys have the
/// rest.
pub(super) const START_SHARE: Share = Share { parts: 2, of: 3 };

/// A file is begun anew at this part of the reserve: the last group may go beyond it, and a start writes more than that file.
const FILE_SHARE: Share = Share { parts: 1, of: 2 };

const _: () = assert!(FILE_SHARE.parts * START_SHARE.of < START_SHARE.parts * FILE_SHARE.of);

/// A part of a whole.
pub(super) struct Share {
    parts: u64,
    of: u64,
}

impl Share {
    pub(super) fn of(&self, bytes: u64) -> u64 {
        bytes / self.of * self.parts
    }
}

/// A smaller reserve is of no use: it must hold a few hundred own entries and what a start writes beside the journal.
const RESERVE_BYTES_MIN: u64 = 4 << 20;

impl Default for Sizes {
    fn default() -> Self {
        Self { file_bytes: 64 << 20, window_bytes: 1 << 20, reserve_bytes: RESERVE_BYTES_MIN }
    }
}

impl Sizes {
    /// The usual sizes with a reserve of `reserve_bytes`, or less on a small disk; 4 MiB at least. `disk_bytes`: what the file system holds,
    /// free or not; `None` if that is not known.
    /// Files are begun anew at half of the reserve, so that there is always room to write the last one again.
    #[must_use]
    pub fn within(reserve_bytes: u64, disk_bytes: Option<u64>) -> Self {
        let share = disk_bytes.map_or(u64::MAX, |bytes| bytes / RESERVE_SHARE).max(RESERVE_BYTES_MIN);
        let reserve_bytes = reserve_bytes.clamp(RESERVE_BYTES_MIN, share);
        let usual = Self::default();
        let file_bytes = usual.file_bytes.min(FILE_SHARE.of(reserve_bytes).max(usual.window_bytes));
        Self { file_bytes, reserve_bytes, ..usual }
    }

    /// How far ahead of a group of that size the file is filled with zeroes.
    pub(super) fn ahead(self, group_bytes: u64) -> u64 {
        if group_bytes > self.window_bytes / 4 { 0 } else { self.window_bytes }
    }
}

const _: () =
    assert!((64 << 20) + 2 * GROUP_BYTES_MAX < FILE_BYTES_MAX, "a file that wants rotation still has room for a group");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_follows_the_disk_and_never_what_is_free() {
        let reserve = |mebibytes: u64, disk| Sizes::within(mebibytes << 20, disk).reserve_bytes;
        assert_eq!(reserve(64, Some(40 << 20)), 5 << 20);
        assert_eq!(reserve(64, Some(1 << 40)), 64 << 20);
        assert_eq!(reserve(64, None), 64 << 20);
        assert_eq!((reserve(1, None), reserve(64, Some(1 << 20))), (4 << 20, 4 << 20));
        assert_eq!(Sizes::within(64 << 20, None).file_bytes, 32 << 20);
    }
}

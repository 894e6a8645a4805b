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

/// The reserve of a served log. A start writes the last file once more, which takes two thirds of the reserve at most; sealing,
/// checkpoints, keys and own entries have the rest.
pub const RESERVE_BYTES_DEFAULT: u64 = 64 << 20;

/// The reserve takes at most this part of what is free at the start: a small disk is for entries, too.
const RESERVE_SHARE: u64 = 8;

/// A smaller reserve is of no use: it must hold a few hundred own entries and what a start writes beside the journal.
const RESERVE_BYTES_MIN: u64 = 4 << 20;

impl Default for Sizes {
    fn default() -> Self {
        Self { file_bytes: 64 << 20, window_bytes: 1 << 20, reserve_bytes: RESERVE_BYTES_MIN }
    }
}

impl Sizes {
    /// The usual sizes with a reserve of at most `reserve_bytes`. `room`: free bytes of the disk; `None` if that is not known.
    /// Files are at most two thirds of the reserve, so that there is always room to write the last one again.
    #[must_use]
    pub fn within(reserve_bytes: u64, room: Option<u64>) -> Self {
        let share = room.map_or(u64::MAX, |room| room / RESERVE_SHARE).max(RESERVE_BYTES_MIN);
        let reserve_bytes = reserve_bytes.min(share);
        let usual = Self::default();
        let file_bytes = usual.file_bytes.min((reserve_bytes / 3 * 2).max(usual.window_bytes));
        Self { file_bytes, reserve_bytes, ..usual }
    }

    /// How far ahead of a group of that size the file is filled with zeroes.
    pub(super) fn ahead(self, group_bytes: u64) -> u64 {
        if group_bytes > self.window_bytes / 4 { 0 } else { self.window_bytes }
    }
}

const _: () =
    assert!((64 << 20) + 2 * GROUP_BYTES_MAX < FILE_BYTES_MAX, "a file that wants rotation still has room for a group");

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
    /// Space kept for the server's own entries when the disk is full. Default 4 MiB.
    pub reserve_bytes: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { file_bytes: 64 << 20, window_bytes: 1 << 20, reserve_bytes: 4 << 20 }
    }
}

impl Sizes {
    /// How far ahead of a group of that size the file is filled with zeroes.
    pub(super) fn ahead(self, group_bytes: u64) -> u64 {
        if group_bytes > self.window_bytes / 4 { 0 } else { self.window_bytes }
    }
}

const _: () =
    assert!((64 << 20) + 2 * GROUP_BYTES_MAX < FILE_BYTES_MAX, "a file that wants rotation still has room for a group");

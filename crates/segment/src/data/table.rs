//! The two tables at the end of a data file.

use crate::file::Fields;

/// Skippable frame of ours.
const LEAF_TABLE_MAGIC: u32 = 0x184D_2A50;
/// Skippable frame of the zstd seekable format.
const SEEK_TABLE_MAGIC: u32 = 0x184D_2A5E;
/// Last four bytes of a zstd seekable file.
const SEEKABLE_MAGIC: u32 = 0x8F92_EAB1;
/// Descriptor of the seek table: every entry has a checksum.
const WITH_CHECKSUMS: u8 = 0x80;
/// Low 32 bits of XXH64 over nothing: the checksum of a frame without content.
const CHECKSUM_OF_NOTHING: u32 = 0x51D8_E999;

const LEAF_TABLE_NAME: [u8; 8] = *b"INDLINES";
/// Of a file of consecutive leaves.
const VERSION_WHOLE: u32 = 1;
/// Of a file that lacks leaves of its range, and says which.
const VERSION_WITH_GAPS: u32 = 2;

/// Bytes before a skippable frame's content.
const SKIPPABLE_HEAD: usize = 8;
/// Name, version, first leaf, frame count.
const LEAF_HEAD: usize = 8 + 4 + 8 + 4;
/// Last leaf of the range, length of the removed leaves.
const REMOVED_HEAD: usize = 8 + 4;
/// Frame count, descriptor, magic.
const SEEK_FOOT: usize = 4 + 1 + 4;
const SEEK_ENTRY: usize = 12;
/// The last entry of the seek table, which is the leaf table's, and what follows: enough to tell how long both tables are.
pub(super) const FOOT: usize = SEEK_ENTRY + SEEK_FOOT;

/// One frame as the tables describe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(super) compressed: u32,
    /// Bytes of its lines.
    pub(crate) text: u32,
    pub(super) checksum: u32,
    pub(super) lines: u32,
}

/// Both tables.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tables {
    pub(super) first_leaf: u64,
    pub(super) frames: Vec<Frame>,
    /// `None`: the leaves are consecutive.
    pub(super) removed: Option<Removed>,
}

/// Which leaves of the range the file lacks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Removed {
    /// The last leaf of the range, removed or not.
    pub(super) last_leaf: u64,
    /// As [`crate::LeafSet::encode_removed`] writes them.
    pub(super) bytes: Vec<u8>,
}

/// Returns how many bytes the seek table of a file with `frames` frames takes. `None` if no file can have that many.
fn seek_table_len(frames: usize) -> Option<usize> {
    frames.checked_add(1)?.checked_mul(SEEK_ENTRY)?.checked_add(SKIPPABLE_HEAD + SEEK_FOOT)
}

/// Reads, from the last [`FOOT`] bytes of a file, how many bytes at its end the tables take.
pub(super) fn len_from_foot(foot: &[u8]) -> Option<usize> {
    let mut fields = Fields(foot);
    let leaf_table = fields.u32()?;
    fields.bytes(SEEK_ENTRY - 4)?;
    let entries = fields.u32()?;
    let fits = fields.u8()? == WITH_CHECKSUMS && fields.u32()? == SEEKABLE_MAGIC && fields.0.is_empty();
    let frames = usize::try_from(entries.checked_sub(1)?).ok()?;
    if fits { seek_table_len(frames)?.checked_add(leaf_table as usize) } else { None }
}

impl Tables {
    /// Writes the leaf table, then the seek table. `None` if there are more frames than the format can count.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let frames = u32::try_from(self.frames.len()).ok()?;
        let removed_len = self.removed.as_ref().map_or(0, |removed| REMOVED_HEAD + removed.bytes.len());
        let leaf_content = u32::try_from(LEAF_HEAD + 4 * self.frames.len() + removed_len + 4).ok()?;
        let entries = frames.checked_add(1)?;
        let seek_content = u32::try_from(SEEK_ENTRY * (self.frames.len() + 1) + SEEK_FOOT).ok()?;

        let mut out = Vec::with_capacity(leaf_content as usize + seek_content as usize + 2 * SKIPPABLE_HEAD);
        let put = |out: &mut Vec<u8>, value: u32| out.extend_from_slice(&value.to_le_bytes());
        put(&mut out, LEAF_TABLE_MAGIC);
        put(&mut out, leaf_content);
        out.extend_from_slice(&LEAF_TABLE_NAME);
        put(&mut out, if self.removed.is_some() { VERSION_WITH_GAPS } else { VERSION_WHOLE });
        out.extend_from_slice(&self.first_leaf.to_le_bytes());
        put(&mut out, frames);
        self.frames.iter().for_each(|frame| put(&mut out, frame.lines));
        if let Some(Removed { last_leaf, bytes }) = &self.removed {
            out.extend_from_slice(&last_leaf.to_le_bytes());
            put(&mut out, u32::try_from(bytes.len()).ok()?);
            out.extend_from_slice(bytes);
        }
        let crc_at = out.len();

        let mut seek = Vec::new();
        put(&mut seek, SEEK_TABLE_MAGIC);
        put(&mut seek, seek_content);
        for frame in &self.frames {
            put(&mut seek, frame.compressed);
            put(&mut seek, frame.text);
            put(&mut seek, frame.checksum);
        }
        // The leaf table itself: a frame without content, as the seekable format asks for skippable frames.
        put(&mut seek, leaf_content + SKIPPABLE_HEAD as u32);
        put(&mut seek, 0);
        put(&mut seek, CHECKSUM_OF_NOTHING);
        put(&mut seek, entries);
        seek.push(WITH_CHECKSUMS);
        put(&mut seek, SEEKABLE_MAGIC);

        let crc = crc32c::crc32c_append(crc32c::crc32c(out.get(..crc_at)?), &seek);
        put(&mut out, crc);
        out.extend_from_slice(&seek);
        Some(out)
    }

    /// Reads both tables from the bytes that [`len_from_foot`] measured.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        Self::decode_fields(bytes).ok_or("its tables of frames do not add up")
    }

    fn decode_fields(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let leaf_magic = fields.u32()?;
        let leaf_content = fields.u32()? as usize;
        let name: [u8; 8] = fields.array()?;
        let version = fields.u32()?;
        let first_leaf = fields.u64()?;
        let count = fields.u32()? as usize;
        if leaf_magic != LEAF_TABLE_MAGIC || name != LEAF_TABLE_NAME {
            return None;
        }
        let mut lines = Fields(fields.bytes(count.checked_mul(4)?)?);
        let removed = match version {
            VERSION_WHOLE => None,
            VERSION_WITH_GAPS => {
                let last_leaf = fields.u64()?;
                let len = fields.u32()? as usize;
                Some(Removed { last_leaf, bytes: fields.bytes(len)?.to_vec() })
            }
            _ => return None,
        };
        let covered = bytes.get(..bytes.len() - fields.0.len())?;
        let crc = fields.u32()?;
        let seek = fields.0;
        if leaf_content + SKIPPABLE_HEAD != covered.len() + 4 || seek.len() != seek_table_len(count)? {
            return None;
        }
        if crc32c::crc32c_append(crc32c::crc32c(covered), seek) != crc {
            return None;
        }
        if fields.u32()? != SEEK_TABLE_MAGIC || fields.u32()? as usize != SEEK_ENTRY * (count + 1) + SEEK_FOOT {
            return None;
        }
        let mut frames = Vec::with_capacity(count);
        for _ in 0..count {
            let compressed = fields.u32()?;
            let text = fields.u32()?;
            let checksum = fields.u32()?;
            frames.push(Frame { compressed, text, checksum, lines: lines.u32()? });
        }
        let own = (fields.u32()? as usize, fields.u32()?, fields.u32()?);
        let own_fits = own == (leaf_content + SKIPPABLE_HEAD, 0, CHECKSUM_OF_NOTHING);
        let foot = bytes.len().checked_sub(FOOT).and_then(|at| bytes.get(at..))?;
        let fits = own_fits && fields.0.len() == SEEK_FOOT && len_from_foot(foot) == Some(bytes.len());
        fits.then_some(Self { first_leaf, frames, removed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_the_tables_is_noticed() {
        let some = || (0..3).map(|n| Frame { compressed: 100 + n, text: 300, checksum: n, lines: 2 }).collect();
        let removed = || Removed { last_leaf: 40, bytes: vec![1, 2, 3, 4, 5] };
        for tables in [
            Tables { first_leaf: 7, frames: some(), removed: None },
            Tables { first_leaf: 7, frames: some(), removed: Some(removed()) },
            Tables { first_leaf: 7, frames: Vec::new(), removed: Some(removed()) },
        ] {
            let bytes = tables.encode().unwrap();
            assert_eq!(Tables::decode(&bytes).as_ref(), Ok(&tables));
            assert_eq!(len_from_foot(&bytes[bytes.len() - FOOT..]), Some(bytes.len()));
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert!(Tables::decode(&flipped).is_err(), "bit {bit}");
            }
        }
    }
}

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
const VERSION: u32 = 1;

/// Bytes before a skippable frame's content.
const SKIPPABLE_HEAD: usize = 8;
/// Name, version, first leaf, frame count.
const LEAF_HEAD: usize = 8 + 4 + 8 + 4;
/// Frame count, descriptor, magic.
pub(super) const SEEK_FOOT: usize = 4 + 1 + 4;
const SEEK_ENTRY: usize = 12;

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
}

/// Returns how many bytes both tables of a file with `frames` frames take. `None` if no file can have that many.
fn tables_len(frames: usize) -> Option<usize> {
    let leaf = frames.checked_mul(4)?.checked_add(SKIPPABLE_HEAD + LEAF_HEAD + 4)?;
    let seek = frames.checked_add(1)?.checked_mul(SEEK_ENTRY)?.checked_add(SKIPPABLE_HEAD + SEEK_FOOT)?;
    leaf.checked_add(seek)
}

/// Reads, from the last [`SEEK_FOOT`] bytes of a file, how many bytes at its end the tables take.
pub(super) fn len_from_foot(foot: &[u8]) -> Option<usize> {
    let mut fields = Fields(foot);
    let entries = fields.u32()?;
    let fits = fields.u8()? == WITH_CHECKSUMS && fields.u32()? == SEEKABLE_MAGIC && fields.0.is_empty();
    let frames = entries.checked_sub(1)?;
    if fits { tables_len(usize::try_from(frames).ok()?) } else { None }
}

impl Tables {
    /// Writes the leaf table, then the seek table. `None` if there are more frames than the format can count.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        let frames = u32::try_from(self.frames.len()).ok()?;
        let leaf_content = u32::try_from(LEAF_HEAD + 4 * self.frames.len() + 4).ok()?;
        let entries = frames.checked_add(1)?;
        let seek_content = u32::try_from(SEEK_ENTRY * (self.frames.len() + 1) + SEEK_FOOT).ok()?;

        let mut out = Vec::with_capacity(tables_len(self.frames.len())?);
        let put = |out: &mut Vec<u8>, value: u32| out.extend_from_slice(&value.to_le_bytes());
        put(&mut out, LEAF_TABLE_MAGIC);
        put(&mut out, leaf_content);
        out.extend_from_slice(&LEAF_TABLE_NAME);
        put(&mut out, VERSION);
        out.extend_from_slice(&self.first_leaf.to_le_bytes());
        put(&mut out, frames);
        self.frames.iter().for_each(|frame| put(&mut out, frame.lines));
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
        let head_fits = leaf_magic == LEAF_TABLE_MAGIC && name == LEAF_TABLE_NAME && version == VERSION;
        if !head_fits || leaf_content != LEAF_HEAD + 4 * count + 4 || bytes.len() != tables_len(count)? {
            return None;
        }
        let mut lines = Fields(fields.bytes(4 * count)?);
        let crc = fields.u32()?;
        let seek = fields.0;
        let (covered, _) = bytes.split_at_checked(SKIPPABLE_HEAD + LEAF_HEAD + 4 * count)?;
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
        (own_fits && len_from_foot(fields.0) == Some(bytes.len())).then_some(Self { first_leaf, frames })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_the_tables_is_noticed() {
        let frames = (0..3).map(|n| Frame { compressed: 100 + n, text: 300, checksum: n, lines: 2 }).collect();
        let tables = Tables { first_leaf: 7, frames };
        let bytes = tables.encode().unwrap();
        assert_eq!(Tables::decode(&bytes), Ok(Tables { first_leaf: 7, frames: tables.frames.clone() }));
        assert_eq!(len_from_foot(&bytes[bytes.len() - SEEK_FOOT..]), Some(bytes.len()));
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Tables::decode(&flipped).is_err(), "bit {bit}");
        }
    }
}
